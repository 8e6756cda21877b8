/** A law on the line with two modes, its starts, and how far samples are from it. */
import { type AnalyticDenoiser, type MixtureComponent, mixtureDenoiser } from '../../../diffusion/denoise/index.ts'
import type { Schedule } from '../../../diffusion/noise/index.ts'
import type { Plot } from '../figure.ts'
import { curveOf } from './curve.ts'
import { histogram, middles } from './grid.ts'
import { spreadData } from './spread.ts'

/** A third of the data left, two thirds right. */
export const twoModes: readonly MixtureComponent[] = [
  { weight: 1, mean: [-1.2], covariance: 0.03 },
  { weight: 2, mean: [0.9], covariance: 0.06 },
]

export const twoModesOn = (schedule: Schedule): AnalyticDenoiser => mixtureDenoiser({ schedule, components: twoModes })

/** Wasserstein's distance of samples on the line from a law: the mean distance of their sorted values from its quantiles. */
export function distanceTo(components: readonly MixtureComponent[], samples: ArrayLike<number>): number {
  const sorted = Float64Array.from(samples).sort()
  const truth = spreadData(components, sorted.length).sort()
  return sorted.reduce((sum, value, i) => sum + Math.abs(value - truth[i]!), 0) / sorted.length
}

/** The share of values below zero. */
export function shareLeft(values: ArrayLike<number>): number {
  let left = 0
  for (let i = 0; i < values.length; i++) if (values[i]! < 0) left++
  return left / values.length
}

/** Samples as bars, and the density that they should have. */
export function samplesPlot(
  title: string,
  samples: ArrayLike<number>,
  law: Pick<AnalyticDenoiser, 'logDensity'>,
  { reach = 2.4, bars = 48, t = 0, top = 1.5 }: { reach?: number; bars?: number; t?: number; top?: number } = {},
): Plot {
  return {
    kind: 'plot',
    title,
    x: { label: 'x', min: -reach, max: reach },
    y: { label: 'density', min: 0, max: top },
    marks: [
      {
        kind: 'bars',
        x: middles(-reach, reach, bars),
        y: histogram(samples, -reach, reach, bars).map((height) => Math.min(height, top)),
        ink: 'model',
        label: 'samples',
      },
      {
        kind: 'line',
        ...curveOf((x) => Math.exp(law.logDensity(Float64Array.of(x), t)[0]!), -reach, reach, 161),
        ink: 'exact',
        label: 'the density',
      },
    ],
  }
}
