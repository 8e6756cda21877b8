/** Two linear codes of data in the plane, mixed by a rotation: the likelihood does not see it, and the bound does. */
import { drawGaussian, gaussianKl, gaussianLogDensity, sumOverItem } from '../../../../diffusion/latent/index.ts'
import { add, constant, matmul, mean, neg } from '../../../../engine/graph/index.ts'
import { figure } from '../../figure.ts'
import { cubature, numberOf } from '../../shared/evaluated.ts'
import { remembered } from '../../shared/remembered.ts'
import { evenly, pause, shown, whole } from '../../shared/series.ts'

/** Variances of the data along their axes. */
const lambdas = [3, 1]

/** W = (Λ − σ²)^½ R, by rows; the columns are what the two codes do. */
function decoderOf(degrees: number, variance: number): number[] {
  const angle = (degrees * Math.PI) / 180
  const [a, b] = lambdas.map((lambda) => Math.sqrt(Math.max(0, lambda - variance))) as [number, number]
  return [a * Math.cos(angle), -a * Math.sin(angle), b * Math.sin(angle), b * Math.cos(angle)]
}

/** The precision I + WᵀW/σ² of p(z | x). */
export function precisionOf([a, b, c, d]: readonly number[], variance: number): number[] {
  const dot = (a! * b! + c! * d!) / variance
  return [1 + (a! ** 2 + c! ** 2) / variance, dot, dot, 1 + (b! ** 2 + d! ** 2) / variance]
}

/** The mean of the bound over the data, for the best encoder with two variances; exact, for all functions are quadratic. */
export function rotatedBound(degrees: number, variance: number): number {
  const w = decoderOf(degrees, variance)
  const [p, r, , q] = precisionOf(w, variance) as [number, number, number, number]
  const det = p * q - r * r
  // M = (WᵀW + σ² I)⁻¹ Wᵀ, by rows
  const [a, b, c, d] = w as [number, number, number, number]
  const m = [
    (q * a - r * b) / det / variance,
    (q * c - r * d) / det / variance,
    (p * b - r * a) / det / variance,
    (p * d - r * c) / det / variance,
  ]
  const data = cubature(2).map((value, i) => value * Math.sqrt(lambdas[i % 2]!))
  const draws = cubature(2)
  const pairs = whole(4).flatMap((item) => whole(4).map((draw) => [item, draw] as const))
  const x = constant(Float64Array.from(pairs.flatMap(([item]) => [data[2 * item]!, data[2 * item + 1]!])), [16, 2])
  const noise = constant(Float64Array.from(pairs.flatMap(([, k]) => [draws[2 * k]!, draws[2 * k + 1]!])), [16, 2])
  const means = matmul(x, constant(Float64Array.of(m[0]!, m[2]!, m[1]!, m[3]!), [2, 2]))
  const logVariance = constant(Float64Array.from(pairs.flatMap(() => [-Math.log(p), -Math.log(q)])), [16, 2])
  const code = { mean: means, logVariance }
  const decoded = matmul(drawGaussian(code, noise), constant(Float64Array.of(a, c, b, d), [2, 2]))
  const law = { mean: decoded, logVariance: constant(new Float64Array(32).fill(Math.log(variance)), [16, 2]) }
  return numberOf(mean(add(neg(sumOverItem(gaussianLogDensity(law, x))), sumOverItem(gaussianKl(code)))))
}

/** The mean of −log p(x) over the data: W Wᵀ + σ² I has the data’s variances, where these are above σ². */
export function exactBound(variance: number): number {
  return lambdas.reduce((sum, lambda) => {
    const model = Math.max(lambda, variance)
    return sum + 0.5 * (Math.log(2 * Math.PI * model) + lambda / model)
  }, 0)
}

const angles = evenly(0, 180, 25)

/** The bound by the rotation. */
const curveOf = remembered(async (variance: number) => {
  const curve: number[] = []
  for (const [i, angle] of angles.entries()) {
    if (i % 8 === 7) await pause()
    curve.push(rotatedBound(angle, variance))
  }
  return curve
})

/** An ellipse of one deviation, from a covariance. */
function ellipse(a: number, b: number, c: number) {
  const turn = evenly(0, 2 * Math.PI, 73)
  // by Cholesky
  const [l11, l21] = [Math.sqrt(a), b / Math.sqrt(a)]
  const l22 = Math.sqrt(Math.max(0, c - l21 ** 2))
  return { x: turn.map((t) => l11 * Math.cos(t)), y: turn.map((t) => l21 * Math.cos(t) + l22 * Math.sin(t)) }
}

export const rotation = figure({
  id: 'rotation',
  title: 'A bound that finds the axes',
  hint: 'Turn the codes. The likelihood stays, but an encoder with a variance for each code fits only where the posterior has no slant: at 0° and 90°.',
  controls: {
    angle: { kind: 'slider', label: 'rotation of the codes, degrees', min: 0, max: 180, step: 1, initial: 35 },
    variance: { kind: 'slider', label: 'σ² of the decoder', min: 0.1, max: 2, step: 0.05, initial: 0.4 },
  },
  play: { control: 'angle', seconds: 8 },
  async show({ angle, variance }) {
    const truth = exactBound(variance)
    const curve = await curveOf(variance)
    const now = rotatedBound(angle, variance)
    const [p, r, , q] = precisionOf(decoderOf(angle, variance), variance) as [number, number, number, number]
    const det = p * q - r * r
    return {
      views: [
        {
          kind: 'plot',
          title: 'mean over the data',
          x: { label: 'rotation, degrees', min: 0, max: 180 },
          y: { label: 'nats', min: truth - 0.1, max: Math.max(...curve, truth + 0.2) + 0.1 },
          marks: [
            { kind: 'rule', y: truth, ink: 'exact', label: '−log p(x)' },
            { kind: 'line', x: angles, y: curve, ink: 'model', label: 'bound, best encoder' },
            { kind: 'points', x: [angle], y: [now], ink: 'model', radius: 6 },
          ],
        },
        {
          kind: 'plot',
          title: 'codes given x, one deviation',
          x: { label: 'z₁', min: -1.1, max: 1.1 },
          y: { label: 'z₂', min: -1.1, max: 1.1 },
          equal: true,
          marks: [
            { kind: 'line', ...ellipse(q / det, -r / det, p / det), ink: 'exact', label: 'p(z | x)' },
            { kind: 'line', ...ellipse(1 / p, 0, 1 / q), ink: 'model', label: 'q(z | x)' },
          ],
        },
      ],
      numbers: { angle, bound: now, exact: truth, gap: now - truth },
      caption: `Turned by ${angle}° the bound is ${shown(now, 3)} nats, ${shown(now - truth, 3)} above −log p(x) = ${shown(truth, 3)}, which no rotation changes.`,
    }
  },
})
