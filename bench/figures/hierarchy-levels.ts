/** A diffusion model as a hierarchy: its bound by the number of levels, and what each level costs. */
import { decoderLaw, hierarchyBound, noiseHierarchy } from '../../src/diffusion/latent/index.ts'
import { cosineSchedule } from '../../src/diffusion/noise/index.ts'
import { add, constant, mean, mul, type Tensor } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { colors, dots, figure, line } from './plot/index.ts'

/** Data from N(m, v), whose denoiser is known. Averages over two items are those over all, for quadratic functions. */
const [centre, variance] = [0.5, 0.4]
const schedule = cosineSchedule()
const data = [centre - Math.sqrt(variance), centre + Math.sqrt(variance)]
const truth = 0.5 * (Math.log(2 * Math.PI * variance) + 1)
const counts = [2, 4, 8, 16, 32, 64]

const denoise = (x: Tensor, t: number): Tensor => {
  const [alpha, noise] = [schedule.alpha(t), schedule.sigma(t) ** 2]
  const total = alpha ** 2 * variance + noise
  return add(mul(x, (alpha * variance) / total), (centre * noise) / total)
}

/** Times from faint noise to the end, in equal steps. */
const timesOf = (levels: number): number[] =>
  Array.from({ length: levels }, (_, i) => first + ((1 - first) * i) / (levels - 1))

/** What is not known of x₀ at the lowest level: the width of the decoder's law. */
const first = 0.02
const [alpha, noise] = [schedule.alpha(first), schedule.sigma(first) ** 2]
const logSigma = Math.log((variance * noise) / (alpha ** 2 * variance + noise)) / 2

/** Means over data and draws: of the bound, and of each divergence. Draws ±√n e_j average quadratic functions as N(0, I) does. */
function terms(levels: number, kind: 'small' | 'large') {
  const draws = Array.from({ length: 2 * levels }, (_, i) =>
    Array.from({ length: levels }, (__, j) => (j === i >> 1 ? (i % 2 === 0 ? 1 : -1) * Math.sqrt(levels) : 0)),
  ).flat()
  const { total, klByLevel } = hierarchyBound(
    noiseHierarchy({ schedule, times: timesOf(levels), shape: [1], denoise, variance: kind }),
    decoderLaw('gaussian'),
    {
      x: constant(data, [2, 1]),
      noise: constant([...draws, ...draws], [2, 2 * levels, levels]),
      logSigma: constant([logSigma], [1]),
    },
  )
  const [bound, each] = evaluate([mean(total), mean(klByLevel, 0)])
  return { bound: Number(bound!.data[0]), each: Array.from(each!.data) }
}

export async function hierarchyLevels(): Promise<string> {
  const kinds = [
    { label: 'Σ = β', kind: 'large', color: colors.blue },
    { label: 'Σ = β̃', kind: 'small', color: colors.red },
  ] as const
  const shown = [
    { label: '8 levels', levels: 8, color: colors.green },
    { label: '32 levels', levels: 32, color: colors.purple },
  ]
  return figure(
    [
      {
        title: 'gap of the bound',
        x: { label: 'levels', from: 1.8, to: 75, log: true, ticks: counts },
        y: { label: 'nats above −log p(x)', from: 0.002, to: 400, log: true, ticks: [0.01, 0.1, 1, 10, 100] },
        marks: kinds.flatMap(({ kind, color }) => {
          const points = counts.map((levels) => [levels, terms(levels, kind).bound - truth] as const)
          return [line(points, { color }), dots(points, { color })]
        }),
      },
      {
        title: 'divergence of each level',
        x: { label: 'time of its code', from: 0, to: 1 },
        y: { label: 'nats', from: -0.02, to: 0.8 },
        marks: shown.flatMap(({ levels, color }) => {
          const { each } = terms(levels, 'large')
          const points = timesOf(levels).map((t, level) => [t, each[level]!] as const)
          return [line(points, { color }), dots(points, { color })]
        }),
      },
    ],
    { size: [300, 200], legend: [...kinds, ...shown] },
  )
}
