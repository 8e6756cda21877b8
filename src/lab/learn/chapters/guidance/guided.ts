/** Samples of one class of three, guided with and without a classifier. */
import type { FloatArray } from '../../../../diffusion/denoise/index.ts'
import { classifierGuided, guidedAway } from '../../../../diffusion/guidance/index.ts'
import { heun, karrasTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure, type Point } from '../../figure.ts'
import { average, say } from '../../shared/curve.ts'
import { column } from '../../shared/grid.ts'
import { settled } from '../../shared/paths.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'
import { centres, classesAt, classifierScore, reach, schedule, scoreOf } from './classes.ts'

const count = 160
const times = karrasTimes(schedule, 16)

/** Samples with this scale: of the conditional law pushed away from the whole, or of the whole pulled by a classifier. */
export function guidedSamples(
  means: readonly Point[],
  scale: number,
  how: 'free' | 'classifier',
): Promise<Float64Array> {
  const laws = classesAt(means)
  const gradient = (x: FloatArray, t: number) => classifierScore(laws, Float64Array.from(x), t)
  const denoiser =
    how === 'free'
      ? guidedAway(laws.one, laws.everything, { scale })
      : classifierGuided(laws.everything, gradient, { scale })
  return settled(sample(denoiser, { sampler: heun(), times, batch: count, seed: 1, dtype: 'float64' }))
}

/** The mean probability of the first class at these points. */
export function recognised(means: readonly Point[], points: Float64Array): number {
  const { one, everything } = classesAt(means)
  const [a, b] = [one.logDensity(points, 0), everything.logDensity(points, 0)]
  return average(a.map((log, i) => Math.exp(log - Math.log(means.length) - b[i]!)))
}

export const guidedFigure = figure({
  id: 'guided',
  title: 'Towards one class',
  hint: 'Drag the classes and raise the scale: 0 ignores the class, 1 draws from it, more pushes away from the others, far more leaves the data.',
  controls: {
    scale: { kind: 'slider', label: 'scale', min: 0, max: 8, step: 0.5, initial: 3 },
    how: {
      kind: 'choice',
      label: 'guidance',
      options: [
        { value: 'free', label: 'without a classifier' },
        { value: 'classifier', label: 'by a classifier' },
      ],
      initial: 'free',
    },
    means: { kind: 'points', label: 'classes, the first is asked for', initial: centres },
  },
  play: { control: 'scale', seconds: 8 },
  async show({ scale, how, means }) {
    const samples = await guidedSamples(means, scale, how)
    const plain = await guidedSamples(means, how === 'free' ? 1 : 0, how)
    const laws = classesAt(means)
    const clean = schedule.timeOfLogSnr(8)
    const spread = (points: Float64Array) => {
      const [x, y] = [column(points, 0), column(points, 1)]
      const [mx, my] = [average(x), average(y)]
      return Math.sqrt(average(x.map((value, i) => (value - mx) ** 2 + (y[i]! - my) ** 2)))
    }
    const share = recognised(means, samples)
    // the two halves at one place and time, in the letters of the equation
    const [at, t] = [Float64Array.of(0.4, 0), 0.4]
    const toNoise = (score: Float64Array) => -schedule.sigma(t) * score[1]!
    const [conditional, unconditional] = [toNoise(scoreOf(laws.one, at, t)), toNoise(scoreOf(laws.everything, at, t))]
    const combined =
      how === 'free'
        ? scale * conditional - (scale - 1) * unconditional
        : unconditional - scale * schedule.sigma(t) * classifierScore(laws, at, t)[1]!
    return {
      views: [
        planePlot(
          reach,
          [densityOf(laws.everything, clean, reach), dots(plain, 'muted', { radius: 1.8, opacity: 0.6 })],
          {
            title: how === 'free' ? 'scale 1: the class itself' : 'scale 0: everything',
            handles: 'means',
          },
        ),
        planePlot(
          reach,
          [densityOf(laws.everything, clean, reach), dots(samples, 'model', { radius: 2, opacity: 0.8 })],
          {
            title: `scale ${say(scale)}`,
            handles: 'means',
          },
        ),
      ],
      numbers: { scale, w: scale - 1, conditional, unconditional, combined, share, spread: spread(samples) },
      caption:
        `With scale ${say(scale)}, w = ${say(scale - 1)}, the samples are of the class with probability ${say(share)}, and their spread is ${say(spread(samples))} ` +
        `instead of ${say(spread(plain))} with scale ${how === 'free' ? 1 : 0}.`,
    }
  },
})
