/** The one loop: runs any table of coefficients. */
import { type Denoiser, type FloatArray, emptyLike, sizeOf } from '../denoise/denoiser.ts'
import { viewOf } from '../denoise/parametrisation.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { Plan, Stage } from './plan.ts'
import type { SampleStep, SamplingProblem } from './sampler.ts'

/** Runs a plan on `problem.x`, in place, and yields after each step. The plan already knows the times. */
export async function* runPlan(plan: Plan, problem: Omit<SamplingProblem, 'times'>): AsyncGenerator<SampleStep> {
  const { denoiser, x, noise, context } = problem
  const { schedule } = denoiser
  const stages = plan.steps.flatMap((step) => step.stages)
  const depth = stages.reduce((most, stage) => Math.max(most, stage.history.length), 1)
  const evaluate = evaluator(
    denoiser,
    stages.some((stage) => stage.unprojected),
  )

  /** m₀, m₋₁ …: the newest prediction first. In double precision: at strong noise a state and a sum of noises nearly cancel. */
  const history: Float64Array[] = []
  const noises: FloatArray[] = []
  /** The point of the evaluation: x itself, or a point within the step. */
  const point = new Float64Array(x.length)
  let evaluation: Evaluation = { mean: x, unprojected: x }

  for (const [index, { t, s, stages: steps }] of plan.steps.entries()) {
    let [current, time, drawn]: [FloatArray, number, number] = [x, t, 0]
    for (const [number, stage] of steps.entries()) {
      throwIfAborted(context.signal)
      if (stage.evaluate) {
        evaluation = await evaluate(current, time, context)
        const newest = history.length < depth ? new Float64Array(x.length) : history.pop()!
        history.unshift(newest)
        const view = viewOf(plan.view, schedule, time)
        weightedSum(newest, [view.x, view.mean], [current, evaluation.mean])
      }
      for (const count = stage.noise?.length ?? 0; drawn < count; drawn++) {
        noise((noises[drawn] ??= emptyLike(x)), index, drawn)
      }
      current = number === steps.length - 1 ? x : point
      weightedSum(current, weightsOf(stage), [
        x,
        evaluation.unprojected,
        ...history.slice(0, stage.history.length),
        ...noises,
      ])
      time = stage.time
    }
    requireFinite(x, denoiser, index, t, s)
    yield { index, total: plan.steps.length, t, s, x, denoised: evaluation.mean }
  }
}

/** A stage's weights in the order of the arrays that {@link runPlan} lists. */
function weightsOf({ x, unprojected = 0, history, noise = [] }: Stage): number[] {
  return [x, unprojected, ...history, ...noise]
}

interface Evaluation {
  readonly mean: FloatArray
  readonly unprojected: FloatArray
}

/** Evaluates the denoiser; if a plan needs the mean before the projection too, evaluates that and projects a copy. */
function evaluator(denoiser: Denoiser, wantsUnprojected: boolean) {
  const { projection } = denoiser
  return async (x: FloatArray, t: number, context: SamplingProblem['context']): Promise<Evaluation> => {
    if (!projection || !wantsUnprojected) {
      const mean = await denoiser.denoise(x, t, context)
      return { mean, unprojected: mean }
    }
    const unprojected = await projection.base.denoise(x, t, context)
    const mean = unprojected.slice()
    projection.apply(mean)
    return { mean, unprojected }
  }
}

/** out = Σ weights[k] · arrays[k], in double precision; `out` may be one of the arrays. Arrays of weight 0 are not read. */
export function weightedSum(out: FloatArray, weights: readonly number[], arrays: readonly FloatArray[]): void {
  const terms = arrays.map((array, k) => [weights[k] ?? 0, array] as const).filter(([weight]) => weight !== 0)
  const w = terms.map(([weight]) => weight)
  const a = terms.map(([, array]) => array)
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    for (let k = 0; k < w.length; k++) sum += w[k]! * a[k]![i]!
    out[i] = sum
  }
}

/** Stops a run whose values are not finite, with an error that says at which step. */
export function requireFinite(x: FloatArray, denoiser: Denoiser, index: number, t: number, s: number): void {
  const bad = x.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return
  const item = Math.floor(bad / sizeOf(denoiser.shape))
  const noise = denoiser.schedule.sigma(t).toPrecision(3)
  throw new TweedieError(
    'diverged',
    `sampling diverged in step ${index}, t = ${t} to ${s} (sigma ${noise}), item ${item}`,
    {
      hint: 'take more steps, a lower order or less guidance, and check the weights for NaN',
    },
  )
}
