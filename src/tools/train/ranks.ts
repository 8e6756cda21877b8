/** The share of a step's items that each of several processes computes. */
import { TweedieError } from '../../errors.ts'

/** One process of several that train together. */
export interface Ranks {
  /** From 0 on. */
  readonly rank: number
  readonly count: number
}

/**
 * A function applied to gradients, in place, before the optimiser uses them: for sums over machines. It may give back the losses of all
 * items, which are then reported.
 */
export type Reduce = (
  gradients: Float32Array,
  context: {
    /** Steps made, this one included. */
    readonly step: number
    /** The mean loss of the items of this process. */
    readonly loss: number
    /** The loss of each of them. */
    readonly itemLoss: Float32Array
  },
) => AllLosses | void | Promise<AllLosses | void>

/** The losses of all items of a step, in the order of ranks. */
export interface AllLosses {
  /** Their mean. */
  readonly loss: number
  readonly itemLoss: Float32Array
}

/** A process alone. */
export const alone: Ranks = Object.freeze({ rank: 0, count: 1 })

/**
 * The items `[from, from + size)` of a step that a rank computes: in the order of ranks.
 *
 * @throws TweedieError `usage` where the items cannot be shared evenly
 */
export function itemsOf({ rank, count }: Ranks, items: number): { readonly from: number; readonly size: number } {
  if (!(Number.isInteger(count) && count >= 1 && Number.isInteger(rank) && rank >= 0 && rank < count)) {
    throw new TweedieError('usage', `rank ${rank} of ${count}: expected a whole number from 0 to ${count - 1}`)
  }
  if (items % count !== 0) {
    throw new TweedieError('usage', `${items} items to a step cannot be shared evenly by ${count} processes`, {
      hint: `a batch that is a multiple of ${count}`,
    })
  }
  const size = items / count
  return { from: rank * size, size }
}
