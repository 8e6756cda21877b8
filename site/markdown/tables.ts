/** Corners of tables that are empty are no headers. */
import type { MarkdownRenderer } from 'vitepress'

export function tablesPlugin(md: MarkdownRenderer): void {
  md.core.ruler.push('empty-headers', ({ tokens }) => {
    for (const [i, token] of tokens.entries()) {
      if (token.type !== 'th_open' || tokens[i + 1]?.content !== '') continue
      token.tag = 'td'
      tokens[i + 2]!.tag = 'td'
    }
  })
}
