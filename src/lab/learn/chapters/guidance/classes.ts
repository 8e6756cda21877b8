/** The classes that guidance is shown on: three clusters of the plane, and two modes of the line. */
import { mixtureDenoiser, predictionOfSample, type AnalyticDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import type { Point } from '../../figure.ts'

export const reach = 3.2
export const schedule = cosineSchedule()

/** Three centres that are dragged; the first is the class that is asked for. */
export const centres: readonly Point[] = [
  [0, 1],
  [-1.1, -0.6],
  [1.1, -0.6],
]

/** The law of everything, and that of the first class. */
export function classesAt(means: readonly Point[]): {
  readonly everything: AnalyticDenoiser
  readonly one: AnalyticDenoiser
} {
  const components = means.map((mean, k) => ({ mean, covariance: k === 0 ? [0.25, 0.1] : 0.18 }))
  return {
    everything: mixtureDenoiser({ schedule, components }),
    one: mixtureDenoiser({ schedule, components: components.slice(0, 1) }),
  }
}

/** ∇ log p_t of a law. */
export const scoreOf = (law: AnalyticDenoiser, x: Float64Array, t: number): Float64Array =>
  Float64Array.from(predictionOfSample('score', schedule, t, law.denoise(x, t), x))

/** ∇ log p(y | x_t), the classifier that two laws imply. */
export function classifierScore(laws: ReturnType<typeof classesAt>, x: Float64Array, t: number): Float64Array {
  const everything = scoreOf(laws.everything, x, t)
  return scoreOf(laws.one, x, t).map((value, i) => value - everything[i]!)
}
