/** The words of a model: what turns texts into conditions of its network. */
import type { TextEncoder } from '../engine/nn/text-encoder.ts'
import type { CaptionTokenizer } from '../files/text/caption-tokenizer.ts'
import type { PartWeights } from './part-weights.ts'

/** A text encoder with its weights and its tokeniser. */
export interface WordEncoder extends PartWeights {
  /** The part of the folder that it lies in: `text_encoder`, `text_encoder_2`; its tokeniser is `tokenizer`, `tokenizer_2`. */
  readonly name: string
  readonly encoder: TextEncoder
  readonly tokenizer: CaptionTokenizer
  /** How many of its last layers are left out; 0: none. */
  readonly skip: number
  /** Whether the norm behind the last layer is applied; yes by default. */
  readonly finalNorm?: boolean | undefined
}

/**
 * What turns texts into conditions. The vectors of all encoders lie side by side, place by place: the condition
 * `context`, a sequence. The last encoder's vector of the whole text is `text_embeds`, where the network has that condition.
 */
export interface Words {
  readonly encoders: readonly WordEncoder[]
  /** Whether no negative prompt is no text at all, zeros in the place of vectors, and not the empty text. No by default. */
  readonly emptyIsNothing?: boolean | undefined
}

/** The condition that holds the vectors of a text's places. */
export const contextName = 'context'
