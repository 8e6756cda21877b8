/** All methods on one measurement of the plane, beside exact draws. */
import {
  drawMixture,
  exactPosterior,
  type PosteriorMethodName,
  posteriorMethods,
} from '../../../../diffusion/guidance/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { key } from '../../../../engine/random/index.ts'
import { featureSet, slicedWasserstein } from '../../../../tools/metrics/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { heatOf, levelLine, planeAxes } from '../../shared/field.ts'
import { coordinate, percent, shown } from '../../shared/series.ts'
import { method } from './method.ts'
import { components, direction, extent, measured, prior } from './mixture.ts'

const count = 200

/** Samples of a method, and the posterior that they should follow. */
export async function compared(name: PosteriorMethodName, angle: number, y: number, sigma: number, steps = 40) {
  const seen = measured(angle, y, sigma)
  const { denoiser, sampler } = posteriorMethods[name].prepare(prior, seen, {
    zeta: name === 'dps' ? 0.15 : undefined,
    jump: 5,
    resample: 4,
  })
  const x = await drawn(denoiser, { sampler, times: uniformTimes(steps, { from: 0.99 }), batch: count, seed: 5 })
  const posterior = exactPosterior(components, seen)
  const exact = drawMixture(posterior, count, key('exact'))
  const distance = slicedWasserstein(featureSet(x, 2), featureSet(exact, 2), { directions: 24 })
  return { x, posterior, exact, distance }
}

export const plane = figure({
  id: 'plane',
  title: 'Held against the truth',
  hint: 'Try each method where the line meets two groups, then turn the line. Some methods lose a group, some are too narrow.',
  controls: {
    method,
    angle: { kind: 'slider', label: 'direction measured, degrees', min: 0, max: 180, step: 1, initial: 75 },
    y: { kind: 'slider', label: 'y', min: -2, max: 2, step: 0.05, initial: 0.7 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.03, max: 1, step: 0.01, initial: 0.2 },
  },
  async show({ method, angle, y, sigma }) {
    const { x, posterior, exact, distance } = await compared(method, angle, y, sigma)
    const panel = (title: string, points: Float64Array, ink: 'exact' | 'model') =>
      ({
        kind: 'plot',
        title,
        ...planeAxes(extent),
        marks: [
          heatOf((at) => prior.logDensity(at, 0), extent),
          { kind: 'line', ...levelLine(direction(angle), y, extent), ink: 'muted', dashed: true },
          { kind: 'points', x: coordinate(points, 0), y: coordinate(points, 1), ink, radius: 2.5 },
        ],
      }) as const
    const [w1, w2, w3] = posterior.map(({ weight }) => weight)
    return {
      views: [panel('samples', x, 'model'), panel('exact draws of p(x₀ | y)', exact, 'exact')],
      numbers: { w1: w1!, w2: w2!, w3: w3!, distance },
      caption: `Given y, the three groups have ${percent(w1!)}, ${percent(w2!)} and ${percent(w3!)}. The samples’ sliced Wasserstein distance from exact draws is ${shown(distance)}; two sets of exact draws are about 0.1 apart.`,
    }
  },
})
