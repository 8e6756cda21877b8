/** Sparse projections: each number that is measured is the signed mean of a few elements, drawn at random. */
import { sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { fold, type Key, key, permutation, uniform } from '../../engine/random/index.ts'
import type { LinearOperator } from './operator.ts'
import { sparseOperator } from './sparse.ts'

/**
 * m rows with `each` entries ±1/√each: cheap to apply to large items, where a dense projection would not fit into memory.
 * A row has norm 1.
 *
 * Achlioptas, Database-friendly random projections (2003), https://doi.org/10.1016/S0022-0000(03)00025-4
 *
 * @param each elements to a measurement; default 16, or all that there are
 */
export function sparseProjection(
  from: readonly number[],
  m: number,
  { each = Math.min(16, sizeOf(from)), stream = key('sparse projection') }: { each?: number; stream?: Key } = {},
): LinearOperator {
  const n = sizeOf(from)
  if (!(Number.isInteger(m) && m > 0)) throw new TweedieError('usage', `${m} projections: a positive whole number`)
  if (!(Number.isInteger(each) && each > 0 && each <= n)) {
    throw new TweedieError('usage', `${each} elements to a projection: a whole number from 1 to ${n}`)
  }
  const rows = Array.from({ length: m }, (_, k) => {
    const own = fold(stream, k)
    const signs = uniform(fold(own, 'sign'), new Float64Array(each))
    return {
      indices: permutation(own, n).subarray(0, each),
      weights: signs.map((u) => (u < 0.5 ? -1 : 1) / Math.sqrt(each)),
    }
  })
  return sparseOperator({ name: `${m} sparse projections`, from, to: [m] }, rows)
}
