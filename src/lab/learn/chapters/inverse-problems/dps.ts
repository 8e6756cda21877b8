/** DPS of one number: the length of the step and the number of steps decide the spread. */
import { differentiableGaussian, dps } from '../../../../diffusion/guidance/index.ts'
import { matrixOperator, observation } from '../../../../diffusion/measure/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { deviationOf, evenly, histogram, meanOf, normalCurve, shown } from '../../shared/series.ts'
import { schedule } from './mixture.ts'

const [y, count] = [1, 500]

/** N(0, 1) measured as y = 1 with σ_y: the posterior’s mean and deviation. */
export const truthOf = (sigma: number) => ({ mean: y / (1 + sigma ** 2), deviation: sigma / Math.sqrt(1 + sigma ** 2) })

export async function dpsDraws(zeta: number, steps: number, sigma: number): Promise<Float64Array> {
  const prior = differentiableGaussian({ schedule, mean: [0] })
  const seen = observation(matrixOperator({ from: [1] }, [1]), Float64Array.of(y), sigma)
  return drawn(prior, {
    sampler: dps(seen, { zeta }),
    times: uniformTimes(steps, { from: 0.99 }),
    batch: count,
    seed: 1,
  })
}

const grid = evenly(-2.5, 3, 221)

export const dpsFigure = figure({
  id: 'dps',
  title: 'A step that is tuned',
  hint: 'σ_y moves the truth, and not the samples: it does not occur in DPS. Find the ζ that fits, then change the number of steps.',
  controls: {
    zeta: { kind: 'slider', label: 'ζ', min: 0, max: 1, step: 0.01, initial: 0.1 },
    steps: { kind: 'slider', label: 'steps', min: 5, max: 60, step: 1, initial: 30 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.05, max: 1, step: 0.05, initial: 0.3 },
  },
  async show({ zeta, steps, sigma }) {
    const x = await dpsDraws(zeta, steps, sigma)
    const truth = truthOf(sigma)
    const bars = histogram(x, -2.5, 3, 44)
    const exact = normalCurve(grid, truth.mean, truth.deviation ** 2)
    return {
      views: [
        {
          kind: 'plot',
          title: 'x₀ ~ N(0, 1), measured as y = 1',
          x: { label: 'x₀', min: -2.5, max: 3 },
          y: { label: 'density', min: 0, max: Math.max(2, ...exact, Math.min(6, Math.max(...bars.y))) * 1.05 },
          marks: [
            { kind: 'bars', ...bars, ink: 'model', label: `${count} samples of DPS` },
            { kind: 'line', x: grid, y: exact, ink: 'exact', label: 'p(x₀ | y)' },
            { kind: 'rule', x: y, ink: 'muted', dashed: true, label: 'y' },
          ],
        },
      ],
      numbers: {
        zeta,
        mean: meanOf(x),
        deviation: deviationOf(x),
        truthMean: truth.mean,
        truthDeviation: truth.deviation,
      },
      caption: `The samples have mean ${shown(meanOf(x))} and deviation ${shown(deviationOf(x))}; the posterior has ${shown(truth.mean)} and ${shown(truth.deviation)}.`,
    }
  },
})
