/**
 * Single-step DPM-Solver methods: they evaluate points within the step where multistep methods use past predictions.
 *
 * - DPM-Solver (Lu et al., 2022), algorithms 1 and 2, https://arxiv.org/abs/2206.00927
 * - DPM-Solver++ (Lu et al., 2022), algorithm 1, https://arxiv.org/abs/2211.01095
 */
import { noiseLevel, halfLogSnr, type Schedule } from '../noise/schedule.ts'
import { exponentialStep, type Predicted } from './exponential.ts'
import { weightsOfMoments } from './moments.ts'
import type { Stage } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'
import { ancestral, planOf, type StepRule } from './single-step.ts'

/** The choices of a single-step solver. */
export interface DpmSingleOptions {
  /** 1, 2 (default) or 3. */
  readonly order?: 1 | 2 | 3
  readonly predict?: Predicted
  /** Which moments are kept: `midpoint` (default) the lowest orders' simplest, `heun` the exact ones. */
  readonly type?: 'midpoint' | 'heun'
}

/** How the points on the way are chosen, and noise. */
export interface DpmSingleStepOptions extends DpmSingleOptions {
  /** Makes the steps ancestral: 0 (default) to 1. */
  readonly eta?: number
}

/**
 * Single steps with points of their own on the way, in the middle or at thirds of λ. `{ eta: 1 }` is DPM++ 2S a.
 */
export function dpmSolverSingle({
  order = 2,
  predict = 'sample',
  type = 'midpoint',
  eta = 0,
}: DpmSingleStepOptions = {}): LinearSampler {
  const rule: StepRule = {
    view: predict,
    stages(schedule, t, s) {
      if (schedule.sigma(s) === 0 || schedule.alpha(t) === 0) return stagesThrough(schedule, [t, s], predict, type)
      const [from, to] = [halfLogSnr(schedule, t), halfLogSnr(schedule, s)]
      const between = Array.from({ length: order - 1 }, (_, k) =>
        schedule.timeOfLogSnr(2 * (from + ((k + 1) / order) * (to - from))),
      )
      return stagesThrough(schedule, [t, ...between, s], predict, type)
    },
  }
  return defineSampler({
    ...infoOf(order, predict, eta),
    evaluations: order,
    plan: planOf(eta > 0 ? ancestral(rule, eta) : rule),
  })
}

/**
 * Single steps over groups of the grid's own times, so that n times cost n evaluations: the `DPMSolverSinglestepScheduler`
 * of diffusers. With order p most groups take p times; the last ones are shorter.
 *
 * @param options `lowerOrderFinal`: whether the last two times are given lower orders (default) or none
 */
export function dpmSolverGrouped(
  options: DpmSingleOptions & { readonly lowerOrderFinal?: boolean } = {},
): LinearSampler {
  const { order = 2, predict = 'sample', type = 'midpoint', lowerOrderFinal = true } = options
  return defineSampler({
    ...infoOf(order, predict, 0),
    name: `${infoOf(order, predict, 0).name}-grouped`,
    evaluations: 1,
    plan(schedule, times) {
      const clean = schedule.sigma(times.at(-1)!) === 0
      let at = 0
      const steps = groupSizes(times.length - 1, order, lowerOrderFinal, clean, schedule.alpha(times[0]!) === 0).map(
        (size) => {
          const group = times.slice(at, at + size + 1)
          at += size
          return { t: group[0]!, s: group[size]!, stages: stagesThrough(schedule, group, predict, type) }
        },
      )
      return { view: predict, steps }
    },
  })
}

/** n evaluations in groups of `order`; what is left over, a lower order at the end and clean data make the last ones shorter. */
function groupSizes(n: number, order: number, lowerOrderFinal: boolean, clean: boolean, blind: boolean): number[] {
  // from pure noise there is no clock to divide: the first step is alone
  if (blind && n > 1) return [1, ...groupSizes(n - 1, order, lowerOrderFinal, clean, false)]
  const sizes = Array.from({ length: Math.ceil(n / order) }, (_, i) => Math.min(order, n - i * order))
  const last = sizes.at(-1)!
  if (last > 1 && (clean || (lowerOrderFinal && last === order))) sizes.splice(-1, 1, last - 1, 1)
  return sizes
}

