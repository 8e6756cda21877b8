/** The search index of a built site, asked for every name of the reference: its own page must come first. */
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import MiniSearch, { type Options } from 'minisearch'
import { search } from '../.vitepress/search.ts'

/** Names whose first hit is not a page of that name, with that hit. */
export async function unfoundNames(
  folder: string,
): Promise<{ readonly names: number; readonly unfound: readonly string[] }> {
  const chunks = `${folder}assets/chunks/`
  const file = readdirSync(chunks).find((name) => name.startsWith('@localSearchIndex'))
  if (file === undefined) throw new Error('the site has no search index')
  const { default: index } = (await import(pathToFileURL(chunks + file).href)) as { readonly default: string }
  const { options, searchOptions } = search.miniSearch!
  // As VitePress does it.
  const found = MiniSearch.loadJSON(index, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    ...options,
    searchOptions,
  } as Options)
  const pages = readdirSync(`${folder}api`, { recursive: true, encoding: 'utf8' })
  const names = new Set(
    pages
      .filter((path) => /\/[\w$]+\.html$/.test(path) && !path.endsWith('index.html'))
      .map((path) => basename(path, '.html')),
  )
  const unfound = [...names].flatMap((name) => {
    const first = String(found.search(name)[0]?.id)
    // `Key` and `key` are one word to a search.
    const hit = basename(first.split('#')[0]!, '.html')
    return hit.toLowerCase() === name.toLowerCase() ? [] : [`${name}: ${first}`]
  })
  return { names: names.size, unfound }
}
