/**
 * A sampler as a table of numbers.
 *
 * Nearly every diffusion sampler is linear: the next state is a weighted sum of the current state x_t, of the
 * denoiser's present and past predictions, and of fresh noise,
 *
 *     x_s = a x_t + Σ_k b_k m_{−k} + Σ_j c_j z_j.
 *
 * The weights depend on the schedule and on the times alone, never on the data: so a sampler is the function that works
 * them out, in double precision, before anything is sampled. What differs between samplers is this table, and the
 * quantity m that they keep in their history: the data prediction (DDIM, DPM-Solver++), the noise prediction
 * (DPM-Solver, PLMS, DEIS, Euler in σ) or the velocity. One loop, `runPlan`, runs every table.
 */
import type { Parametrisation, ParametrisationName } from '../denoise/parametrisation.ts'
import type { Schedule } from '../noise/schedule.ts'

/**
 * One weighted sum. It reaches a point at `time`, either within the step (where the next stage evaluates) or at its
 * end.
 */
export interface Stage {
  /** Whether the denoiser is first evaluated at the last point; its answer becomes m₀ of the history. */
  readonly evaluate: boolean
  /** The time of the point that the sum reaches. */
  readonly time: number
  /** a, the weight of the state x_t at the step's start. */
  readonly x: number
  /** b_k, the weights of the history: the newest prediction first, earlier steps' included. */
  readonly history: readonly number[]
  /** c_j, the weights of the step's noises, in the order drawn; a stage draws those that were not drawn yet. */
  readonly noise?: readonly number[]
  /** The weight of the newest data prediction before any projection (clipping); see `ddim`. */
  readonly unprojected?: number
}

/** From x_t to x_s; the last stage lands on x_s. */
export interface PlannedStep {
  readonly t: number
  readonly s: number
  readonly stages: readonly Stage[]
}

/** The whole table. */
export interface Plan {
  /** The quantity m that the history holds. */
  readonly view: ParametrisationName | Parametrisation
  readonly steps: readonly PlannedStep[]
}

/** Works out the table for these times: `times[i]` → `times[i + 1]` is step i. */
export type Planner = (schedule: Schedule, times: readonly number[]) => Plan

/** Plans step by step: `step(t, s, i)` gives the stages of step i, from t = `times[i]` to s = `times[i + 1]`. */
export function planSteps(
  times: readonly number[],
  view: Plan['view'],
  step: (t: number, s: number, index: number) => readonly Stage[],
): Plan {
  return { view, steps: times.slice(1).map((s, i) => ({ t: times[i]!, s, stages: step(times[i]!, s, i) })) }
}
