/** What a guided sampler draws from: nearly the tilted density, and where it is not. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { guidedAway } from '../../../../diffusion/guidance/index.ts'
import { heun, karrasTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { average, curveOf, say, spaced } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'
import { settled } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'
import { schedule } from './classes.ts'

const reach = 4
const times = karrasTimes(schedule, 24, { from: 0.995 })

/** Two classes at ± half the distance; the right one is asked for. */
export function lineClasses(apart: number, variance: number) {
  const components = [-1, 1].map((side) => ({ mean: [(side * apart) / 2], covariance: variance }))
  return {
    everything: mixtureDenoiser({ schedule, components }),
    one: mixtureDenoiser({ schedule, components: components.slice(1) }),
  }
}

/** log of p^{1 − s} p(· | y)^s at time t, without its normaliser. */
export function logTilted(
  laws: ReturnType<typeof lineClasses>,
  scale: number,
  x: Float64Array,
  t: number,
): Float64Array {
  const everything = laws.everything.logDensity(x, t)
  return laws.one.logDensity(x, t).map((log, i) => scale * log + (1 - scale) * everything[i]!)
}

/** A density from logarithms on equal steps, and its mean and deviation. */
export function normalised(x: Float64Array, log: Float64Array) {
  const top = Math.max(...log)
  const step = x[1]! - x[0]!
  const mass = log.reduce((sum, value) => sum + Math.exp(value - top) * step, 0)
  const density = log.map((value) => Math.exp(value - top) / mass)
  const mean = density.reduce((sum, p, i) => sum + p * x[i]! * step, 0)
  const variance = density.reduce((sum, p, i) => sum + p * (x[i]! - mean) ** 2 * step, 0)
  return { density, mean, deviation: Math.sqrt(variance) }
}

export const tiltedFigure = figure({
  id: 'tilted',
  title: 'Nearly a tilted density',
  hint: 'Raise the scale: the samples run ahead of the tilted density, since the guided scores of different times are not those of one density made noisy.',
  controls: {
    scale: { kind: 'slider', label: 'scale', min: 0, max: 8, step: 0.5, initial: 4 },
    apart: { kind: 'slider', label: 'distance of the classes', min: 0.5, max: 4, step: 0.25, initial: 1.5 },
    variance: { kind: 'slider', label: 'variance of a class', min: 0.05, max: 0.6, step: 0.05, initial: 0.3 },
    t: { kind: 'slider', label: 't of the score', min: 0.05, max: 0.95, step: 0.05, initial: 0.4 },
  },
  play: { control: 'scale', seconds: 8 },
  async show({ scale, apart, variance, t }) {
    const laws = lineClasses(apart, variance)
    const samples = await settled(
      sample(guidedAway(laws.one, laws.everything, { scale }), { sampler: heun(), times, x: normalPoints(240) }),
    )
    const x = spaced(-reach, reach, 241)
    const tilted = normalised(x, logTilted(laws, scale, x, 1e-6))
    const conditional = normalised(x, laws.one.logDensity(x, 1e-6))
    const mean = average(samples)
    const scoreAt = (law: typeof laws.one, at: number) => {
      const here = Float64Array.of(at)
      return predictionOfSample('score', schedule, t, law.denoise(here, t), here)[0]!
    }
    const guided = (at: number) =>
      scoreAt(laws.everything, at) + scale * (scoreAt(laws.one, at) - scoreAt(laws.everything, at))
    const clip = (value: number) => Math.max(-12, Math.min(12, value))
    const bars = histogram(samples, -reach, reach, 64)
    const top = 1.15 * Math.max(...tilted.density, ...bars, 0.5)
    return {
      views: [
        {
          kind: 'plot',
          title: `scale ${say(scale)}`,
          x: { label: 'x', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: top },
          marks: [
            { kind: 'bars', x: middles(-reach, reach, 64), y: bars, ink: 'model', label: 'guided samples' },
            { kind: 'line', x, y: tilted.density, ink: 'exact', width: 2, label: 'p(x)^(1 − s) p(x | y)^s' },
            { kind: 'line', x, y: conditional.density, ink: 'muted', dashed: true, label: 'p(x | y)' },
          ],
        },
        {
          kind: 'plot',
          title: `scores at t = ${say(t)}`,
          x: { label: 'x', min: -reach, max: reach },
          y: { label: '', min: -12, max: 12 },
          marks: [
            {
              kind: 'line',
              ...curveOf((at) => clip(scoreAt(laws.everything, at)), -reach, reach),
              ink: 'noise',
              label: '∇ log p(x)',
            },
            {
              kind: 'line',
              ...curveOf((at) => clip(scoreAt(laws.one, at)), -reach, reach),
              ink: 'data',
              label: '∇ log p(x | y)',
            },
            {
              kind: 'line',
              ...curveOf((at) => clip(guided(at)), -reach, reach),
              ink: 'model',
              width: 2,
              label: 'guided',
            },
          ],
        },
      ],
      numbers: {
        scale,
        w: scale - 1,
        mean,
        tilted: tilted.mean,
        deviation: tilted.deviation,
        conditional: conditional.mean,
        guided: guided(0.2),
      },
      caption: `The guided samples have mean ${say(mean)}; the tilted density has ${say(tilted.mean)}, the class itself ${say(conditional.mean)}.`,
    }
  },
})
