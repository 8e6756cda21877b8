/** The probability flow of a mixture of two Gaussians on the line, followed in small steps of DDIM. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { normalQuantile } from '../../../../diffusion/denoise/normal-quantile.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { ddim, sample } from '../../../../diffusion/sample/index.ts'

export const schedule = cosineSchedule()

export const components = [
  { weight: 0.6, mean: [-1.2], covariance: 0.03 },
  { weight: 0.4, mean: [1.2], covariance: 0.03 },
]
export const mixture = mixtureDenoiser({ schedule, components })

/** Times in equal steps. */
export const between = (t: number, s: number, steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_, i) => (i === steps ? s : t + ((s - t) * i) / steps))

/** States along a path, one row for each time: from x at the first of falling times. */
export async function path(x: Float64Array, times: readonly number[]): Promise<readonly Float64Array[]> {
  const rows = [x.slice()]
  for await (const step of sample(mixture, { sampler: ddim(), times, x })) rows.push(Float64Array.from(step.x))
  return rows
}

/** Where the flow leads from time t to s. */
export async function led(x: Float64Array, t: number, s: number, steps = 60): Promise<Float64Array> {
  return s >= t ? x.slice() : (await path(x, between(t, s, steps))).at(-1)!
}

/** Points that stand for N(0, 1), each for the same share. */
export const quantiles = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count))

/** The density of the data. */
export const dataDensity = (x: Float64Array): Float64Array => mixture.logDensity(x, 0).map(Math.exp)
