/**
 * How many dimensions of a code are in use: those whose posterior mean varies over the data, Var_x E_q[z_j | x] > 0.01. The others
 * have collapsed to the prior.
 *
 * Burda, Grosse & Salakhutdinov, Importance Weighted Autoencoders (2015), section 5.1, https://arxiv.org/abs/1509.00519
 */

/** The least variance of a mean of a unit in use. */
export const activeVariance = 0.01

/** The variance over items of every dimension. @param means `[items, dimensions]` */
export function meanVariances(means: ArrayLike<number>, dimensions: number): Float64Array {
  const items = means.length / dimensions
  const average = new Float64Array(dimensions)
  for (let i = 0; i < means.length; i++) average[i % dimensions]! += means[i]! / items
  const variances = new Float64Array(dimensions)
  for (let i = 0; i < means.length; i++)
    variances[i % dimensions]! += (means[i]! - average[i % dimensions]!) ** 2 / items
  return variances
}

/**
 * The number of dimensions in use.
 *
 * @example
 * activeUnits(means, 50) // 22
 */
export function activeUnits(means: ArrayLike<number>, dimensions: number): number {
  return meanVariances(means, dimensions).filter((variance) => variance > activeVariance).length
}
