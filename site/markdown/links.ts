/** Links from pages to files of the repository lead to the site's own pages of them. */
import type { MarkdownRenderer } from 'vitepress'
import { sourcePage } from '../pages/source-names.ts'

/** What VitePress says of the page that is parsed. */
interface PageEnvironment {
  /** From the root of the site. */
  readonly relativePath: string
}

/** Adds the rewriting of links to a Markdown parser. */
export function linksPlugin(md: MarkdownRenderer): void {
  md.core.ruler.push('source-links', ({ tokens, env }) => {
    // From a page to the root: the reference names sources from there.
    const up = '../'.repeat((env as PageEnvironment).relativePath.split('/').length - 1)
    for (const token of tokens.flatMap((each) => each.children ?? [])) {
      if (token.type !== 'link_open') continue
      const href = (token.attrGet('href') ?? '').replace(/^\/(?=src\/)/, up)
      const page = /\.html(#|$)/.test(href) && /^(\.\.\/)+src\//.test(href) ? href : sourcePage(href)
      if (page === undefined) {
        if (!/^[a-z]+:/.test(href)) token.attrSet('href', href.replace(/(^|\/)README\.md(?=#|$)/, '$1index.md'))
        continue
      }
      token.attrSet('href', page)
      // Not one of VitePress's pages: the browser loads it.
      token.attrSet('target', '_self')
    }
  })
}
