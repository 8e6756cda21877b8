/** What a prompt loses, in sentences. */
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { roomOf, type WeightedPiece } from './chunks.ts'

/**
 * The remarks about a prompt: words that the vocabulary does not hold, and what is cut.
 *
 * @param where the encoder's name, if there are several
 */
export function promptRemarks(
  tokenizer: CaptionTokenizer,
  pieces: readonly WeightedPiece[],
  { cut, where }: { readonly cut: boolean; readonly where?: string | undefined },
): readonly string[] {
  const prefix = where === undefined ? '' : `${where}: `
  const strange = [
    ...new Set(pieces.filter(({ id }) => id === tokenizer.unknown).map(({ text }) => JSON.stringify(text))),
  ]
  const room = roomOf(tokenizer)
  const lost = cut ? pieces.slice(room) : []
  return [
    ...(strange.length > 0 ? [`${prefix}not among the words of the captions: ${strange.join(', ')}`] : []),
    ...(lost.length > 0
      ? [
          `${prefix}the prompt has ${pieces.length} pieces, the encoder takes ${room}: ${JSON.stringify(textOf(lost))} is cut`,
        ]
      : []),
  ]
}

/** Pieces as text: those of one word together. */
function textOf(pieces: readonly WeightedPiece[]): string {
  return pieces.reduce((text, piece, i) => {
    const together = i === 0 || pieces[i - 1]!.word === piece.word
    return `${text}${together ? '' : ' '}${piece.text}`
  }, '')
}
