/** What a learned prior is worth: the cross entropy of codes under N(0, 1), and under their own law. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { evenly, logNormal, normalCurve, shown } from '../../shared/series.ts'

const schedule = cosineSchedule()
const fine = evenly(-9, 9, 3601)
const grid = evenly(-3.5, 3.5, 211)

/** Groups about three centres with one spread, brought to mean 0 and variance 1. */
export function aggregate(centres: readonly number[], spread: number) {
  const mean = centres.reduce((sum, each) => sum + each / centres.length, 0)
  const variance = centres.reduce((sum, each) => sum + (each - mean) ** 2 / centres.length, spread ** 2)
  const s = Math.sqrt(variance)
  return mixtureDenoiser({
    schedule,
    components: centres.map((each) => ({ mean: [(each - mean) / s], covariance: (spread / s) ** 2 })),
  })
}

/** In nats: E −log N(z; 0, 1), the entropy of q(z), and their difference, the divergence. */
export function worth(centres: readonly number[], spread: number) {
  const logs = aggregate(centres, spread).logDensity(fine, 0)
  const step = fine[1]! - fine[0]!
  let [cross, entropy] = [0, 0]
  logs.forEach((log, i) => {
    const p = Math.exp(log) * step
    cross -= p * logNormal(fine[i]!)
    entropy -= p === 0 ? 0 : p * log
  })
  return { cross, entropy, gain: cross - entropy }
}

const centre = (label: string, initial: number) =>
  ({ kind: 'slider', label, min: -3, max: 3, step: 0.05, initial }) as const

export const prior = figure({
  id: 'prior',
  title: 'What a prior has to learn',
  hint: 'Put all centres in one place: codes are normal, and there is nothing to gain. Narrow groups are worth most.',
  controls: {
    a: centre('centre of the first kind', -1.4),
    b: centre('of the second', -0.1),
    c: centre('of the third', 1.5),
    spread: { kind: 'slider', label: 'deviation of a group', min: 0.1, max: 1.5, step: 0.05, initial: 0.35 },
  },
  show({ a, b, c, spread }) {
    const { cross, entropy, gain } = worth([a, b, c], spread)
    const density = aggregate([a, b, c], spread).logDensity(grid, 0).map(Math.exp)
    return {
      views: [
        {
          kind: 'plot',
          title: 'codes as the network sees them',
          x: { label: 'z', min: -3.5, max: 3.5 },
          y: { label: 'density', min: 0, max: Math.max(0.5, ...density) * 1.05 },
          marks: [
            { kind: 'area', x: grid, y: density, ink: 'data', label: 'q(z), their own law' },
            { kind: 'line', x: grid, y: normalCurve(grid), ink: 'noise', label: 'N(0, 1)' },
          ],
        },
      ],
      numbers: { cross, entropy, gain },
      caption: `A code costs ${shown(cross, 3)} nats under N(0, 1), and ${shown(entropy, 3)} under the law of codes itself: a prior that is learned gains up to ${shown(gain, 3)}.`,
    }
  },
})
