/** What several text encoders make of a text, side by side: the sequence that a network attends to. */
import { TweedieError } from '../../errors.ts'
import { concat, filled, max, slice } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import type { ConditionSpec } from './condition-spec.ts'
import type { TextCode, TextEncoder } from './text-encoder.ts'

/** The part of an encoder that decides the shape. */
export type TextSizes = Pick<TextEncoder, 'className' | 'length' | 'width' | 'masked'>

/** Numbers of a place's vector, without the flag. */
export function textSize({ width, masked = false }: Pick<TextEncoder, 'width' | 'masked'>): number {
  return width - Number(masked)
}

/**
 * The condition that encoders give a network: the vectors of a place one behind the other.
 *
 * @param nothing whether it can be left out; by default if an encoder says where there is nothing
 * @throws TweedieError `model` for encoders with different numbers of places, or none
 * @example
 * contextSpec([captionEncoder({ vocab_size: 200, length: 16, hidden_size: 64 })]) // { kind: 'sequence', length: 16, size: 64, nothing: true }
 */
export function contextSpec(
  encoders: readonly TextSizes[],
  nothing: boolean = encoders.some(({ masked = false }) => masked),
): Extract<ConditionSpec, { kind: 'sequence' }> {
  const [first] = encoders
  if (first === undefined) throw new TweedieError('model', 'a text needs an encoder')
  const other = encoders.find(({ length }) => length !== first.length)
  if (other !== undefined) {
    throw new TweedieError(
      'model',
      `text encoders side by side have as many places each: ${first.className} has ${first.length}, ${other.className} ${other.length}`,
    )
  }
  const size = encoders.reduce((sum, each) => sum + textSize(each), 0)
  return Object.freeze({ kind: 'sequence', length: first.length, size, nothing })
}

/**
 * The codes of several encoders as that condition: `[N, S, size]`, with a flag behind each place's vector if it can be left out: 1 where any
 * encoder has a word; one without flags has words everywhere.
 *
 * @param codes in the order of the encoders
 */
export function textContext(
  encoders: readonly TextSizes[],
  codes: readonly TextCode[],
  { nothing = false }: Pick<Extract<ConditionSpec, { kind: 'sequence' }>, 'nothing'>,
): Tensor {
  const vectors = codes.map(({ hidden }, i) => slice(hidden, 2, 0, textSize(encoders[i]!)))
  const flags = codes.map(({ hidden }, i) =>
    encoders[i]!.masked ? slice(hidden, 2, textSize(encoders[i]!)) : filled(1, [...hidden.shape.slice(0, 2), 1]),
  )
  const all = nothing ? [...vectors, flags.reduce((a, b) => max(a, b))] : vectors
  return all.length === 1 ? all[0]! : concat(all, 2)
}
