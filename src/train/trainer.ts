/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The training step: batch → loss and gradients (one compiled graph) → optimiser and running average, on flat arrays.
 *
 * While the graph of one step runs, the batch of the next is prepared. Everything random is a function of (seed, step), so
 * a trainer restored from a checkpoint continues exactly.
 */
import type { LossGraph } from '../denoise/objective.ts'
import { TweedieError } from '../errors.ts'
import { gradients } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { initialize } from '../nn/initialize.ts'
import type { Layout } from '../nn/layout.ts'
import type { Network } from '../nn/network.ts'
import { Scope } from '../nn/parameters.ts'
import { adamw } from '../optim/adamw.ts'
import { warmupEma } from '../optim/ema.ts'
import { constantRate, cosineRate, warmup } from '../optim/learning-rate.ts'
import type { LearningRate } from '../optim/learning-rate.ts'
import type { OptimizerState } from '../optim/optimizer.ts'
import { gathered } from '../optim/simd/memory.ts'
import { fold, key } from '../random/index.ts'
import { compile } from '../runtime/program.ts'
import type { Program } from '../runtime/program.ts'
import type { Engine, SessionOptions } from '../runtime/session.ts'
import type { TrainData, TrainProblem } from './problem.ts'
import { problemOf } from './problem-of.ts'
import type { AnyTrainSpec } from './spec.ts'

/** Everything that changes while training; a checkpoint holds just this. */
export interface TrainState {
  /** Steps made. */
  step: number
  readonly params: Float32Array
  /** The running average of the parameters: what is used for sampling. */
  readonly average: Float32Array
  readonly optimizer: OptimizerState
}

/** What a step has to report. */
export interface StepReport {
  /** Steps made, this one included. */
  readonly step: number
  /** The batch's loss. */
  readonly loss: number
  /** The norm of the gradient before clipping. */
  readonly gradientNorm: number
  readonly rate: number
  /** Each item's loss and level of noise. */
  readonly itemLoss: Float32Array
  readonly levels: Int32Array
}

/** Trains one network. */
export interface Trainer<Spec extends AnyTrainSpec = AnyTrainSpec> extends Disposable {
  readonly spec: Spec
  readonly problem: TrainProblem
  readonly network: Network
  readonly layout: Layout
  readonly state: TrainState
  /**
   * One step. The learning rate falls to zero at `total` steps, if it falls at all.
   *
   * @throws TweedieError `diverged` for a loss or gradient that is not finite; the state is then that before the step
   */
  step(total: number): Promise<StepReport>
  dispose(): void
}

/** Where and how a trainer runs. */
export type TrainerOptions = Pick<SessionOptions, 'device' | 'threads' | 'profile'> & {
  /** A state to continue from; by default a new one. */
  readonly state?: TrainState
}

/** The state before the first step. */
export function initialState(spec: AnyTrainSpec, layout: Layout): TrainState {
  const params = initialize(layout, fold(key(spec.seed), 'weights'))
  return { step: 0, params, average: params.slice(), optimizer: optimizerOf(spec).init(layout.size) }
}

const optimizerOf = (spec: AnyTrainSpec) => adamw({ weightDecay: spec.optimizer.weightDecay, betas: [0.9, 0.99] })

/** The learning rate of a run of `total` steps. */
export function learningRate(
  { optimizer: { rate, warmup: rising, decay } }: AnyTrainSpec,
  total: number,
): LearningRate {
  const steps = Math.max(1, total - rising)
  return warmup(rising, decay === 'cosine' ? cosineRate({ peak: rate, steps }) : constantRate(rate))
}

/**
 * Compiles the training step of a specification.
 *
 * @throws TweedieError `usage` for a specification that makes no sense, `shape` or `model` where the data do not fit
 */
export async function createTrainer<Spec extends AnyTrainSpec>(
  spec: Spec,
  data: TrainData,
  engine: Engine,
  options: TrainerOptions = {},
): Promise<Trainer<Spec>> {
  const problem = problemOf(spec, data)
  const { network, layout } = problem
  const { state: given, ...session } = options
  const { state, flat } = inOneMemory(given ?? initialState(spec, layout))
  const program = await compileStep((scope) => problem.loss(scope), layout, engine, session)

  const optimizer = optimizerOf(spec)
  const emaDecay = warmupEma(spec.optimizer.ema)
  const outputs = { loss: new Float32Array(1), itemLoss: new Float32Array(spec.batch) }
  const into = { ...outputs, ...named('gradient:', layout, flat) }
  // Two batches take turns: one is being computed on while the other is being filled.
  const lanes = [0, 1].map(() => {
    const batch = problem.emptyBatch()
    return { batch, filled: -1, bound: program.bind({ ...batch.feeds, ...named('', layout, state.params) }, into) }
  })

  return {
    spec,
    problem,
    network,
    layout,
    state,
    async step(total) {
      const { step } = state
      const lane = lanes[step % 2]!
      if (lane.filled !== step) problem.fill(lane.batch, step)
      const running = lane.bound.run()
      const next = lanes[(step + 1) % 2]!
      problem.fill(next.batch, step + 1)
      next.filled = step + 1
      await running

      const rate = learningRate(spec, total)(step)
      const loss = outputs.loss[0]!
      const ema = { average: state.average, decay: emaDecay(step) }
      const gradientNorm = Number.isFinite(loss)
        ? optimizer.update(state.params, flat, state.optimizer, rate, { clipNorm: spec.optimizer.clipNorm, ema })
        : Number.NaN
      if (!Number.isFinite(gradientNorm)) throw diverged(step + 1, loss, rate)
      state.step++
      return { step: state.step, loss, gradientNorm, rate, itemLoss: outputs.itemLoss, levels: lane.batch.levels }
    },
    dispose,
    [Symbol.dispose]: dispose,
  }

  function dispose(): void {
    for (const { bound } of lanes) bound.dispose()
    program.dispose()
  }
}

/** The state and room for gradients where the optimiser is fastest. */
function inOneMemory({ step, params, average, optimizer }: TrainState): { state: TrainState; flat: Float32Array } {
  const all = gathered<string>({ ...optimizer.slots, params, average, flat: new Float32Array(params.length) })
  const { params: p, average: a, flat, ...rest } = all
  return { flat: flat!, state: { step, params: p!, average: a!, optimizer: { step: optimizer.step, slots: rest } } }
}

/** Loss and gradients of one batch as a program; the parameters are inputs, and each gradient an output of its own. */
async function compileStep(
  lossOf: (scope: Scope) => LossGraph,
  layout: Layout,
  engine: Engine,
  session: SessionOptions,
): Promise<Program> {
  const scope = new Scope()
  const { loss, itemLoss } = lossOf(scope)
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs: Record<string, Tensor> = { loss, itemLoss }
  gradients(loss, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))
  return compile(outputs, engine, session)
}

/** Views of a flat array by parameter name. */
function named(prefix: string, layout: Layout, flat: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(layout.specs.map(({ name }) => [prefix + name, layout.view(flat, name)]))
}

function diverged(step: number, loss: number, rate: number): TweedieError {
  return new TweedieError(
    'diverged',
    `step ${step}: the loss is ${loss}, or its gradient is not finite (learning rate ${rate.toPrecision(3)})`,
    {
      hint: 'continue from the last checkpoint with a lower --rate; check the data for values far outside [-1, 1]',
    },
  )
}
