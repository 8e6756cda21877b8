/** Pseudo numerical methods: classical weights for the noise prediction, and DDIM's step along it. */
import { noiseLevel, type Schedule } from '../noise/schedule.ts'
import { requireSignal } from './requirements.ts'
import type { PlannedStep, Stage } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/**
 * PLMS and F-PNDM: x_s = (α_s/α_t) x_t + (σ_s − α_s σ_t/α_t) ε̄, where ε̄ is the Adams–Bashforth mean of the last four
 * noise predictions, with the weights of equal steps.
 *
 * Pseudo Numerical Methods for Diffusion Models on Manifolds (Liu et al., 2022), equations 9 to 13,
 * https://arxiv.org/abs/2202.09778
 *
 * @param options `start`: `runge-kutta` — the first three steps are of order 4, four evaluations each (default);
 *   `euler` — the first step is Heun's and the next two of lower order (`skip_prk_steps`, Stable Diffusion's PLMS)
 */
export function pndm({ start = 'runge-kutta' }: { readonly start?: 'runge-kutta' | 'euler' } = {}): LinearSampler {
  return defineSampler({
    name: start === 'euler' ? 'plms' : 'pndm',
    order: 2,
    stochastic: false,
    evaluations: 1,
    use: 'historical: the default of the first Stable Diffusion, 50 steps',
    paper: 'https://arxiv.org/abs/2202.09778',
    plan(schedule, times) {
      /** The index of the evaluation at each time of the grid; those within a step do not count. */
      const atGrid: number[] = []
      let evaluations = 0
      const steps = times.slice(1).map((s, i): PlannedStep => {
        const t = times[i]!
        atGrid.push(evaluations)
        const clean = schedule.sigma(s) === 0
        const warmUp = clean ? [] : start === 'runge-kutta' ? (i < 3 ? rungeKutta : []) : i === 0 ? heun : []
        const stages = warmUp.length > 0 ? stagesOf(schedule, t, s, warmUp) : [multistep(schedule, t, s, atGrid)]
        evaluations += stages.length
        return { t, s, stages }
      })
      return { view: 'epsilon', steps }
    },
  })
}

/** Adams–Bashforth weights of the last predictions, the newest first, for equal steps. */
const adamsBashforth: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
]

/** A stage of a starting method: where it leads, as a fraction of the step in time, and its weights, the newest first. */
type Start = readonly { readonly to: number; readonly weights: readonly number[] }[]

const heun: Start = [
  { to: 1, weights: [1] },
  { to: 1, weights: [1 / 2, 1 / 2] },
]
const rungeKutta: Start = [
  { to: 1 / 2, weights: [1] },
  { to: 1 / 2, weights: [1, 0] },
  { to: 1, weights: [1, 0, 0] },
  { to: 1, weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
]

function stagesOf(schedule: Schedule, t: number, s: number, start: Start): Stage[] {
  return start.map(({ to, weights }) => transfer(schedule, t, to === 1 ? s : t + to * (s - t), weights))
}

/** One evaluation at t; the earlier ones are found by their number. */
function multistep(schedule: Schedule, t: number, s: number, atGrid: readonly number[]): Stage {
  const weights = adamsBashforth[Math.min(atGrid.length, 4) - 1]!
  const newest = atGrid.at(-1)!
  const history: number[] = []
  for (const [k, weight] of weights.entries()) {
    const age = newest - atGrid[atGrid.length - 1 - k]!
    while (history.length < age) history.push(0)
    history.push(weight)
  }
  return transfer(schedule, t, s, history)
}

/** DDIM's move from t to s along a mean of noise predictions. */
function transfer(schedule: Schedule, t: number, s: number, weights: readonly number[]): Stage {
  requireSignal(schedule, t)
  const alpha = schedule.alpha(s)
  const length = alpha * (noiseLevel(schedule, s) - noiseLevel(schedule, t))
  return { evaluate: true, time: s, x: alpha / schedule.alpha(t), history: weights.map((weight) => length * weight) }
}
