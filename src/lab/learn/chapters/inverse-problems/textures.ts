/**
 * Pictures whose law is known: three textures, each a Gaussian field. In a basis of cosines the numbers of a field are independent, so
 * covariances are diagonal; noise is white in any basis, and a sampler may work in this one.
 */
import { gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { type DifferentiableAnalytic, differentiableMixture } from '../../../../diffusion/guidance/index.ts'
import { type LinearOperator, matrixOperator } from '../../../../diffusion/measure/index.ts'
import { fold, type Key, normal, uniform } from '../../../../engine/random/index.ts'
import { once } from '../../../../once.ts'
import { type Cholesky, cholesky } from '../../shared/cholesky.ts'
import { whole } from '../../shared/series.ts'
import { schedule } from './mixture.ts'

/** Pixels on a side, and in all. */
export const side = 8
export const pixels = side * side

/** Row k holds the k-th cosine at each pixel, `[pixels, pixels]`, orthonormal. */
const basis = once(() => {
  const line = (k: number, i: number) =>
    Math.sqrt((k === 0 ? 1 : 2) / side) * Math.cos((Math.PI * (i + 0.5) * k) / side)
  return Float64Array.from({ length: pixels * pixels }, (_, at) => {
    const [k, i] = [Math.floor(at / pixels), at % pixels]
    return line(Math.floor(k / side), Math.floor(i / side)) * line(k % side, i % side)
  })
})

/** Variances of the cosines, by how fast they may vary downwards and to the right; of a pixel 0.35 on average. */
const field = (down: number, right: number): Float64Array => {
  const raw = Float64Array.from({ length: pixels }, (_, k) => {
    return Math.exp(-(((Math.floor(k / side) / down) ** 2 + ((k % side) / right) ** 2) / 2)) + 1e-4
  })
  const total = raw.reduce((sum, value) => sum + value, 0)
  return raw.map((value) => (0.35 * pixels * value) / total)
}

/** The textures, each as likely. */
export const textures = [
  { name: 'bands across', variances: field(3.2, 0.5) },
  { name: 'bands down', variances: field(0.5, 3.2) },
  { name: 'clouds', variances: field(1.6, 1.6) },
] as const

/** The denoiser of cosines’ numbers. */
export const texturePrior: () => DifferentiableAnalytic = once(() =>
  differentiableMixture({
    schedule,
    components: textures.map(({ variances }) => ({ mean: new Float64Array(pixels), covariance: variances })),
  }),
)

/** Which texture explains some numbers of cosines best. */
export function likeliestTexture(numbers: Float64Array): number {
  // with a little noise: finer waves than a texture has are no reason against it
  const logs = parts().map((part) => part.logDensity(numbers, 0.05)[0]!)
  return logs.indexOf(Math.max(...logs))
}

const parts = once(() =>
  textures.map(({ variances }) =>
    gaussianDenoiser({ schedule, mean: new Float64Array(pixels), covariance: variances }),
  ),
)

/** Numbers of cosines as a picture. */
export function pictureOf(numbers: ArrayLike<number>): Float64Array {
  const [b, out] = [basis(), new Float64Array(pixels)]
  for (let k = 0; k < pixels; k++) for (let i = 0; i < pixels; i++) out[i]! += numbers[k]! * b[k * pixels + i]!
  return out
}

/** Some pixels of the picture, as a measurement of its numbers. */
export function pixelOperator(seen: readonly number[]): LinearOperator {
  const b = basis()
  return matrixOperator(
    { name: 'some pixels', from: [pixels] },
    seen.flatMap((pixel) => whole(pixels).map((k) => b[k * pixels + pixel]!)),
  )
}

interface Part {
  readonly weight: number
  readonly factor: Cholesky
  readonly misfit: Float64Array
}

/** p(x₀ | y) of pictures of which some pixels are known with noise. */
export interface TexturePosterior {
  /** The textures’ shares. */
  readonly weights: readonly number[]
  /** Of each pixel. */
  readonly mean: Float64Array
  readonly deviation: Float64Array
  /** Pictures, one after another. */
  draw(count: number, stream: Key): readonly Float64Array[]
}

/**
 * The exact posterior: of each texture C − C Aᵀ (A C Aᵀ + σ² I)⁻¹ A C, and a draw of it is a draw x of the texture moved by
 * C Aᵀ (A C Aᵀ + σ² I)⁻¹ (y − A x − n).
 *
 * @param seen which pixels
 */
export function texturePosterior(seen: readonly number[], y: ArrayLike<number>, sigma: number): TexturePosterior {
  const [b, m] = [basis(), seen.length]
  // covariances of seen pixels with all pixels, of each texture
  const covariances = textures.map(({ variances }) => {
    const rows = seen.map((pixel) => pictureOf(variances.map((v, k) => v * b[k * pixels + pixel]!)))
    return { variances, rows }
  })
  const parts = covariances.map(({ rows }): Part & { readonly log: number } => {
    const system = Float64Array.from({ length: m * m }, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m]
      return rows[i]![seen[j]!]! + (i === j ? sigma ** 2 : 0)
    })
    const factor = cholesky(system, m)
    const misfit = factor.solve(y)
    const square = misfit.reduce((sum, value, i) => sum + value * y[i]!, 0)
    return { factor, misfit, log: -(square + factor.logDet) / 2, weight: 0 }
  })
  const top = Math.max(...parts.map(({ log }) => log))
  const total = parts.reduce((sum, { log }) => sum + Math.exp(log - top), 0)
  const weights = parts.map(({ log }) => Math.exp(log - top) / total)
  /** x plus what a solved misfit says of all pixels. */
  const moved = (x: Float64Array, u: Float64Array, rows: readonly Float64Array[]): Float64Array =>
    x.map((value, i) => rows.reduce((sum, row, j) => sum + row[i]! * u[j]!, value))
  const means = parts.map(({ misfit }, k) => moved(new Float64Array(pixels), misfit, covariances[k]!.rows))
  const mean = means[0]!.map((_, i) => weights.reduce((sum, w, k) => sum + w * means[k]![i]!, 0))
  const deviation = mean.map((centre, i) => {
    const square = parts.reduce((sum, { factor }, k) => {
      const { variances, rows } = covariances[k]!
      const own = variances.reduce((v, each, c) => v + each * b[c * pixels + i]! ** 2, 0)
      const known = factor.lower(rows.map((row) => row[i]!)).reduce((v, each) => v + each ** 2, 0)
      return sum + weights[k]! * (own - known + (means[k]![i]! - centre) ** 2)
    }, 0)
    return Math.sqrt(Math.max(0, square))
  })
  return {
    weights,
    mean,
    deviation,
    draw: (count, stream) =>
      whole(count).map((item) => {
        const own = fold(stream, item)
        let [k, rest] = [0, uniform(fold(own, 'texture'), new Float64Array(1))[0]!]
        while (k < textures.length - 1 && rest >= weights[k]!) rest -= weights[k++]!
        const { variances, rows } = covariances[k]!
        const z = normal(fold(own, 'field'), new Float64Array(pixels))
        const x = pictureOf(variances.map((v, c) => Math.sqrt(v) * z[c]!))
        const noise = normal(fold(own, 'noise'), new Float64Array(m))
        const misfit = seen.map((pixel, j) => y[j]! - x[pixel]! - sigma * noise[j]!)
        return moved(x, parts[k]!.factor.solve(misfit), rows)
      }),
  }
}
