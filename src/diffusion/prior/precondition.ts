/**
 * A network that adds to what a Gaussian law knows. Where data are few, most of what can be learned is how numbers go together: means and covariances. A Gaussian that was
 * fitted to them gives their posterior mean in closed form, and the network F is left with the rest, in units of the doubt that the Gaussian leaves:
 *
 *     D(x_t) = D_G(x_t) + c(σ) F(x_t, t),    D_G = m + α Σ (α² Σ + σ² I)⁻¹ (x_t − α m),    c² = tr(σ² Σ (α² Σ + σ² I)⁻¹) / dim.
 *
 * EDM's preconditioning is the case Σ = σ_data² I: Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), appendix B.6,
 * https://arxiv.org/abs/2206.00364
 */
import {
  add,
  constant,
  div,
  log,
  matmul,
  max,
  min,
  mul,
  neg,
  relu,
  abs,
  reshape,
  sigmoid,
  slice,
  sqrt,
  sub,
  type Tensor,
} from '../../engine/graph/index.ts'
import type { Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import type { Objective } from '../denoise/objective-spec.ts'
import { viewOf } from '../denoise/parametrisation.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type FieldLaw, sumOverSpectrum } from './law.ts'
import { posteriorGraph, statesBack, statesFirst } from './posterior-graph.ts'

/** What turns a network into one that adds to a law. */
export interface Preconditioning extends Pick<Objective, 'schedule' | 'view' | 'parametrisation'> {
  readonly law: FieldLaw
  /** C, where items are `[C, T, …]`, or have C T channels. */
  readonly variables: number
}

/** log-SNR below which no signal is left for single precision. */
const leastLogSnr = -40

/**
 * The network of the same inputs and parameters whose prediction is that of D = D_G + c F. With F = 0 it is the prediction of the Gaussian. It
 * is a network like any other: sampled, differentiated, exported.
 *
 * @param network F: windows `[C T …]` in and out
 * @throws TweedieError `usage` where the noise or the prediction is none of those that are known: a table of levels with `epsilon`, `v` or `sample`,
 * or rectified flow with `flow`
 * @example
 * const network = preconditioned(unet, { law, variables: 1, ...objectiveOf(spec, schedule) })
 */
export function preconditioned(
  network: Network,
  { law, variables, schedule, view, parametrisation }: Preconditioning,
): Network {
  const clock = clockOf({ schedule, view, parametrisation })
  const { inputShape, outputShape } = network
  const numbers = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  if (numbers(inputShape) !== law.states * law.size || numbers(outputShape) !== numbers(inputShape)) {
    throw new TweedieError(
      'usage',
      `a law of ${law.states} states of ${law.size} numbers, and a network from [${inputShape.join(', ')}] to [${outputShape.join(', ')}]`,
    )
  }
  const told = network.conditions['time']
  return {
    ...network,
    build(scope, inputs) {
      const { x, t, conditions } = inputs
      const each = reshape(t, [t.shape[0]!, 1, 1])
      const { alpha, sigma, fromX, fromMean } = clock(each)
      const windows = statesFirst(x, variables, law.states)
      const time = told && law.cycle && conditions?.['time'] ? slice(conditions['time'], 1, 0, 2) : undefined
      const known = posteriorGraph(law, windows, alpha, sigma, time)
      const beyond = statesFirst(network.build(scope, inputs), variables, law.states)
      const mean = add(known.mean, mul(sqrt(known.variance), beyond))
      const said = fromX ? add(mul(fromX, windows), mul(fromMean, mean)) : mean
      return statesBack(said, variables, x.shape)
    },
  }
}

/**
 * How much a unit of F changes the prediction at time t: |∂m/∂D| c(σ). An error of the prediction weighed by its inverse square is one of F.
 */
export function predictionScale(
  { law, schedule, parametrisation }: Omit<Preconditioning, 'view' | 'variables'>,
  t: number,
): number {
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const sum = sumOverSpectrum(law, (e) => e / (alpha ** 2 * e + sigma ** 2))
  return Math.abs(viewOf(parametrisation, schedule, t).mean) * sigma * Math.sqrt(sum / (law.states * law.size))
}

interface Clock {
  readonly alpha: Tensor
  readonly sigma: Tensor
  /** m = fromX x_t + fromMean D; without the first, m is D. */
  readonly fromX?: Tensor
  readonly fromMean: Tensor
}

/** α, σ and the view of the prediction from the network's own time. */
function clockOf({
  schedule,
  view,
  parametrisation: { name },
}: Omit<Preconditioning, 'law' | 'variables'>): (t: Tensor) => Clock {
  const isTable = schedule.table !== undefined && view.name === 'level'
  const isFlow = schedule.name === 'rectified-flow' && view.name === 'time'
  if (isTable && ['v', 'epsilon', 'sample'].includes(name)) {
    const logSnr = logSnrOf(schedule)
    return (t) => {
      const level = logSnr(t)
      const [alpha, sigma] = [sqrt(sigmoid(level)), sqrt(sigmoid(neg(level)))]
      if (name === 'sample') return { alpha, sigma, fromMean: constant(1) }
      // ε = (x − α x₀)/σ and v = α ε − σ x₀ = (α x − x₀)/σ
      if (name === 'epsilon') return { alpha, sigma, fromX: div(1, sigma), fromMean: neg(div(alpha, sigma)) }
      return { alpha, sigma, fromX: div(alpha, sigma), fromMean: div(-1, sigma) }
    }
  }
  if (isFlow && name === 'flow') {
    return (t) => {
      const sigma = mul(t, 1e-3)
      // ε − x₀ = (x − x₀)/σ
      return { alpha: sub(1, sigma), sigma, fromX: div(1, sigma), fromMean: div(-1, sigma) }
    }
  }
  throw new TweedieError(
    'usage',
    `\`precondition\`: ${name} under ${schedule.name}, as seen by ${view.name}: the posterior mean of a Gaussian is not worked out there`,
    { hint: 'a table of levels with v, epsilon or sample; or rectified-flow with flow' },
  )
}

/** λ at a level of the table: linear between levels, and below the first one as the schedule has it, λ₀ − ln(level + 1). */
function logSnrOf({ table, logSnr }: Schedule): (level: Tensor) => Tensor {
  const { steps } = table!
  const levels = Float32Array.from({ length: steps }, (_, i) => Math.max(leastLogSnr, logSnr((i + 1) / steps)))
  const places = Float32Array.from({ length: steps }, (_, i) => i)
  return (level) => {
    const n = level.shape[0]!
    const flat = reshape(min(max(level, 0), steps - 1), [n, 1])
    const hats = relu(sub(1, abs(sub(flat, constant(places, [1, steps])))))
    const inside = reshape(matmul(hats, constant(levels, [steps, 1])), [n, 1, 1])
    return sub(inside, log(min(max(add(level, 1), 1e-9), 1)))
  }
}
