/** Diffusion as a hierarchy: Gaussian data, whose denoiser is exact, so that only the shape of a step’s law is wrong. */
import { decoderLaw, hierarchyBound, noiseHierarchy } from '../../../../diffusion/latent/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { add, constant, mean, mul, type Tensor } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { figure } from '../../figure.ts'
import { cubature } from '../../shared/evaluated.ts'
import { remembered } from '../../shared/remembered.ts'
import { pause, shown } from '../../shared/series.ts'

const schedule = cosineSchedule()
const centre = 0.5
const first = 0.02
const counts = [2, 4, 8, 16]

/** The mean of −log p(x) over the data. */
export const entropy = (variance: number): number => 0.5 * (Math.log(2 * Math.PI * variance) + 1)

/** Times from faint noise to the end, in equal steps. */
export const timesOf = (levels: number): number[] =>
  Array.from({ length: levels }, (_, i) => first + ((1 - first) * i) / (levels - 1))

/** Means over data N(centre, variance) and draws, exact: of the bound, and of each level’s divergence. */
export function noiseTerms(levels: number, kind: 'small' | 'large', variance: number) {
  const denoise = (x: Tensor, t: number): Tensor => {
    const [alpha, noise] = [schedule.alpha(t), schedule.sigma(t) ** 2]
    const total = alpha ** 2 * variance + noise
    return add(mul(x, (alpha * variance) / total), (centre * noise) / total)
  }
  const [alpha, noise] = [schedule.alpha(first), schedule.sigma(first) ** 2]
  // what is not known of x₀ at the lowest level: the width of the decoder’s law
  const logSigma = Math.log((variance * noise) / (alpha ** 2 * variance + noise)) / 2
  const draws = cubature(levels)
  const spread = Math.sqrt(variance)
  const { total, klByLevel } = hierarchyBound(
    noiseHierarchy({ schedule, times: timesOf(levels), shape: [1], denoise, variance: kind }),
    decoderLaw('gaussian'),
    {
      x: constant([centre - spread, centre + spread], [2, 1]),
      noise: constant([...draws, ...draws], [2, 2 * levels, levels]),
      logSigma: constant([logSigma], [1]),
    },
  )
  const [bound, each] = evaluate([mean(total), mean(klByLevel, 0)])
  return { bound: Number(bound.data[0]), each: Array.from(each.data) }
}

/** The gap by the number of levels. */
const gapsOf = remembered(async (variance: number) => {
  const gaps: Record<'large' | 'small', number[]> = { large: [], small: [] }
  for (const kind of ['large', 'small'] as const) {
    for (const count of counts) {
      await pause()
      gaps[kind].push(Math.max(1e-6, noiseTerms(count, kind, variance).bound - entropy(variance)))
    }
  }
  return gaps
})

export const noise = figure({
  id: 'noise',
  title: 'Diffusion is a hierarchy with a fixed encoder',
  hint: 'Add levels: the gap falls, with Σ = β sooner. The lowest levels cost most, for they say where in the law of the data the item is.',
  controls: {
    levels: { kind: 'slider', label: 'levels', min: 2, max: 24, step: 1, initial: 8 },
    kind: {
      kind: 'choice',
      label: 'Σ',
      options: [
        { value: 'large', label: 'β' },
        { value: 'small', label: 'β̃' },
      ],
      initial: 'large',
    },
    variance: { kind: 'slider', label: 'variance of the data', min: 0.1, max: 1, step: 0.05, initial: 0.4 },
  },
  async show({ levels, kind, variance }) {
    const truth = entropy(variance)
    const { bound, each } = noiseTerms(levels, kind, variance)
    const gaps = await gapsOf(variance)
    const top = Math.max(...gaps.small, ...gaps.large)
    const low = Math.min(...gaps.small, ...gaps.large)
    return {
      views: [
        {
          kind: 'plot',
          title: 'gap of the bound',
          x: { label: 'levels', min: 1.8, max: 26, scale: 'log' },
          y: { label: 'nats above −log p(x)', min: low / 2, max: top * 2, scale: 'log' },
          marks: [
            { kind: 'line', x: counts, y: gaps.large, ink: 'model', label: 'Σ = β' },
            { kind: 'line', x: counts, y: gaps.small, ink: 'noise', label: 'Σ = β̃' },
            {
              kind: 'points',
              x: [levels],
              y: [Math.max(low / 2, bound - truth)],
              ink: kind === 'large' ? 'model' : 'noise',
              radius: 5,
            },
          ],
        },
        {
          kind: 'plot',
          title: 'divergence of each level',
          x: { label: 'time of its code', min: 0, max: 1.05 },
          y: { label: 'nats', min: 0, max: Math.max(...each) * 1.1 },
          marks: [{ kind: 'bars', x: timesOf(levels), y: each, width: 0.8 / levels, ink: 'model' }],
        },
      ],
      numbers: { levels, bound, evidence: truth, gap: bound - truth },
      caption: `${levels} levels: the bound is ${shown(bound, 3)} nats, ${shown(bound - truth, 3)} above −log p(x) = ${shown(truth, 3)} on average.`,
    }
  },
})
