/** A coarse predictor, and what Langevin corrections at each level mend. */
import { type Denoiser, mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { vpSchedule } from '../../../../diffusion/noise/index.ts'
import { logSnrTimes, predictorCorrector, randomNoise, reverseSde, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { average, curveOf, normalDensity, say } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'
import { distanceTo } from '../../shared/line.ts'
import { settled } from '../../shared/paths.ts'

const [d, items, variance, centre] = [48, 36, 0.05, 0.7]
const schedule = vpSchedule()
const components = [-1, 1].map((side) => ({ mean: [side * centre], covariance: variance }))
const line = mixtureDenoiser({ schedule, components })
/** Every coordinate is one of two modes, independently of the others. */
const law: Denoiser = { schedule, shape: [d], denoise: (x, t) => line.denoise(x, t) }
const end = schedule.timeOfLogSnr(4)

/** What the coordinates should be at the last time. */
const [alpha, sigma] = [schedule.alpha(end), schedule.sigma(end)]
const wanted = components.map(({ mean: [mean] }) => ({
  mean: [alpha * mean!],
  covariance: alpha ** 2 * variance + sigma ** 2,
}))

/** The coordinates of samples at the last time, `[items · d]`. */
export const correctedSamples = (steps: number, corrections: number, snr: number): Promise<Float64Array> =>
  settled(
    sample(law, {
      sampler: predictorCorrector({ predictor: reverseSde(), corrections, snr }),
      // corrections come before a step, so one that hardly moves lets the last level be corrected too
      times: [...logSnrTimes(schedule, steps, { to: end, final: 'sigma-min' }), 0.999 * end],
      batch: items,
      dtype: 'float64',
      seed: 1,
    }),
  )

/** How far the coordinates are from their law. */
export const errorOf = (samples: ArrayLike<number>): number => distanceTo(wanted, samples)

export const correctorFigure = figure({
  id: 'corrector',
  title: 'Predict, correct',
  hint: 'With few steps the predictor leaves its samples too wide. A few corrections at each level bring them back; too large an r spoils them again.',
  controls: {
    steps: { kind: 'slider', label: 'steps', min: 4, max: 40, step: 2, initial: 8 },
    corrections: { kind: 'slider', label: 'corrections a step', min: 0, max: 6, step: 1, initial: 4 },
    snr: { kind: 'slider', label: 'r', min: 0.02, max: 0.5, step: 0.02, initial: 0.3 },
  },
  async show({ steps, corrections, snr }) {
    const samples = await correctedSamples(steps, corrections, snr)
    const plain = corrections === 0 ? samples : await correctedSamples(steps, 0, snr)
    const [found, without] = [errorOf(samples), errorOf(plain)]
    // the corrector's step for the first item at the first time, where the score of nearly normal noise is −x
    const z = new Float64Array(d)
    randomNoise(d, { seed: 1 })(z, 0, 0)
    const x = new Float64Array(d)
    randomNoise(d, { seed: 1 })(x, -1, 0)
    const norm = (values: Float64Array) => Math.hypot(...values)
    const mean = line.denoise(x, 1)
    const score = x.map((value, i) => (schedule.alpha(1) * mean[i]! - value) / schedule.sigma(1) ** 2)
    const delta = 2 * (snr * (norm(z) / norm(score))) ** 2
    const [reach, bars] = [2.2, 44]
    const density = (value: number) =>
      average(wanted.map(({ mean: [mean], covariance }) => normalDensity(value, mean!, covariance)))
    return {
      views: [
        {
          kind: 'plot',
          title: `all coordinates of ${items} samples in ${d} dimensions`,
          x: { label: 'x', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: 0.8 },
          marks: [
            {
              kind: 'bars',
              x: middles(-reach, reach, bars),
              y: histogram(samples, -reach, reach, bars),
              ink: 'model',
              label: `${corrections} corrections a step`,
            },
            {
              kind: 'line',
              x: middles(-reach, reach, bars),
              y: histogram(plain, -reach, reach, bars),
              ink: 'muted',
              label: 'the predictor alone',
            },
            { kind: 'line', ...curveOf(density, -reach, reach), ink: 'exact', label: 'the density' },
          ],
        },
      ],
      numbers: { snr, z: norm(z), score: norm(score), delta, distance: found, without },
      caption:
        `The samples are ${say(found)} away from their law after ${steps} steps with ${corrections} corrections each, and ${say(without)} without. ` +
        `The first correction of the first sample has δ = ${say(delta)}.`,
    }
  },
})
