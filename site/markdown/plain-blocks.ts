/** Indented blocks, which hold formulas in doc comments: wide ones scroll, by keyboard too. */
import type { MarkdownRenderer } from 'vitepress'

export function plainBlocksPlugin(md: MarkdownRenderer): void {
  md.renderer.rules.code_block = (tokens, index) =>
    `<pre v-pre class="plain" tabindex="0"><code>${md.utils.escapeHtml(tokens[index]!.content)}</code></pre>\n`
}
