/** Text that changes in place in a terminal. */
import { stripVTControlCharacters } from 'node:util'
import { obeyed } from './output.ts'

/** A block of text that is rewritten where it stands. */
export interface LiveText extends Disposable {
  /** Replaces what is shown. */
  show(text: string): void
  /** Removes it, so that the result can be printed in its place. */
  clear(): void
}

const escape = '\u001B['

/** Frames a second: more than this is flicker. */
const fastest = 20

/**
 * Shows text in place on a terminal, and nothing on other streams. Lines are cut at the terminal's width, and only as
 * many as fit are shown.
 */
export function liveText(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>,
  clock: () => number = () => performance.now(),
): LiveText {
  let [height, last] = [0, -Infinity]
  const clear = (): void => {
    if (height > 0) stream.write(`${escape}${height}A${escape}0J${escape}?25h`)
    height = 0
  }
  return {
    show(text) {
      if (!stream.isTTY || clock() - last < 1000 / fastest) return
      last = clock()
      const lines = wrap(text, stream.columns || 80).slice(0, Math.max(1, (stream.rows || 24) - 2))
      const up = height > 0 ? `${escape}${height}A${escape}0J` : `${escape}?25l`
      stream.write(`${up}${lines.join('\n')}\n`)
      height = lines.length
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

/** Lines of at most `width` characters. Control characters, which a model may produce, are left out. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const characters = Array.from(visible(line))
    if (characters.length === 0) return ['']
    const lines: string[] = []
    for (let i = 0; i < characters.length; i += width) lines.push(characters.slice(i, i + width).join(''))
    return lines
  })
}

/** Text without characters that move the cursor, ring the bell or reverse the writing direction. */
export function visible(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\t', ' ').replaceAll(obeyed, ' ')
}
