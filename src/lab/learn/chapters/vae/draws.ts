/** The importance-weighted bound by the number of draws. */
import { drawGaussian, gaussianLogDensity, importanceBound, sumOverItem } from '../../../../diffusion/latent/index.ts'
import { add, mul, sub } from '../../../../engine/graph/index.ts'
import { key, normal } from '../../../../engine/random/index.ts'
import { once } from '../../../../once.ts'
import { figure } from '../../figure.ts'
import { column, everywhere, numbersOf } from '../../shared/evaluated.ts'
import { remembered } from '../../shared/remembered.ts'
import { meanOf, pause, shown } from '../../shared/series.ts'
import { evidence, posteriorOf } from './linear.ts'

export const model = { w: 1.2, sigma: 0.74, x: 1.5 }
const counts = [1, 2, 4, 8, 16, 32, 64]
const draws = 64 * 24
const noise = once(() => normal(key('draws'), new Float64Array(draws)))

/**
 * Bounds for each k, for a posterior that is beside the truth.
 *
 * @param widen what is added to the log-variance
 */
export async function bounds(shift: number, widen: number, ks: readonly number[] = counts): Promise<number[]> {
  const { mean, variance } = posteriorOf(model)
  const q = { mean: everywhere(mean + shift, draws), logVariance: everywhere(widen + Math.log(variance), draws) }
  const z = drawGaussian(q, column(noise()))
  const data = { mean: mul(z, model.w), logVariance: everywhere(2 * Math.log(model.sigma), draws) }
  const prior = { mean: everywhere(0, draws), logVariance: everywhere(0, draws) }
  const joint = add(gaussianLogDensity(data, everywhere(model.x, draws)), gaussianLogDensity(prior, z))
  const logWeights = sumOverItem(sub(joint, gaussianLogDensity(q, z)))
  const known = column(numbersOf(logWeights))
  const found: number[] = []
  for (const k of ks) {
    await pause()
    found.push(meanOf(numbersOf(importanceBound(sumOverItem(known), k))))
  }
  return found
}

const boundsOf = remembered((shift: number, widen: number) => bounds(shift, widen))

export const drawsFigure = figure({
  id: 'draws',
  title: 'More draws, a tighter bound',
  hint: 'Set both sliders to 0: with q the posterior, every weight is p(x), and k changes nothing. Too narrow a q is not mended by draws as well as too wide a one.',
  controls: {
    shift: { kind: 'slider', label: 'q beside the posterior by', min: -1, max: 1, step: 0.05, initial: 0.3 },
    widen: { kind: 'slider', label: 'log-variance too large by', min: -1.5, max: 2, step: 0.1, initial: 1 },
    exponent: { kind: 'slider', label: 'k', min: 0, max: 6, step: 1, initial: 3, format: (e) => String(2 ** e) },
  },
  async show({ shift, widen, exponent }) {
    const all = await boundsOf(shift, widen)
    const truth = evidence(model)
    const [one, now] = [all[0]!, all[exponent]!]
    return {
      views: [
        {
          kind: 'plot',
          title: 'bound of log p(x)',
          x: { label: 'draws k', min: 0.9, max: 70, scale: 'log' },
          y: { label: 'nats', min: Math.min(truth - 0.5, one - 0.1), max: truth + 0.12 },
          marks: [
            { kind: 'rule', y: truth, ink: 'exact', label: 'log p(x)' },
            { kind: 'line', x: counts, y: all, ink: 'model', label: 'bound of k draws' },
            { kind: 'points', x: counts, y: all, ink: 'model', radius: 3 },
            { kind: 'points', x: [2 ** exponent], y: [now], ink: 'model', radius: 6 },
          ],
        },
      ],
      numbers: { k: 2 ** exponent, one, bound: now, evidence: truth, gap: truth - now },
      caption: `One draw is ${shown(truth - one, 3)} nats below log p(x) = ${shown(truth, 3)}; ${2 ** exponent} are ${shown(truth - now, 3)} below.`,
    }
  },
})
