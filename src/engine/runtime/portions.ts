/**
 * A large batch goes through a graph in portions. Its values then stay in the processor's cache, and memory does not
 * grow with the batch.
 */
import { TweedieError } from '../../errors.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { topological } from '../graph/traverse.ts'
import type { Program } from './program.ts'
import type { RunOptions } from './session.ts'

/** Values that take no memory of their own: fed ones are the caller's, views are another's. */
const free: ReadonlySet<string> = new Set(['input', 'constant', 'reshape'])

/** Whether a value has memory of its own. */
export function takesMemory({ op }: Pick<Tensor, 'op'>): boolean {
  return !free.has(op)
}

/** How many values a graph computes. */
export function valuesOf(outputs: readonly Tensor[]): number {
  return topological(outputs)
    .filter(takesMemory)
    .reduce((sum, tensor) => sum + (tensor.op === 'call' ? tensor.attributes.values : sizeOf(tensor.shape)), 0)
}

/**
 * Items to a portion: the largest part of a batch, in whole parts, with at most so many values.
 *
 * @param outputs of the graph for the whole batch; what does not grow with it is counted too
 */
export function portionOf(outputs: readonly Tensor[], batch: number, mostValues: number): number {
  return partOf(batch, Math.max(1, (mostValues / valuesOf(outputs)) * batch))
}

/** Arrays for a whole batch, items first. */
type Batches = Readonly<Record<string, Float32Array | Int32Array>>

/** Views into arrays for a whole batch: the part of the i-th portion. */
export function portionIn({ inputs, outputs }: Program, arrays: Batches, i: number): Batches {
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) => {
      const tensor = inputs.get(name) ?? outputs.get(name)
      if (tensor === undefined) return []
      const size = sizeOf(tensor.shape)
      return [[name, array.subarray(i * size, (i + 1) * size)]]
    }),
  )
}

/** A program for a portion, bound to arrays for so many of them. */
export interface BoundPortions {
  /** Runs the first portions of the batch, `count` of them, rounded up. */
  run(count: number, options?: RunOptions): Promise<void>
  dispose(): void
}

/**
 * Binds a program for a portion to arrays for the whole batch.
 *
 * @throws TweedieError `usage` if the batch is not so many whole portions
 */
export function bindPortions(program: Program, feeds: Batches, into: Batches, portions: number): BoundPortions {
  if (!Number.isInteger(portions)) {
    throw new TweedieError('usage', `a batch of ${portions} portions`, { hint: 'a portion is a divisor of the batch' })
  }
  const bounds = Array.from({ length: portions }, (_, i) =>
    program.bind(portionIn(program, feeds, i), portionIn(program, into, i)),
  )
  return {
    async run(count, options) {
      for (let i = 0; i < count; i++) await bounds[i]!.run(options)
    },
    dispose: () => bounds.forEach((bound) => bound.dispose()),
  }
}

/** The largest divisor of `whole` up to `most`; where that is less than a third of `most`, the next larger divisor. */
export function partOf(whole: number, most: number): number {
  const divisors = Array.from({ length: whole }, (_, i) => i + 1).filter((part) => whole % part === 0)
  const below = divisors.findLast((part) => part <= most) ?? 1
  return 3 * below >= Math.min(most, whole) ? below : divisors.find((part) => part > most)!
}
