/** Equations become MathML while the Lab is built, so that no page carries a typesetter. */
import temml from 'temml'
import type { Plugin } from 'vite'

/** Sources whose ``tex: String.raw`…` `` are equations; another name for `String.raw` will do. */
const chapters = /\/src\/lab\/learn\/chapters\/.*\.tsx?$/
const literal = /\btex:\s*(?:String\.)?\w+`([^`]*)`/g

/** Replaces TeX in the chapters by MathML. A mistake in an equation stops the build, with its place. */
export function equations(): Plugin {
  return {
    name: 'tweedie-equations',
    enforce: 'pre',
    transform(code, id) {
      if (!chapters.test(id.split('?')[0]!)) return undefined
      const stray = /\btex:\s*(?!(?:String\.)?\w+`|string\b)\S+/.exec(code)
      if (stray) this.error(`${id}: an equation is written in place, as tex: String.raw\`…\`; got ${stray[0]}`)
      const changed = code.replace(literal, (_, tex: string) => {
        if (tex.includes('${')) this.error(`${id}: an equation has no \${…}; give numbers by \\live{name}: ${tex}`)
        return `tex: ${JSON.stringify(mathMl(tex))}`
      })
      return { code: changed, map: null }
    },
  }
}

/**
 * An equation as MathML. `\live{name}` becomes `<mn data-live="name">`, which the page fills with a number of the figure. What `\qquad`
 * separates becomes elements of its own, so that a narrow page can put them below one another.
 *
 * @throws an Error that names the equation, if it is no TeX
 */
export function mathMl(tex: string): string {
  return apart(tex).map(oneMathMl).join(' ')
}

/** The parts of an equation between `\qquad`s that are in no braces and in no environment. */
function apart(tex: string): readonly string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const [token] of tex.matchAll(/\\(?:[A-Za-z]+|[^])|[^\\]/g)) {
    if (token === '{' || token === '\\begin' || token === '\\left') depth++
    if (token === '}' || token === '\\end' || token === '\\right') depth--
    if (token === '\\qquad' && depth === 0) parts.push('')
    else parts[parts.length - 1] += token
  }
  return parts.filter((part) => part.trim() !== '')
}

function oneMathMl(tex: string): string {
  const marked = tex.replaceAll(/\\live\{([A-Za-z]\w*)\}/g, (_, name: string) => `{\\text{live:${name};}}`)
  let made: string
  try {
    made = temml.renderToString(marked.trim(), { displayMode: true, throwOnError: true, xml: false, annotate: false })
  } catch (error) {
    throw new Error(`this equation is no TeX: ${tex}\n${String(error)}`, { cause: error })
  }
  return made.replaceAll(/<mtext[^>]*>live:(\w+);<\/mtext>/g, '<mn data-live="$1">…</mn>')
}
