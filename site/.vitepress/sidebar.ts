/** The sidebars: the documentation in the order of the documentation's own tables of contents, and the entries of the package. */
import { readFileSync } from 'node:fs'
import type { DefaultTheme } from 'vitepress'
import { entries } from '../api/entries.ts'
import { stage } from '../paths.ts'

type Item = DefaultTheme.SidebarItem

export function guideSidebar(): Item[] {
  return [
    {
      text: 'Guide',
      items: [
        { text: 'tweedie', link: '/' },
        ...[
          'docs/library',
          'docs/browser',
          'docs/lab',
          'docs/captions',
          'docs/icons-by-name',
          'docs/shapes',
          'docs/assimilation',
          'docs/own-parts',
          'docs/model-folders',
          'docs/gallery',
          'docs/measurements',
          'docs/performance',
          'docs/architecture',
          'CONTRIBUTING',
          'CHANGELOG',
        ].map(itemOf),
      ],
    },
    {
      text: 'Theory',

      items: [{ text: 'Overview', link: '/docs/theory/' }, ...listed('docs/theory')],
    },
    {
      text: 'Families',

      items: [{ text: 'Overview', link: '/docs/families/' }, ...listed('docs/families')],
    },
  ]
}

/** Entries alone: every page carries its sidebar with it, and there are a thousand names. */
export function referenceSidebar(): Item[] {
  const items = entries.map(({ name }) => ({ text: name, link: `/api/${name}/` }))
  return [{ text: 'Reference', items: [{ text: 'Overview', link: '/api/' }, ...items] }]
}

/** The pages that a folder's first page links to in its first table, in that order. */
function listed(folder: string): Item[] {
  const text = readFileSync(`${stage}${folder}/index.md`, 'utf8')
  const names = [...text.matchAll(/^\|.*\]\(([\w-]+)\.md\).*\|$/gm)].map(([, name]) => name!)
  return [...new Set(names)].map((name) => itemOf(`${folder}/${name}`))
}

/** A page by its path without `.md`, under its own title. */
function itemOf(path: string): Item {
  const title = /^# (.*)$/m.exec(readFileSync(`${stage}${path}.md`, 'utf8'))?.[1] ?? path
  return { text: title.replaceAll('`', ''), link: `/${path}` }
}
