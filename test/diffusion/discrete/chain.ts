/** The truth that processes are held to: chains of explicit matrices, multiplied out, and sums over all states. */
import type { DiscreteSpec } from '../../../src/diffusion/discrete/index.ts'

export type Matrix = readonly (readonly number[])[]

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, each, l) => sum + each * b[l]![j]!, 0)))

export const identity = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)))

const square = (n: number, entry: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)))

const cosine = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2
const alphaBars: Readonly<Record<string, (t: number) => number>> = {
  linear: (t) => 1 - t,
  'log-linear': (t) => 1 - t,
  cosine: (t) => (t === 1 ? 0 : cosine(t) / cosine(0)),
}

/** exp(a) by its series, of a scaled by 2⁻¹² and squared 12 times. */
export function exponential(a: Matrix): Matrix {
  let [term, total] = [identity(a.length), identity(a.length)]
  for (let n = 1; n < 20; n++) {
    term = multiply(term, a).map((row) => row.map((each) => each / n / 2 ** 12))
    total = total.map((row, i) => row.map((each, j) => each + term[i]![j]!))
  }
  for (let i = 0; i < 12; i++) total = multiply(total, total)
  return total
}

/** Q_1 … Q_T, as the papers write them. */
export function stepMatrices(spec: DiscreteSpec, categories: number, gap = 1): readonly Matrix[] {
  const steps = spec.steps!
  return Array.from({ length: steps }, (_, index) => {
    const i = index + 1
    if (spec.kernel === 'gaussian') {
      const [first, last] = spec.beta ?? [0.02, 1]
      const beta = steps === 1 ? last : first + ((last - first) * index) / (steps - 1)
      const bell = (n: number): number => Math.exp((-4 * n * n) / ((categories - 1) ** 2 * beta))
      let total = 0
      for (let n = 1 - categories; n < categories; n++) total += bell(n)
      const away = square(categories, (a, b) => (a === b ? 0 : bell(a - b) / total))
      return square(categories, (a, b) => (a === b ? 1 - away[a]!.reduce((sum, p) => sum + p, 0) : away[a]![b]!))
    }
    const alphaBar = alphaBars[spec.schedule]!
    const kept = alphaBar(i / steps) / alphaBar((i - 1) / steps)
    if (spec.kernel === 'uniform') return square(categories, (a, b) => kept * Number(a === b) + (1 - kept) / categories)
    if (spec.kernel === 'absorbing') {
      return square(categories + 1, (a, b) => {
        if (a === categories) return Number(b === categories)
        return a === b ? kept : b === categories ? 1 - kept : 0
      })
    }
    const joined = (a: number, b: number): number =>
      (Number(spec.neighbours![a]!.includes(b)) + Number(spec.neighbours![b]!.includes(a))) / 2
    const rates = square(categories, (a, b) =>
      a === b
        ? -Array.from({ length: categories }, (_, c) => (c === a ? 0 : joined(a, c))).reduce((sum, r) => sum + r, 0)
        : joined(a, b),
    )
    const time = kept === 0 ? 40 : -Math.log(kept) / gap
    return exponential(rates.map((row) => row.map((each) => each * time)))
  })
}

/** Q_{s→t} = Q_{s+1} … Q_t, of steps. */
export function between(matrices: readonly Matrix[], s: number, t: number): Matrix {
  return matrices.slice(s, t).reduce(multiply, identity(matrices[0]!.length))
}

/**
 * q(x_s | x_t, x₀) from the joint law of the whole path x₀ → … → x_t: the sum over all paths through x_s over the sum over all.
 * By enumeration, path by path.
 */
export function posteriorByPaths(
  matrices: readonly Matrix[],
  s: number,
  t: number,
  x0: number,
  xt: number,
): readonly number[] {
  const states = matrices[0]!.length
  const mass = Array.from({ length: states }, () => 0)
  const walk = (i: number, at: number, p: number, atS: number): void => {
    if (p === 0) return
    const through = i === s ? at : atS
    if (i === t) {
      if (at === xt) mass[through]! += p
      return
    }
    for (let next = 0; next < states; next++) walk(i + 1, next, p * matrices[i]![at]![next]!, through)
  }
  walk(0, x0, 1, -1)
  const total = mass.reduce((sum, each) => sum + each, 0)
  return mass.map((each) => each / total)
}

/** D_KL(q ‖ p). */
export const divergence = (q: readonly number[], p: readonly number[]): number =>
  q.reduce((sum, each, i) => (each > 0 ? sum + each * Math.log(each / p[i]!) : sum), 0)

/** Specifications of every kernel, small enough to be enumerated, with the least rate of the neighbours' graph. */
export const smallSpecs: readonly {
  readonly spec: DiscreteSpec
  readonly categories: number
  readonly gap?: number
}[] = [
  { spec: { kernel: 'uniform', schedule: 'cosine', steps: 5, objective: 'bound' }, categories: 4 },
  { spec: { kernel: 'uniform', schedule: 'linear', steps: 4, objective: 'bound' }, categories: 2 },
  { spec: { kernel: 'absorbing', schedule: 'linear', steps: 5, objective: 'bound' }, categories: 3 },
  { spec: { kernel: 'absorbing', schedule: 'cosine', steps: 4, objective: 'bound' }, categories: 2 },
  { spec: { kernel: 'gaussian', schedule: 'linear', steps: 5, objective: 'bound', beta: [0.2, 3] }, categories: 4 },
  {
    // a path 0 – 1 – 2 – 3, whose rates have the eigenvalues 0, 2 − √2, 2, 2 + √2 (in halves where one end names the other)
    spec: {
      kernel: 'neighbour',
      schedule: 'cosine',
      steps: 5,
      objective: 'bound',
      neighbours: [[1], [0, 2], [1, 3], [2]],
    },
    categories: 4,
    gap: 2 - Math.SQRT2,
  },
]
