/** A measurement that is no matrix: the distance from the origin. */
import { mmps, piGdm } from '../../../../diffusion/guidance/index.ts'
import { nonlinearOperator, observation } from '../../../../diffusion/measure/index.ts'
import { ddim, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { heatOf, planeAxes } from '../../shared/field.ts'
import { coordinate, logNormal, meanOf, shown } from '../../shared/series.ts'
import { extent, prior } from './mixture.ts'

/** y = ‖x‖, with its derivative by hand. */
export const radius = nonlinearOperator({
  name: 'radius',
  from: [2],
  to: [1],
  forward: ([a, b]) => [Math.hypot(a!, b!)],
  pushforward: ([a, b], [u, v]) => [(a! * u! + b! * v!) / (Math.hypot(a!, b!) || 1)],
  pullback: ([a, b], [v]) => [(a! * v!) / (Math.hypot(a!, b!) || 1), (b! * v!) / (Math.hypot(a!, b!) || 1)],
})

/** log p(x₀) + log N(y; ‖x₀‖, σ_y²): the posterior but for a constant. */
export function logPosterior(points: Float64Array, y: number, sigma: number): Float64Array {
  return prior
    .logDensity(points, 0)
    .map((log, i) => log + logNormal(y, Math.hypot(points[2 * i]!, points[2 * i + 1]!), sigma ** 2))
}

export const ring = figure({
  id: 'ring',
  title: 'A nonlinear measurement',
  hint: 'Only the distance from the middle is known. The derivative at the mean stands for the measurement, and it has a direction only where the mean is away from the middle.',
  controls: {
    y: { kind: 'slider', label: 'y, the distance', min: 0.3, max: 2, step: 0.05, initial: 1.3 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.03, max: 0.5, step: 0.01, initial: 0.1 },
    method: {
      kind: 'choice',
      label: 'method',
      options: [
        { value: 'mmps', label: 'MMPS' },
        { value: 'pigdm', label: 'ΠGDM' },
      ],
      initial: 'mmps',
    },
  },
  async show({ y, sigma, method }) {
    const seen = observation(radius, Float64Array.of(y), sigma)
    const denoiser = method === 'mmps' ? mmps(prior, seen, { iterations: 1 }) : piGdm(prior, seen)
    const x = await drawn(denoiser, {
      sampler: ddim({ eta: 1 }),
      times: uniformTimes(30, { from: 0.99 }),
      batch: 150,
      seed: 4,
    })
    const radii = radius.forward(x) as Float64Array
    const error = Math.sqrt(meanOf(radii.map((r) => (r - y) ** 2)))
    return {
      views: [
        {
          kind: 'plot',
          title: 'p(x₀ | y), and samples',
          ...planeAxes(extent),
          marks: [
            heatOf((points) => logPosterior(points, y, sigma), extent, 72),
            {
              kind: 'points',
              x: coordinate(x, 0),
              y: coordinate(x, 1),
              ink: 'model',
              radius: 2.5,
              label: '150 samples',
            },
          ],
        },
      ],
      numbers: { y, radius: meanOf(radii), misfit: error },
      caption: `The samples are ${shown(meanOf(radii))} from the middle on average; they miss y = ${shown(y)} by ${shown(error, 3)}, where σ_y is ${shown(sigma)}.`,
    }
  },
})
