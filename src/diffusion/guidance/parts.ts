/** The same items several times in one evaluation, each time with conditions of its own. */
import type { Conditions } from '../denoise/conditions.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'

/** How often, and with what. */
export interface Parts {
  readonly count: number
  /** N: the items of a whole batch; default those of the call. The denoiser always gets `count` N items; a smaller batch is filled up. */
  readonly batch?: number | undefined
  /** The conditions of all parts, one behind another, for so many items of which `whole` are evaluated. */
  conditions(items: number, whole: number): Conditions
}

/**
 * The mean of each part.
 *
 * @param denoiser for batches `[count N, ...shape]`
 * @returns a function from the number of a part to its mean, which shares the memory of the others
 * @throws TweedieError `shape` for more items than a batch has
 */
export async function meansOfParts(
  denoiser: Denoiser,
  { count, batch, conditions }: Parts,
  x: FloatArray,
  t: number,
  context: DenoiseContext,
): Promise<(part: number) => FloatArray> {
  const size = sizeOf(denoiser.shape)
  const items = x.length / size
  const whole = batch ?? items
  if (items > whole) throw new TweedieError('shape', `${items} items for guidance of ${whole}`)
  const all = emptyLike(x, count * whole * size)
  for (let part = 0; part < count; part++) all.set(x, part * whole * size)
  const means = await denoiser.denoise(all, t, { ...context, conditions: conditions(items, whole) })
  return (part) => means.subarray(part * whole * size, part * whole * size + x.length)
}
