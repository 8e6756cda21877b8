/** Templates of text with gaps: `To be, [MASK…] question`. */
import { TweedieError } from '../../errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A sequence of which some tokens are fixed. */
export interface Infill {
  /** Fixed tokens in their places; −1 in the gaps. */
  readonly tokens: Int32Array
  /** 1 where a token is fixed, 0 where it is to be filled in. */
  readonly fixed: Uint8Array
}

/** A mask, or what only looks like one; a backslash in front makes it text. */
const marks = /\\?\[MASK([^\]]*)(\]?)/g

/** The most tokens of a template. */
const mostTokens = 2 ** 20

/** A piece of a template: tokens, or a gap of so many (undefined: as many as fill up the length). */
type Piece = { readonly tokens: Int32Array } | { readonly gap: number | undefined }

/**
 * Reads a template: `[MASK]` is a gap of one token, `[MASK:12]` of twelve, and `[MASK…]` (or `[MASK...]`), at most once, of as
 * many as fill up the length. `\[MASK]` is text.
 *
 * @param length tokens in all; by default as many as the template has
 * @throws TweedieError `usage` for masks that make no sense, or over a million tokens; `data` for text outside the vocabulary
 * @example
 * parseInfill('To be, [MASK…] question', characterTokenizer(corpus), 64)
 */
export function parseInfill(template: string, tokenizer: Tokenizer, length?: number): Infill {
  const pieces = piecesOf(template, tokenizer)
  const gaps = pieces.flatMap((piece) => ('gap' in piece ? [piece.gap] : []))
  const open = gaps.filter((gap) => gap === undefined).length
  const known = pieces.reduce((sum, piece) => sum + ('gap' in piece ? (piece.gap ?? 0) : piece.tokens.length), 0)
  checkGaps(gaps.length, open, known, length)

  const total = length ?? known
  const tokens = new Int32Array(total).fill(-1)
  const fixed = new Uint8Array(total)
  let at = 0
  for (const piece of pieces) {
    if ('gap' in piece) at += piece.gap ?? total - known
    else {
      tokens.set(piece.tokens, at)
      fixed.fill(1, at, (at += piece.tokens.length))
    }
  }
  return { tokens, fixed }
}

function piecesOf(template: string, tokenizer: Tokenizer): Piece[] {
  const pieces: Piece[] = []
  let [text, end] = ['', 0]
  const flush = (): void => {
    if (text !== '') pieces.push({ tokens: tokenizer.encode(text) })
    text = ''
  }
  for (const match of template.matchAll(marks)) {
    const [whole, inside, closing] = match as unknown as [string, string, string]
    text += template.slice(end, match.index)
    end = match.index + whole.length
    if (whole.startsWith('\\')) text += whole.slice(1)
    else {
      flush()
      pieces.push({ gap: gapOf(whole, inside, closing, match.index) })
    }
  }
  text += template.slice(end)
  flush()
  return pieces
}

function gapOf(whole: string, inside: string, closing: string, index: number): number | undefined {
  const count = inside === '' ? 1 : Number(/^:(\d+)$/.exec(inside)?.[1])
  if (closing !== '' && (inside === '…' || inside === '...')) return undefined
  if (closing !== '' && count > 0) return count
  throw new TweedieError('usage', `\`infill\`: "${whole}" at place ${index + 1} is no mask`, {
    hint: 'write [MASK], [MASK:12] or [MASK…]; \\[MASK is text',
  })
}

function checkGaps(gaps: number, open: number, known: number, length: number | undefined): void {
  const fail = (message: string, hint: string): never => {
    throw new TweedieError('usage', `\`infill\`: ${message}`, { hint })
  }
  const total = length ?? known
  if (total > mostTokens) {
    fail(`the template has ${total} tokens`, `${mostTokens} at most`)
  }
  if (gaps === 0) fail('the template has no mask: nothing is to be filled in', 'write [MASK…] where text is missing')
  if (open > 1) fail(`${open} open-ended masks: one at most`, 'say how many tokens the others have: [MASK:12]')
  if (length === undefined) {
    if (open === 1) fail('an open-ended mask needs a length', 'give `length`, or say how many tokens: [MASK:12]')
    return
  }
  if (!Number.isInteger(length) || length < 1) fail(`length ${length}`, 'expected a positive integer')
  if (known + open > length) {
    fail(`the template has ${known + open} tokens or more, the length is ${length}`, 'raise `length`, or shorten it')
  }
  if (open === 0 && known < length) {
    fail(`the template has ${known} tokens, the length is ${length}`, 'let [MASK…] fill up the rest')
  }
}
