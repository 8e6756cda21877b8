/**
 * Explicit Runge–Kutta methods on the probability-flow equation: the tableau is data, the clock is a choice.
 */
import { TweedieError } from '../../errors.ts'
import { noiseLevel, type Schedule, timeOfNoiseLevel } from '../noise/schedule.ts'
import { ddim } from './ddim.ts'
import type { Stage } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'
import { requireSignal, requireVelocity } from './requirements.ts'
import { ancestral, churned, type ChurnOptions, planOf, type StepRule } from './single-step.ts'

/** A Butcher tableau. */
export interface Tableau {
  readonly name: string
  readonly order: number
  /** c: where the stages lie, 0 to 1; the first is 0. */
  readonly nodes: readonly number[]
  /** a: the weights of the slopes before each stage; the first row is empty. */
  readonly rows: readonly (readonly number[])[]
  /** b: the weights of all slopes in the step. */
  readonly weights: readonly number[]
}

/** The classical methods. */
export const tableaux = Object.freeze({
  euler: { name: 'euler', order: 1, nodes: [0], rows: [[]], weights: [1] },
  midpoint: { name: 'midpoint', order: 2, nodes: [0, 1 / 2], rows: [[], [1 / 2]], weights: [0, 1] },
  heun: { name: 'heun', order: 2, nodes: [0, 1], rows: [[], [1]], weights: [1 / 2, 1 / 2] },
  ralston: { name: 'ralston', order: 2, nodes: [0, 2 / 3], rows: [[], [2 / 3]], weights: [1 / 4, 3 / 4] },
  kutta3: {
    name: 'kutta3',
    order: 3,
    nodes: [0, 1 / 2, 1],
    rows: [[], [1 / 2], [-1, 2]],
    weights: [1 / 6, 2 / 3, 1 / 6],
  },
  rk4: {
    name: 'rk4',
    order: 4,
    nodes: [0, 1 / 2, 1 / 2, 1],
    rows: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
    weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  },
} satisfies Record<string, Tableau>)

/**
 * The variable that the equation is solved in.
 *
 * - `level`: the noise level σ/α. For y = x/α it is dy/d(σ/α) = ε, the form of EDM and k-diffusion: its paths are nearly
 *   straight. Needs signal at both ends, α > 0.
 * - `time`: t itself, dx/dt = α′ x₀ + σ′ ε, the form of flow matching; right for rectified flow.
 */
export type Clock = 'level' | 'time'

/** How to run a Runge–Kutta method. */
export interface RungeKuttaOptions extends ChurnOptions {
  /** Default `level`. */
  readonly clock?: Clock
  /** Makes the steps ancestral, with noise: 0 (default) to 1; `level` clock only. */
  readonly eta?: number
}

/**
 * How many times fainter than at its start the noise may be at the end of a step of several stages that starts in nearly pure noise, in
 * the clock `level`, where λ = σ/α. An error δ of the mean at the end is in the slope with δ/λ_s, so in the step, in units of the data,
 * with (λ_t/λ_s − 1) δ times its weight. A cosine table begins at λ = 20,000: a first step from there to λ = 6 would magnify what the
 * network rounds, and what it gets wrong, two thousand times.
 */
const steepest = 20

/**
 * The rule of a tableau. A step to clean data, where there is no slope, is Euler's; so is one in the clock `level` that
 * leads from nearly pure noise to less than a twentieth of it ({@link steepest}): there the mean hardly changes, and for a mean that does not, Euler's
 * step is exact.
 */
export function rungeKuttaRule(tableau: Tableau, clock: Clock = 'level'): StepRule {
  const { view, node, scale, length } = clocks[clock]
  return {
    view,
    stages(schedule, t, s) {
      if (clock === 'level') requireSignal(schedule, t)
      else requireVelocity(schedule, t)
      const isPlain = schedule.sigma(s) === 0 || (clock === 'level' && isSteep(schedule, t, s))
      const { nodes, rows, weights } = isPlain ? tableaux.euler : tableau
      return nodes.map((_, i): Stage => {
        const end = i === nodes.length - 1
        const time = end || nodes[i + 1] === 1 ? s : nodes[i + 1] === 0 ? t : node(schedule, t, s, nodes[i + 1]!)
        const unit = length(schedule, t, s, time)
        const slopes = end ? weights : rows[i + 1]!
        return {
          evaluate: true,
          time,
          x: scale(schedule, t, time),
          history: slopes.map((weight) => unit * weight).reverse(),
        }
      })
    },
  }
}

