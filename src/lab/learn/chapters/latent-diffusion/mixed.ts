/** The mixed score: what is normal of codes, and what is left to a network. */
import { parametrisation } from '../../../../diffusion/denoise/index.ts'
import { mixedPrediction, normalSkip } from '../../../../diffusion/latent/index.ts'
import { constant, input } from '../../../../engine/graph/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { numbersOf } from '../../shared/evaluated.ts'
import { remembered } from '../../shared/remembered.ts'
import { evenly, meanOf, shown } from '../../shared/series.ts'
import { aggregate } from './prior.ts'

const [schedule, epsilon] = [cosineSchedule(), parametrisation('epsilon')]
const grid = evenly(-3, 3, 121)

/** Predictions of ε at these states: of N(0, 1), of the law itself, of a network with errors, and mixed. */
export function predictions(z: Float64Array, t: number, apart: number, error: number, m: number) {
  const law = aggregate([-apart, 0, apart], 0.35)
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const mean = law.denoise(z, t)
  const exact = z.map((value, i) => (value - alpha * mean[i]!) / sigma)
  // errors that vary slowly with z, as those of a network do
  const wave = normal(key('waves'), new Float64Array(4))
  const network = exact.map((value, i) => {
    const bend = wave.reduce((sum, each, k) => sum + each * Math.sin((k + 1) * z[i]! + k), 0)
    return value + error * bend
  })
  const skip = normalSkip(schedule, epsilon, t)
  const share = constant([m], [1])
  const [output, at] = [input('output', [z.length, 1]), input('z', [z.length, 1])]
  const mixed = numbersOf(mixedPrediction(output, at, skip, share), { output: network, z })
  return { normal: z.map((value) => skip * value), exact, network, mixed, skip }
}

/** The mean squared error of the mixture over states of the law. */
export function errorOf(t: number, apart: number, error: number, m: number): number {
  const law = aggregate([-apart, 0, apart], 0.35)
  const weights = law.logDensity(grid, t).map(Math.exp)
  const { exact, mixed } = predictions(grid, t, apart, error, m)
  const total = weights.reduce((sum, each) => sum + each, 0)
  return mixed.reduce((sum, value, i) => sum + (weights[i]! / total) * (value - exact[i]!) ** 2, 0)
}

const shares = evenly(0, 1, 17)

const curveOf = remembered((t: number, apart: number, error: number) =>
  shares.map((share) => errorOf(t, apart, error, share)),
)

export const mixed = figure({
  id: 'mixed',
  title: 'The mixed score',
  hint: 'Bring the groups together: codes are nearly normal, and the best m is small, for the network’s errors count less. Apart, the normal part is wrong, and m goes to 1.',
  controls: {
    m: { kind: 'slider', label: 'm, the network’s share', min: 0, max: 1, step: 0.02, initial: 0.5 },
    apart: { kind: 'slider', label: 'groups, apart by', min: 0, max: 2, step: 0.05, initial: 0.6 },
    error: { kind: 'slider', label: 'error of the network', min: 0, max: 0.5, step: 0.02, initial: 0.16 },
    t: { kind: 'slider', label: 't', min: 0.05, max: 0.95, step: 0.05, initial: 0.4 },
  },
  show({ m, apart, error, t }) {
    const all = predictions(grid, t, apart, error, m)
    const curve = curveOf(t, apart, error)
    const now = errorOf(t, apart, error, m)
    const best = shares[curve.indexOf(Math.min(...curve))]!
    return {
      views: [
        {
          kind: 'plot',
          title: 'predictions of ε',
          x: { label: 'z_t', min: -3, max: 3 },
          y: { label: 'ε̂', min: -3, max: 3 },
          marks: [
            { kind: 'line', x: grid, y: all.exact, ink: 'exact', width: 4, opacity: 0.4, label: 'exact' },
            { kind: 'line', x: grid, y: all.normal, ink: 'noise', dashed: true, label: 'of N(0, 1): σ z' },
            { kind: 'line', x: grid, y: all.network, ink: 'muted', label: 'network' },
            { kind: 'line', x: grid, y: all.mixed, ink: 'model', width: 2.5, label: 'mixed' },
          ],
        },
        {
          kind: 'plot',
          title: 'mean squared error',
          x: { label: 'm', min: 0, max: 1 },
          y: { label: 'error', min: 0, max: Math.max(0.01, ...curve) * 1.1 },
          marks: [
            { kind: 'line', x: shares, y: curve, ink: 'model' },
            { kind: 'points', x: [m], y: [now], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: { m, skip: all.skip, error: now, best, average: meanOf(curve) },
      caption: `With m = ${shown(m)} the mixture errs by ${shown(now, 4)}; the best share is about ${shown(best)}.`,
    }
  },
})
