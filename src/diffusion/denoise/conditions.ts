/**
 * Conditions: what a denoiser gets for each item besides x and t. They are arrays by name, items first, and come with
 * every call.
 */
import type { Conditions, DenoiseContext, Denoiser } from './denoiser.ts'

export type { Conditions }

/** The conditions of `count` items from the `first` on, of `total`. Nothing is copied. */
export function conditionsOfItems(
  conditions: Conditions | undefined,
  first: number,
  count: number,
  total: number,
): Conditions | undefined {
  return mapped(conditions, (array) => {
    const size = array.length / total
    return array.subarray(first * size, (first + count) * size)
  })
}

/**
 * Twice a batch: the items' conditions, and behind them those of `nothing`, for guidance in one evaluation.
 *
 * @param nothing of one item, by name; a condition that it does not have is the same in both halves
 * @param items in the batch
 * @param half the number of places in each half; unused places repeat the last item of the half
 */
export function doubledConditions(
  conditions: Conditions,
  nothing: Conditions,
  items: number,
  half: number,
): Conditions {
  return mapped(conditions, (array, name) => {
    const size = array.length / items
    const both = like(array, 2 * half * size)
    const away = nothing[name]
    for (let item = 0; item < half; item++) {
      const own = Math.min(item, items - 1)
      both.set(array.subarray(own * size, (own + 1) * size), item * size)
      both.set(away ?? array.subarray(own * size, (own + 1) * size), (half + item) * size)
    }
    return both
  })!
}

/**
 * A denoiser that uses these conditions at every call that has none, for callers that know nothing of conditions.
 *
 * @example
 * const seven = conditioned(denoiser, { labels: Int32Array.of(7, 7) })
 */
export function conditioned<D extends Denoiser>(denoiser: D, conditions: Conditions | undefined): D {
  if (conditions === undefined) return denoiser
  const merged = (context?: DenoiseContext): DenoiseContext => ({ conditions, ...context })
  const { projection } = denoiser
  const view = {
    ...denoiser,
    ...(projection && { projection: { ...projection, base: conditioned(projection.base, conditions) } }),
  } as Record<string, unknown>
  for (const [name, at] of Object.entries(contextPlaces)) {
    const method = view[name]
    if (typeof method !== 'function') continue
    view[name] = (...args: unknown[]) => {
      const values = Array.from({ length: at }, (_, i) => args[i])
      return method.call(denoiser, ...values, merged(args[at] as DenoiseContext | undefined)) as unknown
    }
  }
  return Object.freeze(view) as D
}

/** Methods of denoisers that take a context, and the position of that argument. */
export const contextPlaces = Object.freeze({ denoise: 2, vjp: 3, denoiseAndPull: 3, denoiseAndTrace: 3 })

function mapped(
  conditions: Conditions | undefined,
  make: (array: Float32Array | Int32Array, name: string) => Float32Array | Int32Array,
): Conditions | undefined {
  if (conditions === undefined) return undefined
  return Object.fromEntries(Object.entries(conditions).map(([name, array]) => [name, make(array, name)]))
}

function like(array: Float32Array | Int32Array, length: number): Float32Array | Int32Array {
  return array instanceof Int32Array ? new Int32Array(length) : new Float32Array(length)
}