/**
 * A Runge–Kutta sampler, plain, ancestral or churned.
 *
 * @example
 * rungeKutta(tableaux.heun, { churn: 40, noise: 1.003 }) // EDM's stochastic sampler
 */
export function rungeKutta(tableau: Tableau, options: RungeKuttaOptions = {}): LinearSampler {
  const { clock = 'level', eta = 0, churn = 0 } = options
  if (clock === 'time' && (eta > 0 || churn > 0)) {
    throw new TweedieError('usage', 'noise is added by noise level: eta and churn need the clock `level`')
  }
  const rule = rungeKuttaRule(tableau, clock)
  return defineSampler({
    name: `${tableau.name}${eta > 0 ? '-a' : ''}${churn > 0 ? '-churn' : ''}${clock === 'time' ? '-flow' : ''}`,
    order: tableau.order,
    stochastic: eta > 0 || churn > 0,
    evaluations: tableau.nodes.length,
    use: uses[tableau.name] ?? 'the probability-flow equation',
    paper: 'https://arxiv.org/abs/2206.00364',
    plan: (schedule, times) =>
      planOf(churned(eta > 0 ? ancestral(rule, eta) : rule, times.length - 1, options))(schedule, times),
  })
}

/**
 * Euler's method. In the clock `level` it is DDIM with `eta` for η, and in that form needs no signal at the start; with
 * η = 1 it is what others call Euler a.
 */
export function euler(options: RungeKuttaOptions = {}): LinearSampler {
  const info = rungeKutta(tableaux.euler, options)
  const { clock = 'level', eta = 0, churn = 0 } = options
  return clock === 'level' && churn === 0 ? defineSampler({ ...info, plan: ddim({ eta }).plan }) : info
}

/** Heun's method, EDM's algorithm 1, and with `churn` its algorithm 2. */
export const heun = (options?: RungeKuttaOptions): LinearSampler => rungeKutta(tableaux.heun, options)

const isSteep = (schedule: Schedule, t: number, s: number): boolean =>
  noiseLevel(schedule, t) > steepest * Math.max(1, noiseLevel(schedule, s))

const uses: Readonly<Record<string, string>> = {
  euler: 'the simplest: 20 to 50 steps; for rectified flow 10 or fewer',
  heun: "EDM's sampler: accurate, 18 to 40 steps of two evaluations",
  rk4: 'reference solutions and latents; 20 to 50 steps of four evaluations',
}

const clocks: Readonly<Record<Clock, ClockRule>> = {
  level: {
    view: 'epsilon',
    node: (schedule, t, s, c) => {
      const from = noiseLevel(schedule, t)
      return timeOfNoiseLevel(schedule, from + c * (noiseLevel(schedule, s) - from))
    },
    scale: (schedule, t, u) => schedule.alpha(u) / schedule.alpha(t),
    length: (schedule, t, s, u) => schedule.alpha(u) * (noiseLevel(schedule, s) - noiseLevel(schedule, t)),
  },
  time: {
    view: 'flow',
    node: (_, t, s, c) => t + c * (s - t),
    scale: () => 1,
    length: (_, t, s) => s - t,
  },
}

interface ClockRule {
  readonly view: StepRule['view']
  /** The time at a fraction c of the way from t to s. */
  node(schedule: Schedule, t: number, s: number, c: number): number
  /** The factor of x_t in a point at time u. */
  scale(schedule: Schedule, t: number, u: number): number
  /** The step's length as seen at time u. */
  length(schedule: Schedule, t: number, s: number, u: number): number
}
