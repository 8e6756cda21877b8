/** RePaint of two correlated numbers, of which one is known: what repetitions are for. */
import { gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { repaint } from '../../../../diffusion/guidance/index.ts'
import { maskOperator, observation } from '../../../../diffusion/measure/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { coordinate, deviationOf, evenly, histogram, meanOf, normalCurve, shown } from '../../shared/series.ts'
import { schedule } from './mixture.ts'

const count = 300

/** x₂ of samples with x₁ = seen, for N(0, C) with variances 1 and this correlation. */
export async function secondOf(rho: number, seen: number, resample: number): Promise<Float64Array> {
  const prior = gaussianDenoiser({ schedule, mean: [0, 0], covariance: [1, rho, rho, 1] })
  const known = observation(maskOperator([2], [1, 0]), Float64Array.of(seen), 0)
  const sampler = repaint(known, { resample, jump: 5 })
  return coordinate(await drawn(prior, { sampler, times: uniformTimes(30, { from: 0.999 }), batch: count, seed: 3 }), 1)
}

const grid = evenly(-3, 3.5, 221)

export const repaintFigure = figure({
  id: 'repaint',
  title: 'Back and forth',
  hint: 'With one walk the hidden number hears of the known one too late. Repeat, and its law comes to the exact one.',
  controls: {
    resample: { kind: 'slider', label: 'times each stretch is walked', min: 1, max: 12, step: 1, initial: 1 },
    rho: { kind: 'slider', label: 'correlation', min: -0.95, max: 0.95, step: 0.05, initial: 0.9 },
    seen: { kind: 'slider', label: 'x₁, known', min: -2, max: 2, step: 0.1, initial: 1.5 },
  },
  async show({ resample, rho, seen }) {
    const x = await secondOf(rho, seen, resample)
    const [mean, variance] = [rho * seen, 1 - rho ** 2]
    const exact = normalCurve(grid, mean, variance)
    return {
      views: [
        {
          kind: 'plot',
          title: 'the hidden number x₂',
          x: { label: 'x₂', min: -3, max: 3.5 },
          y: { label: 'density', min: 0, max: Math.max(1, ...exact) * 1.1 },
          marks: [
            { kind: 'bars', ...histogram(x, -3, 3.5, 40), ink: 'model', label: `${count} samples of RePaint` },
            { kind: 'line', x: grid, y: exact, ink: 'exact', label: 'p(x₂ | x₁)' },
          ],
        },
      ],
      numbers: {
        resample,
        mean: meanOf(x),
        deviation: deviationOf(x),
        exactMean: mean,
        exactDeviation: Math.sqrt(variance),
      },
      caption: `Walked ${resample === 1 ? 'once' : `${resample} times`}: mean ${shown(meanOf(x))} and deviation ${shown(deviationOf(x))}; exact are ${shown(mean)} and ${shown(Math.sqrt(variance))}.`,
    }
  },
})
