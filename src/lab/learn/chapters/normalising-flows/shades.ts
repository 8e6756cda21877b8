/** Dequantised shades: a density may put spikes on them, and a code length may not. */
import { key, uniform } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { evenly, logNormal, meanOf, shown, sumOf, whole } from '../../shared/series.ts'

const count = 6
/** How often each shade occurs. */
const shares = [0.4, 0.1, 0.05, 0.1, 0.15, 0.2]
const centre = (shade: number) => -1 + (2 * shade) / (count - 1)
const bin = 2 / (count - 1)

/** log p of a mixture of bells of this deviation on the shades. */
export function logSpikes(x: ArrayLike<number>, deviation: number): Float64Array {
  return Float64Array.from(x, (value) => {
    const logs = shares.map((share, k) => Math.log(share) + logNormal(value, centre(k), deviation ** 2))
    const top = Math.max(...logs)
    return top + Math.log(sumOf(logs.map((log) => Math.exp(log - top))))
  })
}

/** Of each shade, in nats: log of its probability under the density, the mean of log p over the noise, and log p at the shade itself. */
export function lengths(deviation: number) {
  return whole(count).map((k) => {
    const cells = evenly(centre(k) - bin / 2, centre(k) + bin / 2, 401)
    const middle = cells.subarray(0, 400).map((value, i) => (value + cells[i + 1]!) / 2)
    const logs = logSpikes(middle, deviation)
    return {
      probability: Math.log((sumOf(logs.map(Math.exp)) * bin) / 400),
      dequantised: meanOf(logs) + Math.log(bin),
      naive: logSpikes([centre(k)], deviation)[0]! + Math.log(bin),
    }
  })
}

const grid = evenly(-1.3, 1.3, 521)

export const shades = figure({
  id: 'shades',
  title: 'Noise for shades',
  hint: 'Make the spikes narrow. At the shades themselves log p grows without limit; over a shade with its noise it falls below what the shade is worth.',
  controls: {
    deviation: {
      kind: 'slider',
      label: 'log₁₀ of the spikes’ deviation',
      min: -2.3,
      max: -0.3,
      step: 0.05,
      initial: -1,
    },
  },
  show({ deviation: log }) {
    const deviation = 10 ** log
    const all = lengths(deviation)
    const mean = (of: 'probability' | 'dequantised' | 'naive') => sumOf(all.map((each, k) => shares[k]! * each[of]))
    const density = logSpikes(grid, deviation).map(Math.exp)
    const noisy = uniform(key('shades'), new Float64Array(90)).map((u, i) => centre(i % count) + (u - 0.5) * bin)
    const entropy = -sumOf(shares.map((p) => p * Math.log(p)))
    return {
      views: [
        {
          kind: 'plot',
          title: 'a density, and shades with noise',
          x: { label: 'x', min: -1.3, max: 1.3 },
          y: { label: 'density', min: -0.06 * Math.max(...density), max: Math.max(...density) * 1.05 },
          marks: [
            { kind: 'area', x: grid, y: density, ink: 'model', label: 'p' },
            {
              kind: 'points',
              x: noisy,
              y: noisy.map(() => -0.03 * Math.max(...density)),
              ink: 'data',
              radius: 2,
              label: 'k + u',
            },
          ],
        },
        {
          kind: 'plot',
          title: 'nats for a shade, on average',
          x: { label: 'log p(k) · log P(k) · E log p(k + u)', min: 0.4, max: 3.6, bare: true },
          y: { label: 'nats', min: Math.min(-3, mean('dequantised')) * 1.1, max: Math.max(0.5, mean('naive')) * 1.1 },
          marks: [
            {
              kind: 'bars',
              x: [1],
              y: [mean('naive')],
              width: 0.7,
              ink: 'noise',
              label: 'at the shade: no code length',
            },
            { kind: 'bars', x: [2], y: [mean('probability')], width: 0.7, ink: 'exact', label: 'its probability' },
            { kind: 'bars', x: [3], y: [mean('dequantised')], width: 0.7, ink: 'model', label: 'with noise' },
            { kind: 'rule', y: -entropy, ink: 'muted', dashed: true, label: '−entropy of the shades' },
          ],
        },
      ],
      numbers: { dequantised: mean('dequantised'), probability: mean('probability'), naive: mean('naive'), entropy },
      caption: `With noise a shade’s mean log p is ${shown(mean('dequantised'))} nats, at most its log-probability, ${shown(mean('probability'))}. At the shades themselves it is ${shown(mean('naive'))}, which is above what any code can have, ${shown(-entropy)}.`,
    }
  },
})
