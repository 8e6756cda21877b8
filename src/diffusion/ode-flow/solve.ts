/** Solves dx/dt = v(x, t) on arrays, from noise to data or back: on a grid, or to a tolerance. */
import type { DenoiseContext, FloatArray } from '../denoise/denoiser.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { fixedSteps } from '../likelihood/fixed-steps.ts'
import { dormandPrince, type Slope } from '../sample/dormand-prince.ts'
import { type Tableau, tableaux } from '../sample/runge-kutta.ts'
import type { FlowField } from './field.ts'

/** Methods with a fixed number of equal steps. */
export const fixedSolvers = Object.freeze({ rk4: tableaux.rk4, midpoint: tableaux.midpoint, euler: tableaux.euler })
/** The name of one of them. */
export type FixedSolverName = keyof typeof fixedSolvers

/** How the equation is solved. */
export type FlowSolver =
  /** So many equal steps. */
  | { readonly name: FixedSolverName; readonly steps: number }
  /** Dormand and Prince's adaptive method; both tolerances default to 1e-5. The worst item of a batch decides its steps. */
  | { readonly name: 'rk45'; readonly relative?: number | undefined; readonly absolute?: number | undefined }

/** A step that was made. */
export interface SolveStep {
  readonly from: number
  readonly to: number
  /** The state at `to`: the solver's own array. */
  readonly y: FloatArray
}

/**
 * Solves a differential equation by one of these methods, `y` in place, yielding after every step.
 *
 * @param itemSize elements of y over which an adaptive method averages errors
 */
export async function* solveBy(
  solver: FlowSolver,
  slope: Slope,
  y: Float64Array,
  { from, to, itemSize }: { readonly from: number; readonly to: number; readonly itemSize: number },
): AsyncGenerator<SolveStep> {
  if (solver.name !== 'rk45') {
    const tableau: Tableau = fixedSolvers[solver.name]
    for await (const step of fixedSteps(slope, y, evenTimes(from, to, solver.steps), tableau)) yield { ...step, y }
    return
  }
  const { relative = 1e-5, absolute = 1e-5 } = solver
  yield* dormandPrince(slope, y, from, to, { relative, absolute, itemSize, maxSteps: 5000 })
}

/**
 * Carries items along a field.
 *
 * @param x `[batch, ...shape]`, which is copied
 * @example
 * for await (const { y, to } of carry(field, noise, { solver: { name: 'rk4', steps: 20 }, from: 1, to: 0 })) show(y, to)
 */
export async function* carry(
  field: FlowField,
  x: FloatArray,
  {
    solver,
    from,
    to,
    context = {},
  }: { readonly solver: FlowSolver; readonly from: number; readonly to: number; readonly context?: DenoiseContext },
): AsyncGenerator<SolveStep> {
  const slope: Slope = async (t, y, out) => {
    throwIfAborted(context.signal)
    out.set(await field.slope(y, t, context))
  }
  const itemSize = field.shape.reduce((product, n) => product * n, 1)
  yield* solveBy(solver, slope, Float64Array.from(x), { from, to, itemSize })
}

/** Equal steps; the ends are exact. */
export function evenTimes(from: number, to: number, steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? to : from + ((to - from) * i) / steps))
}
