/** DiffPIR's data step in the plane: the point that agrees with the mean and with the measurement. */
import { proximal } from '../../../../diffusion/guidance/index.ts'
import { figure, type Point } from '../../figure.ts'
import { heatOf, levelLine, planeAxes } from '../../shared/field.ts'
import { shown } from '../../shared/series.ts'
import { direction, extent, measured, prior, schedule } from './mixture.ts'

/** D, and the points x̂₀ for each λ. */
export async function steps(
  [a, b]: Point,
  t: number,
  angle: number,
  y: number,
  sigma: number,
  lambdas: readonly number[],
) {
  const x = Float64Array.of(a, b)
  const seen = measured(angle, y, sigma)
  return {
    mean: prior.denoise(x, t),
    points: await Promise.all(lambdas.map((lambda) => proximal(prior, seen, { lambda }).denoise(x, t))),
  }
}

const path = Array.from({ length: 41 }, (_, i) => 10 ** (-3 + (6 * i) / 40))

export const proximalFigure = figure({
  id: 'proximal',
  title: 'A proximal step',
  hint: 'With a small λ the measurement alone counts, with a large one the mean. Lower t: the mean is trusted more by itself.',
  controls: {
    state: { kind: 'points', label: 'x_t', initial: [[-0.9, -0.4]] },
    lambda: { kind: 'slider', label: 'log₁₀ λ', min: -2, max: 3, step: 0.1, initial: 0.5 },
    t: { kind: 'slider', label: 't', min: 0.02, max: 0.98, step: 0.01, initial: 0.3 },
    angle: { kind: 'slider', label: 'direction measured, degrees', min: 0, max: 180, step: 1, initial: 20 },
    y: { kind: 'slider', label: 'y', min: -2, max: 2, step: 0.05, initial: 1.2 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.05, max: 1, step: 0.05, initial: 0.2 },
  },
  async show({ state, lambda, t, angle, y, sigma }) {
    const { mean, points } = await steps(state[0]!, t, angle, y, sigma, [10 ** lambda, ...path])
    const [now, ...others] = points
    const r2 = (schedule.sigma(t) / schedule.alpha(t)) ** 2 / 10 ** lambda
    const moved = Math.hypot(now![0]! - mean[0]!, now![1]! - mean[1]!)
    return {
      views: [
        {
          kind: 'plot',
          ...planeAxes(extent),
          handles: 'state',
          marks: [
            heatOf((at) => prior.logDensity(at, 0), extent),
            { kind: 'line', ...levelLine(direction(angle), y, extent), ink: 'muted', dashed: true, label: 'A x = y' },
            {
              kind: 'line',
              x: others.map((p) => p[0]!),
              y: others.map((p) => p[1]!),
              ink: 'model',
              label: 'x̂₀ for all λ',
            },
            { kind: 'points', x: [mean[0]!], y: [mean[1]!], ink: 'data', radius: 5, label: 'D' },
            { kind: 'points', x: [now![0]!], y: [now![1]!], ink: 'model', radius: 6, label: 'x̂₀' },
          ],
        },
      ],
      numbers: { lambda: 10 ** lambda, r2, moved, x1: now![0]!, x2: now![1]! },
      caption: `With λ = ${shown(10 ** lambda)} the mean may be moved with variance r² = ${shown(r2, 3)}; it moves by ${shown(moved)}.`,
    }
  },
})
