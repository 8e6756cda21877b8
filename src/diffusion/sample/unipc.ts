/** UniPC: a multistep predictor whose next evaluation also corrects the step before, at no extra cost. */
import type { Schedule } from '../noise/schedule.ts'
import { multistepOrder, pastNodes } from './dpm-solver.ts'
import { exponentialStep, type Predicted } from './exponential.ts'
import { weightsOfMoments } from './moments.ts'
import { planSteps, type Stage } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** UniPC's choices; the names in brackets are diffusers'. */
export interface UniPcOptions {
  /** The order of the predictor, 1 to 4 (`solver_order`); default 2. With the corrector the method is one order better,
   * as long as the last step is not of a lower order. */
  readonly order?: 1 | 2 | 3 | 4
  /** What is extrapolated: the data (default) or the noise (`predict_x0`). */
  readonly predict?: Predicted
  /** B(h), which the lowest orders leave free: h (`bh1`) or e^h − 1 (`bh2`, default) (`solver_type`). */
  readonly type?: 'bh1' | 'bh2'
  /** Whether the last steps fall back to lower orders (`lower_order_final`); default `always`. */
  readonly lowerOrderFinal?: 'always' | 'never'
  /** The steps that are not corrected, by number (`disable_corrector`); default none. */
  readonly uncorrected?: readonly number[]
}

/**
 * UniPC: step i is predicted from the last p evaluations, and once the denoiser was evaluated at the predicted point,
 * that evaluation joins the others as a node at the step's end and the point is corrected before the next step starts.
 * Both
 * weigh the nodes by moments of the same exponential integral. Correction and next prediction are one weighted sum.
 *
 * UniPC: A Unified Predictor-Corrector Framework (Zhao et al., 2023), https://arxiv.org/abs/2302.04867
 */
export function uniPc(options: UniPcOptions = {}): LinearSampler {
  const { order = 2, predict = 'sample', type = 'bh2', lowerOrderFinal = 'always', uncorrected = [] } = options
  return defineSampler({
    name: `unipc-${order}`,
    // a last step of order 1, which nothing corrects, costs an error of h²
    order: lowerOrderFinal === 'always' ? 2 : order + 1,
    stochastic: false,
    evaluations: 1,
    use: 'good images in 5 to 15 steps',
    paper: 'https://arxiv.org/abs/2302.04867',
    plan(schedule, times) {
      const orderOf = (i: number) => multistepOrder(schedule, times, i, order, lowerOrderFinal)
      const weights = (i: number) => stepWeights(schedule, times, i, orderOf(i), predict, type)
      return planSteps(times, predict, (_, s, i): Stage[] => {
        const { x, predictor } = weights(i)
        if (i === 0 || uncorrected.includes(i - 1)) return [{ evaluate: true, time: s, x, history: predictor }]
        const before = weights(i - 1)
        // x^c = x^p + Σ (corrector − predictor) m, where the newest evaluation is the corrector's alone
        const correction = before.corrector.map((weight, k) => weight - (k === 0 ? 0 : before.predictor[k - 1]!))
        const length = Math.max(correction.length, predictor.length)
        const history = Array.from({ length }, (_value, k) => x * (correction[k] ?? 0) + (predictor[k] ?? 0))
        return [{ evaluate: true, time: s, x, history }]
      })
    },
  })
}

/**
 * The weights of step i: of the predictor for m₀, m₋₁ … at nodes 0, −r₁ …, and of the corrector for those and, first of
 * all, the evaluation at the step's end, node 1.
 */
function stepWeights(
  schedule: Schedule,
  times: readonly number[],
  i: number,
  order: number,
  predict: Predicted,
  type: 'bh1' | 'bh2',
) {
  const { h, x, moments } = exponentialStep(schedule, times[i]!, times[i + 1]!, predict)
  const M = moments(order + 1)
  const nodes = pastNodes(schedule, times, i, order, h)
  // two nodes leave one moment free: UniPC takes B(h)/2 for the first
  const B = type === 'bh2' ? M[0]! : firstOrderLimit(M[0]!, h, predict)
  const predictor = order === 2 ? weightsOfMoments(nodes, [M[0]!, B / 2]) : weightsOfMoments(nodes, M)
  const ends = [1, ...nodes]
  const corrector = order === 1 ? weightsOfMoments(ends, [M[0]!, B / 2]) : weightsOfMoments(ends, M)
  return { x, predictor, corrector }
}

/** M₀ with e^z − 1 replaced by z, its value for small steps. */
function firstOrderLimit(moment: number, h: number, predict: Predicted): number {
  const z = predict === 'sample' ? -h : h
  return (moment * z) / Math.expm1(z)
}
