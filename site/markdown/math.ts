/** `$…$` and `$$…$$` as MathML, made when the site is built: no script and no font is loaded for it. */
import type { MarkdownRenderer } from 'vitepress'
import temml from 'temml'

/** TeX → MathML; a mistake in it ends the build, with the TeX in the message. */
export function mathml(tex: string, display: boolean): string {
  try {
    // Vue must not take `{{` for its own.
    return temml
      .renderToString(tex.trim(), { displayMode: display, throwOnError: true })
      .replaceAll('{{', '&#123;&#123;')
  } catch (error) {
    throw new Error(`formula ${tex.trim()}: ${String(error)}`, { cause: error })
  }
}

/** Adds both to a Markdown parser. */
export function mathPlugin(md: MarkdownRenderer): void {
  md.inline.ruler.after('escape', 'math', (state, silent) => {
    if (state.src[state.pos] !== '$') return false
    const fence = state.src.startsWith('$$', state.pos) ? '$$' : '$'
    const begin = state.pos + fence.length
    const end = state.src.indexOf(fence, begin)
    const tex = end < 0 ? '' : state.src.slice(begin, end)
    if (tex.trim() === '') return false
    // As on GitHub: prices are no formulas.
    if (fence === '$' && (/^\s|\s$/.test(tex) || /\d/.test(state.src[end + 1] ?? ''))) return false
    if (!silent) {
      const token = state.push('math', 'math', 0)
      token.content = tex
      token.meta = { display: fence === '$$' }
    }
    state.pos = end + fence.length
    return true
  })
  md.renderer.rules['math'] = (tokens, index) => {
    const { content, meta } = tokens[index]!
    const { display } = meta as { readonly display: boolean }
    // A wide formula scrolls by itself, so it must be reachable by keyboard.
    return display
      ? `<span v-pre class="formula" tabindex="0" role="group" aria-label="Formula">${mathml(content, true)}</span>`
      : `<span v-pre>${mathml(content, false)}</span>`
  }
}
