/**
 * A Runge–Kutta solve of dx/dt = v(x, t) as an expression, with the integrals that a continuous flow needs along it:
 *
 *     x(1),    ∫₀¹ ∇·v dt,    ∫₀¹ |v|² dt,    ∫₀¹ |εᵀ ∂v/∂x|² dt.
 *
 * They are integrals along the path that x alone decides, so the same weights that add up the slopes add up the integrands, and a method
 * of order p gives the integrals to order p. The solve is unrolled: its gradient is that of the discrete method, exactly
 * (Discretize-Optimize vs. Optimize-Discretize, Onken & Ruthotto, 2020, https://arxiv.org/abs/2005.13420).
 */
import { add, constant, mul, reshape, square, sub, sum } from '../../engine/graph/index.ts'
import type { DType, Tensor } from '../../engine/graph/index.ts'
import { sizeOf } from '../denoise/denoiser.ts'
import type { Tableau } from '../sample/runge-kutta.ts'
import { fieldAt, type FieldAt } from './divergence-graph.ts'
import type { FieldGraph } from './field.ts'

/** What is integrated along the path, each `[N]`. */
export const integrands = ['divergence', 'kinetic', 'jacobian'] as const
export type Integrand = (typeof integrands)[number]

/** Integrals by name; those that are not asked for are missing. */
export type Integrals = Partial<Readonly<Record<Integrand, Tensor>>>

/** How to solve. */
export interface SolveGraphOptions {
  readonly tableau: Tableau
  /** ε of each item, the same at all times; left out, traces are exact. */
  readonly probe?: Tensor | undefined
  /** Which integrals are worked out. */
  readonly wanted: readonly Integrand[]
}

/** A point of the path: x `[N, ...shape]`, and the integrals until there. */
export interface PathPoint {
  readonly x: Tensor
  readonly integrals: Integrals
}

/**
 * One step from t to t + h.
 *
 * @param t `[1]`, and h `[1]`
 * @returns x(t + h), and what the step adds to each integral
 */
export function stepGraph(field: FieldGraph, x: Tensor, t: Tensor, h: Tensor, options: SolveGraphOptions): PathPoint {
  const { tableau, probe, wanted } = options
  const { nodes, rows, weights } = tableau
  const ones = x.shape.map(() => 1)
  const moved = (slopes: Tensor | undefined): Tensor => (slopes ? add(x, mul(reshape(h, ones), slopes)) : x)
  const slopes: Tensor[] = []
  const points: (FieldAt | undefined)[] = []
  for (const [i, node] of nodes.entries()) {
    const [at, time] = [moved(weighted(rows[i]!, slopes)), node === 0 ? t : add(t, mul(h, node))]
    // a stage that does not count in the sum needs no derivative
    const point = weights[i] === 0 ? undefined : fieldAt(field, at, time, probe)
    points.push(point)
    slopes.push(point?.slope ?? field(at, time))
  }
  const integrals = wanted.map((name) => {
    const values = points.map((point) => point && valuesOf[name](point))
    return [name, mul(h, weighted(weights, values)!)] as const
  })
  return { x: moved(weighted(weights, slopes)), integrals: Object.fromEntries(integrals) }
}

/**
 * The whole path, along rising or falling times.
 *
 * @param times each `[1]`
 */
export function solveGraph(
  field: FieldGraph,
  x: Tensor,
  times: readonly Tensor[],
  options: SolveGraphOptions,
): PathPoint {
  let point: PathPoint = { x, integrals: {} }
  for (let i = 0; i + 1 < times.length; i++) {
    const step = stepGraph(field, point.x, times[i]!, sub(times[i + 1]!, times[i]!), options)
    const before = point.integrals
    const sums = options.wanted.map((name) => [name, plus(before[name], step.integrals[name]!)] as const)
    point = { x: step.x, integrals: Object.fromEntries(sums) }
  }
  return point
}

/** Times 0, 1/n, …, 1 as constants. */
export function gridTimes(steps: number, dtype: DType = 'float32'): Tensor[] {
  return Array.from({ length: steps + 1 }, (_, i) => constant([i / steps], [1], dtype))
}

const valuesOf: Readonly<Record<Integrand, (at: FieldAt) => Tensor>> = {
  divergence: ({ divergence }) => divergence,
  kinetic: ({ slope }) => sum(square(reshape(slope, [slope.shape[0]!, sizeOf(slope.shape.slice(1))])), 1),
  jacobian: ({ jacobian }) => jacobian,
}

/** Σ weights[k] tensors[k], without those of weight 0, which may be missing; undefined where all are. */
function weighted(weights: readonly number[], tensors: readonly (Tensor | undefined)[]): Tensor | undefined {
  return weights.reduce<Tensor | undefined>(
    (total, weight, k) => (weight === 0 ? total : plus(total, weight === 1 ? tensors[k]! : mul(tensors[k]!, weight))),
    undefined,
  )
}

function plus(a: Tensor | undefined, b: Tensor): Tensor {
  return a === undefined ? b : add(a, b)
}
