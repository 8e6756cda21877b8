/**
 * How several text encoders are used side by side, by a network that is trained from nothing: as Stable Diffusion XL does. The vectors of places are those
 * before the last layer of each encoder, without the norm behind it, one behind the other; the vector of the whole text is the last encoder's.
 *
 * Podell et al., SDXL (2023), section 2.1, https://arxiv.org/abs/2307.01952
 */
import type { WordEncoderOptions } from '../../compiled/words-part.ts'

/** The part of the folder that encoder i lies in. */
export const encoderName = (i: number): string => (i === 0 ? 'text_encoder' : `text_encoder_${i + 1}`)

/** How each of so many is used; one alone as it is. */
export function usedAs(count: number): Pick<WordEncoderOptions, 'skip' | 'finalNorm'> {
  return count > 1 ? { skip: 1, finalNorm: false } : {}
}
