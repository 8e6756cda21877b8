/** Tables of what stands around a token: n-grams, as features. */
import { add, cast, concat, filled, floor, gather, mul, pad, reshape, slice, sub } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { linear } from './layers.ts'
import { normalWith, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'

/** Sizes of the tables. */
export interface NeighbourhoodConfig {
  /** How many states a token may be in. */
  readonly states: number
  /** Rows of each table: a power of two, at most 2¹⁸. */
  readonly rows: number
  /** Features of a row. */
  readonly features: number
  /** Features of a token. */
  readonly width: number
  /** Drops numbers of `[T, N, tables]` in training; one that becomes zero silences what its table says of its place. */
  readonly drop?: ((kept: Tensor) => Tensor) | undefined
}

/** Which neighbours are read together, by their distance: one table for each. */
export const neighbourhoodOffsets: readonly (readonly number[])[] = Object.freeze([
  [-2, -1],
  [1, 2],
  [-1, 1],
  [-3, -2, -1],
  [1, 2, 3],
  [-2, -1, 1, 2],
])

const reach = Math.max(...neighbourhoodOffsets.flat().map(Math.abs))

/**
 * What the tables say of each place: `[T, N]` int32 states to `[T, N, width]`, at first zeros. For each of {@link neighbourhoodOffsets}, the states that
 * stand there make up the number of a row ({@link rowOf}), and the rows side by side are multiplied by a matrix. A row costs no products, so
 * a small network learns in minutes what pairs and triples of neighbours make likely. Places beyond the ends are a state of their own.
 *
 * `drop` silences whole rows at random, each table at each place by itself, so that the network learns to do with shorter neighbourhoods
 * where a long one is new to it: what back-off does for counted n-grams.
 *
 * Clark et al., Canine (2022); Pagnoni et al., Byte Latent Transformer (2024), whose tables read what stands before a byte.
 */
export function neighbourhoods(scope: Scope, x: Tensor, config: NeighbourhoodConfig): Tensor {
  const { rows, features, width, drop } = config
  const [places, batch] = x.shape as [number, number]
  const tables = neighbourhoodOffsets.length
  const padded = pad(add(cast(x, 'float32'), 1), [reach, 0], [reach, 0])
  const read = neighbourhoodOffsets.map((offsets, i) => {
    const states = offsets.map((offset) => slice(padded, 0, reach + offset, reach + offset + places))
    const table = scope.child('embed').child(i).parameter('weight', [rows, features], zeros)
    return gather(table, cast(rowOf(states, config), 'int32'))
  })
  const fanIn = features * tables
  const all = concat(read, 2)
  const heard = drop
    ? reshape(
        mul(
          reshape(all, [places, batch, tables, features]),
          reshape(drop(filled(1, [places, batch, tables])), [places, batch, tables, 1]),
        ),
        [places, batch, fanIn],
      )
    : all
  return linear(scope.child('to_out'), heard, width, { bias: false, init: normalWith(1 / Math.sqrt(fanIn)) })
}

/**
 * `(… (s₁ f + s₂) f + …) mod rows` of states from 1; all products are whole numbers below 2²⁴, exact in 32-bit floats. Pairs and triples
 * have rows of their own as far as there are enough; others share theirs.
 */
function rowOf(states: readonly Tensor[], { states: count, rows }: NeighbourhoodConfig): Tensor {
  const factor = hashFactor(count, rows)
  return states.reduce((row, next) => {
    const sum = add(mul(row, factor), next)
    return sub(sum, mul(floor(mul(sum, 1 / rows)), rows))
  })
}

/** f: odd, above the number of states if `rows · f + states` stays below 2²⁴. */
export function hashFactor(states: number, rows: number): number {
  const most = Math.floor((2 ** 24 - 1 - states) / rows)
  const factor = Math.min(states + 1, most)
  return factor % 2 === 1 ? factor : factor < most ? factor + 1 : factor - 1
}
