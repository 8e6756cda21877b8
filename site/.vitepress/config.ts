/** VitePress: the documentation as it is, with formulas, links to sources, search and sidebars. */
import { env } from 'node:process'
import { defineConfig } from 'vitepress'
import { examplesPlugin } from '../markdown/examples.ts'
import { labPlugin } from '../markdown/lab.ts'
import { linksPlugin } from '../markdown/links.ts'
import { mathPlugin } from '../markdown/math.ts'
import { plainBlocksPlugin } from '../markdown/plain-blocks.ts'
import { quotesPlugin } from '../markdown/quotes.ts'
import { slugOf } from '../markdown/slug.ts'
import { tablesPlugin } from '../markdown/tables.ts'
import { search } from './search.ts'
import { guideSidebar, referenceSidebar } from './sidebar.ts'

/** A dot of the cloud that a diffusion model starts from. */
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="#3451b2"/></svg>',
)}`

export default defineConfig({
  title: 'tweedie',
  description:
    'Diffusion models for TypeScript: define, train, sample, condition, evaluate and ship them, in Node and in the browser',
  lang: 'en',
  // Where the site will lie on its host: `SITE_BASE=/docs/`.
  base: env['SITE_BASE'] ?? '/',
  srcDir: '.stage',
  outDir: 'dist',
  cacheDir: '.cache',
  head: [['link', { rel: 'icon', href: icon }]],
  // One file for what every page would hold: which file belongs to which page.
  metaChunk: true,
  lastUpdated: false,
  markdown: {
    // Of GitHub's, the pair whose colours are strong enough.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: slugOf },
    // `{…}` at the end of a cell belongs to its formula.
    attrs: { disable: true },
    config(md) {
      md.use(mathPlugin)
      md.use(linksPlugin)
      md.use(labPlugin)
      md.use(quotesPlugin)
      md.use(examplesPlugin)
      md.use(plainBlocksPlugin)
      md.use(tablesPlugin)
    },
  },
  themeConfig: {
    search: { provider: 'local', options: search },
    outline: { level: [2, 3] },
    // The order of pages is that of the sidebar, and says nothing in the reference.
    docFooter: { prev: false, next: false },
    nav: [
      { text: 'Guide', link: '/docs/library' },
      { text: 'Theory', link: '/docs/theory/' },
      { text: 'Families', link: '/docs/families/' },
      { text: 'Reference', link: '/api/' },
      { text: 'Lab', link: '/lab/index.html', target: '_self' },
    ],
    sidebar: { '/': guideSidebar(), '/api/': referenceSidebar() },
  },
})
