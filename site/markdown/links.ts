/** Links from pages to files of the repository lead to the site's own pages of them. */
import { basename, dirname, join, normalize } from 'node:path/posix'
import type { MarkdownRenderer } from 'vitepress'
import { isBelowSources, sourcePage } from '../pages/source-names.ts'

/** What VitePress says of the page that is parsed. */
interface PageEnvironment {
  /** From the root of the site. */
  readonly relativePath: string
}

/** Adds the rewriting of links to a Markdown parser. */
export function linksPlugin(md: MarkdownRenderer): void {
  md.core.ruler.push('source-links', ({ tokens, env }) => {
    const { relativePath } = env as PageEnvironment
    // The reference names the pages of sources from the root.
    const up = '../'.repeat(relativePath.split('/').length - 1)
    for (const token of tokens.flatMap((each) => each.children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href === null) continue
      const page = href.startsWith('/src/') ? up + href.slice(1) : sourcePage(href, relativePath)
      if (page === undefined) {
        token.attrSet('href', firstPage(href, relativePath))
        continue
      }
      token.attrSet('href', page)
      // Not one of VitePress's pages: the browser loads it.
      token.attrSet('target', '_self')
    }
  })
}

/** A folder's README is its first page, but among the sources. */
function firstPage(href: string, page: string): string {
  const [path, ...anchor] = href.split('#') as [string, ...string[]]
  if (/^[a-z]+:/.test(href) || basename(path) !== 'README.md') return href
  if (isBelowSources(normalize(join(dirname(page), path)))) return href
  return [path.replace(/README\.md$/, 'index.md'), ...anchor].join('#')
}
