/** A linear autoencoder: its bound by the number of draws, and what each number of a code carries as the decoder's width grows. */
import {
  drawGaussian,
  gaussianKl,
  gaussianLogDensity,
  importanceBound,
  standardNormal,
  sumOverItem,
} from '../../src/diffusion/latent/index.ts'
import { add, constant, mul, sub, type Tensor } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { colors, dots, figure, line } from './plot/index.ts'

/** x = w z + σ ε, and one item. */
const [weight, sigma, x] = [1.2, 0.74, 1.5]
const variance = weight ** 2 + sigma ** 2
const truth = -0.5 * (Math.log(2 * Math.PI * variance) + x ** 2 / variance)

/** Encoders: the posterior with its mean shifted, and its log-variance widened. */
const encoders = [
  { label: 'q too wide', shift: 0, widen: 1, color: colors.blue },
  { label: 'q beside it', shift: 0.4, widen: 0.2, color: colors.red },
  { label: 'q the posterior', shift: 0, widen: 0, color: colors.green },
]
const counts = [1, 2, 4, 8, 16, 32, 64, 128, 256]
const draws = 256 * 100

/** The variances of data along their axes, and the widths σ² of decoders. */
const lambdas = [4, 2, 1, 0.5]
const widths = Array.from({ length: 61 }, (_, i) => 10 ** (-1.5 + i / 26))

const numbers = (tensor: Tensor): number[] => Array.from(evaluate([tensor])[0]!.data)
const column = (value: number): Tensor => constant(new Float32Array(draws).fill(value), [draws, 1])

function bounds(shift: number, widen: number): (readonly [number, number])[] {
  const precision = 1 + weight ** 2 / sigma ** 2
  const mean = (weight * x) / sigma ** 2 / precision + shift
  const q = { mean: column(mean), logVariance: column(widen - Math.log(precision)) }
  const z = drawGaussian(q, constant(normal(key('figure'), new Float32Array(draws)), [draws, 1]))
  const decoded = { mean: mul(z, weight), logVariance: column(2 * Math.log(sigma)) }
  const joint = add(gaussianLogDensity(decoded, column(x)), gaussianLogDensity(standardNormal(z.shape), z))
  const logWeights = sumOverItem(sub(joint, gaussianLogDensity(q, z)))
  return counts.map((k) => {
    const values = numbers(importanceBound(logWeights, k))
    return [k, values.reduce((sum, each) => sum + each, 0) / values.length]
  })
}

/** The divergence at the optimum, the mean over data of variance λ: q has the variance σ²/λ and means of the variance 1 − σ²/λ. */
function carried(lambda: number): (readonly [number, number])[] {
  return widths.map((width) => {
    const share = Math.min(1, width / lambda)
    const mean = constant([Math.sqrt(1 - share)], [1, 1])
    return [width, numbers(gaussianKl({ mean, logVariance: constant([Math.log(share)], [1, 1]) }))[0]!]
  })
}

export async function vaeBounds(): Promise<string> {
  const rising = encoders.map(({ shift, widen, color }) => ({ points: bounds(shift, widen), color }))
  const exact = [1, 300].map((k) => [k, truth] as const)
  const inks = [colors.purple, colors.orange, colors.sky, colors.grey]
  return figure(
    [
      {
        title: 'bound of log p(x)',
        x: { label: 'draws k', from: 0.9, to: 300, log: true, ticks: [1, 4, 16, 64, 256] },
        y: { label: 'nats', from: truth - 0.4, to: truth + 0.05 },
        marks: [
          line(exact, { color: colors.black, width: 1, dash: '4 3' }),
          ...rising.flatMap(({ points, color }) => [line(points, { color }), dots(points, { color })]),
        ],
      },
      {
        title: 'divergence of each latent',
        x: { label: 'σ² of the decoder', from: 0.03, to: 6, log: true, ticks: [0.1, 0.5, 1, 2, 4] },
        y: { label: 'nats', from: -0.1, to: 2.5 },
        marks: lambdas.map((lambda, i) => line(carried(lambda), { color: inks[i]! })),
      },
    ],
    {
      size: [300, 200],
      legend: [...encoders, ...lambdas.map((lambda, i) => ({ label: `λ = ${lambda}`, color: inks[i]! }))],
    },
  )
}