/**
 * The stages from times[0] to the last of the times, with evaluations in between: each point is reached from the step's
 * start by the method of its own order.
 */
function stagesThrough(
  schedule: Schedule,
  times: readonly number[],
  predict: Predicted,
  type: 'midpoint' | 'heun',
): Stage[] {
  const [t, ...targets] = times
  const start = halfLogSnr(schedule, t!)
  return targets.map((s, k): Stage => {
    const { h, x, moments } = exponentialStep(schedule, t!, s, predict)
    const M = moments(k + 1)
    const nodes = times.slice(0, k + 1).map((u) => (halfLogSnr(schedule, u) - start) / h)
    if (k === 1 && type === 'midpoint') M[1] = M[0]! / 2
    if (k < 2 || type === 'heun') return { evaluate: true, time: s, x, history: weightsOfMoments(nodes, M).reverse() }
    // order 3 with two moments alone: of the points on the way only the last
    const [first, latest] = weightsOfMoments([nodes[0]!, nodes[2]!], M.slice(0, 2))
    return { evaluate: true, time: s, x, history: [latest!, 0, first!] }
  })
}

function infoOf(order: number, predict: Predicted, eta: number) {
  return {
    name: `dpm${predict === 'sample' ? '++' : ''}-${order}s${eta > 0 ? '-a' : ''}`,
    order,
    stochastic: eta > 0,
    use: eta > 0 ? 'lively detail, 20 to 40 steps' : 'guided sampling in few steps',
    paper: predict === 'sample' ? 'https://arxiv.org/abs/2211.01095' : 'https://arxiv.org/abs/2206.00927',
  }
}

/**
 * DPM++ SDE: the single-step solver of order 2 for the reverse SDE, with the noise of one Brownian path in both stages.
 *
 * k-diffusion (Crowson, 2022), `sample_dpmpp_sde`
 */
export function dpmSolverSde({ eta = 1 }: { readonly eta?: number } = {}): LinearSampler {
  return defineSampler({
    name: 'dpm++-sde',
    order: 2,
    stochastic: eta > 0,
    evaluations: 2,
    use: 'realistic detail, 15 to 30 steps of two evaluations',
    paper: 'https://arxiv.org/abs/2211.01095',
    plan: planOf({
      view: 'sample',
      stages(schedule, t, s) {
        if (schedule.sigma(s) === 0 || schedule.alpha(t) === 0) {
          return stagesThrough(schedule, [t, s], 'sample', 'midpoint')
        }
        const [from, to] = [noiseLevel(schedule, t), noiseLevel(schedule, s)]
        const middle = Math.sqrt(from * to)
        const m = schedule.timeOfLogSnr(-2 * Math.log(middle))
        /** y → (down/σ_t) y + (1 − down/σ_t) D + up z, for the rescaled data y = x/α. */
        const move = (level: number, u: number) => {
          const up = Math.min(level, eta * level * Math.sqrt(1 - (level / from) ** 2))
          const keep = Math.sqrt(level ** 2 - up ** 2) / from
          const alpha = schedule.alpha(u)
          return { x: (alpha / schedule.alpha(t)) * keep, data: alpha * (1 - keep), up: alpha * up }
        }
        const [half, whole] = [move(middle, m), move(to, s)]
        // the path's increment over the whole step is the first half's and the second's, each with its share of variance
        const share = Math.sqrt((from - middle) / (from - to))
        const noise = [whole.up * share, whole.up * Math.sqrt(1 - share ** 2)]
        return [
          { evaluate: true, time: m, x: half.x, history: [half.data], noise: [half.up] },
          { evaluate: true, time: s, x: whole.x, history: [whole.data], noise },
        ]
      },
    }),
  })
}
