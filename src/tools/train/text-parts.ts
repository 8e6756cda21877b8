/** Text encoders among the parts of a training problem: frozen ones that read captions as a part of the graph. */
import type { TrainPart, TrainParts } from './parts.ts'

/** A text encoder that stays as it is, and its weights. */
export type TextPart = TrainPart & { readonly weights: Float32Array }

/** Whether a part of this name is a text encoder. */
export const isTextPart = (name: string): boolean => /^text_encoder(_\d+)?$/.test(name)

/** Those that are frozen, by name. */
export function textParts(parts: TrainParts): readonly (readonly [name: string, part: TextPart])[] {
  return Object.entries(parts).flatMap(([name, part]) =>
    isTextPart(name) && part.learns === false && part.weights
      ? [[name, { ...part, weights: part.weights }] as const]
      : [],
  )
}
