/** Where quoted lines stand. */

/**
 * The line of `source`, from 1, at which the first passage of a quotation begins, whatever its indentation; a line `…` ends a passage. 1 where
 * it is nowhere (a test of the documentation says that).
 */
export function lineOf(quotation: string, source: string): number {
  const lines = quotation.split('\n').map((line) => line.trim())
  const end = lines.findIndex((line) => line === '…')
  const passage = lines
    .slice(0, end < 0 ? lines.length : end)
    .join('\n')
    .trim()
  const tight = `\n${source
    .split('\n')
    .map((line) => line.trim())
    .join('\n')}\n`
  const at = tight.indexOf(`\n${passage}\n`)
  return at < 0 ? 1 : tight.slice(0, at).split('\n').length
}
