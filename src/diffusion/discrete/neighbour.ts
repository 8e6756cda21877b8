/**
 * The nearest-neighbour kernel: categories move along a graph, for instance of the words that are close in an embedding. With
 * G the graph's rates, symmetric, and 0 the sum of every row, Q_{s→t} = exp((τ_t − τ_s) G) for a rising time τ; the eigenvectors
 * of G give all of them. τ = −log ᾱ(t) / gap: the slowest mode of the graph fades as ᾱ, all others faster, and
 * the noise ends up uniform. On a graph that joins all categories it is the uniform kernel.
 *
 * Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), appendix A.2.4, https://arxiv.org/abs/2107.03006
 */
import { symmetricEigen } from '../denoise/eigen.ts'
import { TweedieError } from '../../errors.ts'
import { cosineFade, type Fade, linearFade, logLinearFade } from './fade.ts'
import { entropyOf, mutualInformationFade, sharesOf } from './mutual-information.ts'
import type { DiscreteSpec } from './spec.ts'
import type { Tables } from './tables.ts'

/**
 * The most categories whose eigenvectors are worked out. The graph is sparse, its powers are not: each time of each item needs a table
 * of its own, K³ multiplications and K² numbers, so that with 1024 categories a training step would spend more than a minute on its tables.
 */
const mostCategories = 512

/** How many numbers are cached in tables for later use. */
const keptNumbers = 2 ** 24

/** The tables of a graph. */
export function neighbourTables(spec: DiscreteSpec, categories: number): Tables {
  if (categories > mostCategories) {
    const problem = `each of its times needs a dense table of ${categories} × ${categories}; at most ${mostCategories}`
    throw new TweedieError('usage', `kernel neighbour with ${categories} categories: ${problem}`, {
      hint: 'the kernels uniform and absorbing need no tables; characters and bytes are fewer tokens',
    })
  }
  const { values, vectors } = symmetricEigen(ratesOf(spec.neighbours, categories), categories)
  /** How much faster than the slowest mode each one fades. */
  const speeds = speedsOf(values)
  /** exp(τ G) with the slowest mode faded to `left`. */
  const tableAt = (left: number): Float64Array => {
    const out = new Float64Array(categories ** 2)
    for (let m = 0; m < categories; m++) {
      const factor = speeds[m] === 0 ? 1 : left ** speeds[m]!
      if (factor === 0) continue
      for (let i = 0; i < categories; i++) {
        const scaled = factor * vectors[m * categories + i]!
        for (let j = 0; j < categories; j++) out[i * categories + j]! += scaled * vectors[m * categories + j]!
      }
    }
    // rounding leaves negative zeros where a category is many steps away
    for (let i = 0; i < out.length; i++) out[i] = Math.max(0, out[i]!)
    return out
  }
  const { alphaBar } = fadeOf(spec, categories, tableAt)
  const kept = new Map<string, Float64Array>()
  return {
    categories,
    between(s, t) {
      const name = `${s}→${t}`
      const found = kept.get(name) ?? tableAt(alphaBar(t) / alphaBar(s))
      if (!kept.has(name)) {
        if ((kept.size + 1) * categories ** 2 > keptNumbers) kept.clear()
        kept.set(name, found)
      }
      return found
    },
  }
}

/**
 * The `count` nearest neighbours of each category, by the distance of their embeddings.
 *
 * @param embedding `[K, dimensions]`
 */
export function nearestNeighbours(embedding: ArrayLike<number>, categories: number, count: number): number[][] {
  const dimensions = embedding.length / categories
  const distance = (a: number, b: number): number => {
    let square = 0
    for (let d = 0; d < dimensions; d++)
      square += (embedding[a * dimensions + d]! - embedding[b * dimensions + d]!) ** 2
    return square
  }
  const all = Array.from({ length: categories }, (_, k) => k)
  return all.map((k) =>
    all
      .filter((other) => other !== k)
      .map((other) => [distance(k, other), other] as const)
      .sort(([a], [b]) => a - b)
      .slice(0, count)
      .map(([, other]) => other),
  )
}

/** (A + Aᵀ)/2 of the graph, with minus the sum of each row on the diagonal. */
function ratesOf(neighbours: DiscreteSpec['neighbours'], k: number): Float64Array {
  if (neighbours?.length !== k || !neighbours.flat().every((j) => Number.isInteger(j) && j >= 0 && j < k)) {
    throw new TweedieError(
      'usage',
      `kernel neighbour: needs the neighbours of each of ${k} categories, by their indices`,
      {
        hint: 'nearestNeighbours(embedding, categories, count) finds them',
      },
    )
  }
  const rates = new Float64Array(k * k)
  neighbours.forEach((list, i) => {
    for (const j of list) {
      if (i === j) continue
      for (const place of [i * k + j, j * k + i]) rates[place]! += 0.5
      for (const place of [i * k + i, j * k + j]) rates[place]! -= 0.5
    }
  })
  return rates
}

function speedsOf(values: Float64Array): Float64Array {
  const top = values.reduce((most, value) => Math.max(most, -value), 0)
  const speeds = values.map((value) => (-value < 1e-9 * top ? 0 : -value))
  const still = speeds.filter((speed) => speed === 0).length
  if (still !== 1 || top === 0) {
    throw new TweedieError('usage', 'kernel neighbour: the graph falls into parts that are not joined', {
      hint: 'give each category more neighbours',
    })
  }
  const gap = speeds.reduce((least, speed) => (speed > 0 && speed < least ? speed : least), Infinity)
  return speeds.map((speed) => speed / gap)
}

function fadeOf(spec: DiscreteSpec, categories: number, tableAt: (left: number) => Float64Array): Fade {
  if (spec.schedule === 'cosine') return cosineFade
  if (spec.schedule === 'linear') return linearFade
  if (spec.schedule === 'log-linear') return logLinearFade
  const shares = sharesOf(spec.marginal, categories)
  return mutualInformationFade((alphaBar) => informationOf(tableAt(alphaBar), shares), 32)
}

/** I(x; y) for x of the given shares and y of its row in the table. */
function informationOf(table: Float64Array, shares: readonly number[]): number {
  const k = shares.length
  let nats = 0
  for (let j = 0; j < k; j++) {
    let mixed = 0
    for (let i = 0; i < k; i++) {
      const p = table[i * k + j]!
      mixed += shares[i]! * p
      nats -= shares[i]! * entropyOf(p)
    }
    nats += entropyOf(mixed)
  }
  return nats
}
