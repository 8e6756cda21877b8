/** TypeScript as HTML in five colours: enough to read by, and a thousand files take a second. */

const words =
  'abstract|as|async|await|break|case|catch|class|const|continue|declare|default|delete|do|else|enum|export|extends|false|finally|for|from|function|get|if|implements|import|in|infer|instanceof|interface|is|keyof|let|namespace|new|null|of|private|protected|public|readonly|return|satisfies|set|static|super|switch|this|throw|true|try|type|typeof|undefined|using|var|void|while|yield'

const pattern = new RegExp(
  [
    String.raw`(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)`,
    String.raw`(?<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|` + '`(?:[^`\\\\]|\\\\[\\s\\S])*`)',
    String.raw`(?<number>\b\d[\w.]*)`,
    String.raw`(?<word>(?<![.\w$])(?:${words})\b)`,
  ].join('|'),
  'g',
)

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** One string of HTML for each line. */
export function highlight(source: string): readonly string[] {
  let html = ''
  let at = 0
  for (const match of source.matchAll(pattern)) {
    const [kind] = Object.entries(match.groups!).find(([, text]) => text !== undefined)!
    html += escapeHtml(source.slice(at, match.index))
    // A span ends with its line, so that lines are elements.
    html += match[0]
      .split('\n')
      .map((line) => (line === '' ? '' : `<span class="${kind}">${escapeHtml(line)}</span>`))
      .join('\n')
    at = match.index + match[0].length
  }
  return (html + escapeHtml(source.slice(at))).split('\n')
}
