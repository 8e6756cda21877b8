/** Every link of a folder of static pages: what it names must be there, with its anchor. Nothing may be loaded from elsewhere. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface LinkReport {
  readonly pages: number
  readonly links: number
  /** `page: what is wrong`. */
  readonly dead: readonly string[]
}

/** What a page refers to: an attribute's value, and whether the browser loads it by itself. */
interface Reference {
  readonly link: string
  readonly loaded: boolean
}

/** Checks all pages below `folder`; `base` is the path that the site was built for. */
export function checkSite(folder: string, base = '/'): LinkReport {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'))
  const anchors = new Map<string, ReadonlySet<string>>()
  const anchorsIn = (path: string): ReadonlySet<string> => {
    if (!anchors.has(path)) anchors.set(path, anchorsOf(readFileSync(join(folder, path), 'utf8')))
    return anchors.get(path)!
  }
  const dead = new Set<string>()
  let links = 0
  for (const page of pages) {
    for (const { link, loaded } of referencesOf(readFileSync(join(folder, page), 'utf8'))) {
      links++
      const wrong = wrongWith(link, loaded)
      if (wrong !== undefined) dead.add(`${page}: ${link}: ${wrong}`)
    }
    function wrongWith(link: string, loaded: boolean): string | undefined {
      if (/^(data|mailto|javascript|blob):/.test(link)) return undefined
      const url = new URL(link, `http://site${base}${page}`)
      if (url.host !== 'site') return loaded ? 'loaded from another host' : undefined
      if (!url.pathname.startsWith(base)) return `outside ${base}`
      const path = decodeURIComponent(url.pathname.slice(base.length))
      const file = path === '' || path.endsWith('/') ? `${path}index.html` : path
      if (!existsSync(join(folder, file)) || !statSync(join(folder, file)).isFile()) return 'no such file'
      // What follows `#/` is an address within the Lab.
      if (url.hash.length < 2 || url.hash.startsWith('#/') || !file.endsWith('.html')) return undefined
      return anchorsIn(file).has(decodeURIComponent(url.hash.slice(1))) ? undefined : 'no such anchor'
    }
  }
  return { pages: pages.length, links, dead: [...dead] }
}

/** Values of `href` and `src`, and of `url(…)` in style sheets of the page. */
export function referencesOf(html: string): readonly Reference[] {
  const tags = html.matchAll(/<(a|area|link|script|img|source|iframe|video|audio|use|image)\b([^>]*)>/g)
  return [...tags].flatMap(([, tag, attributes]) =>
    [...attributes!.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => ({
      link: link!.replaceAll('&amp;', '&'),
      loaded: tag !== 'a' && tag !== 'area',
    })),
  )
}

/** The names that a link's `#…` may lead to. */
export function anchorsOf(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id!))
}
