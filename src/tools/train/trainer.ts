/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The training step: batch → loss and gradients (one compiled graph) → optimiser and running average, on flat arrays.
 *
 * While the graph of one step runs, the batch of the next is prepared. Everything random is a function of (seed, step), so
 * a trainer restored from a checkpoint continues exactly.
 */
import { TweedieError } from '../../errors.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { gradients, mul } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { accumulate } from '../../engine/optim/accumulate.ts'
import { once } from '../../once.ts'
import { adamw } from '../../engine/optim/adamw.ts'
import { warmupEma } from '../../engine/optim/ema.ts'
import { constantRate, cosineRate, warmup } from '../../engine/optim/learning-rate.ts'
import type { LearningRate } from '../../engine/optim/learning-rate.ts'
import type { Optimizer } from '../../engine/optim/optimizer.ts'
import { zerosTogether } from '../../engine/optim/simd/memory.ts'
import { fold, key } from '../../engine/random/index.ts'
import { compile } from '../../engine/runtime/program.ts'
import { portionIn, portionOf } from '../../engine/runtime/portions.ts'
import type { CompileOptions, Program } from '../../engine/runtime/program.ts'
import type { BoundRun, Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { Batch, TrainProblem, TrainState } from './problem.ts'
import type { BaseSpec } from './spec.ts'

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
export interface Trainer<Spec extends BaseSpec = BaseSpec, Model = unknown> extends Disposable {
  readonly spec: Spec
  readonly problem: TrainProblem<Model>
  /** Items that go through the graph at a time. */
  readonly portion: number
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
  /** Items that go through the graph at a time, a divisor of the batch; by default {@link trainingPortion}. */
  readonly portion?: number
}

/** The parameters before the first step; in `into`, if it is given. */
export function initialParameters(spec: BaseSpec, layout: Layout, into?: Float32Array): Float32Array {
  return initialize(layout, fold(key(spec.seed), 'weights'), into)
}

/** Values between data and loss that a portion may have; with more the passes over memory wait for it. */
const portionValues = 2.5e8

/** How many items of a batch go through the graph at a time, from the graph of all; the gradients of all portions add up. */
export function trainingPortion(whole: Pick<LossGraph, 'loss'>, batch: number): number {
  return portionOf([whole.loss], batch, portionValues)
}

/** The loss of so many items as a graph, with the scope that has its parameters. */
export function lossGraph(problem: Pick<TrainProblem, 'loss'>, items: number) {
  const scope = new Scope()
  return { scope, ...problem.loss(scope, items) }
}

const optimizerOf = (spec: BaseSpec) => adamw({ weightDecay: spec.optimizer.weightDecay, betas: [0.9, 0.99] })

/** The learning rate of a run of `total` steps. */
export function learningRate({ optimizer: { rate, warmup: rising, decay } }: BaseSpec, total: number): LearningRate {
  const steps = Math.max(1, total - rising)
  return warmup(rising, decay === 'cosine' ? cosineRate({ peak: rate, steps }) : constantRate(rate))
}

/** What is to be trained. */
export interface Task<Spec extends BaseSpec, Model> {
  readonly spec: Spec
  /** Makes the problem; asked for once the engine has been told to expect its graph. */
  readonly problem: () => TrainProblem<Model>
  /** What tells its graph from others, as far as that can be told before the problem is made: for engines that keep graphs. */
  readonly purpose: string
}

/**
 * Compiles the training step of a problem.
 *
 * @throws TweedieError `usage` for a specification that makes no sense, and whatever making the problem throws
 */
export async function trainerOf<Spec extends BaseSpec, Model>(
  task: Task<Spec, Model>,
  engine: Engine,
  options: TrainerOptions = {},
): Promise<Trainer<Spec, Model>> {
  const { state: given, portion: wanted, ...session } = options
  const { spec, purpose } = task
  using expected = await engine.expect?.(purpose, session)
  const problem = task.problem()
  const { network, layout } = problem
  const { batch: size } = spec
  const whole = once(() => lossGraph(problem, size))
  const portion = wanted ?? trainingPortion(whole(), size)
  const portions = size / portion
  if (!Number.isInteger(portions)) throw new TweedieError('usage', `a batch of ${size} in portions of ${portion}`)
  const optimizer = optimizerOf(spec)
  // State and first batch take their time, and so does the runtime, on another thread where it can.
  const prepared = once(() => {
    const made = roomFor(optimizer, layout.size, portions > 1)
    // What is written to for the first time waits for the system to hand it out: now rather than in the first step.
    for (const array of [made.flat, ...Object.values(made.state.optimizer.slots)]) array.fill(0)
    if (given !== undefined) assign(made.state, given)
    else made.state.average.set(initialParameters(spec, layout, made.state.params))
    const { step } = made.state
    // Two batches take turns: one is being computed on while the other is being filled.
    const batches = [0, 1].map((turn) => {
      const batch = problem.emptyBatch()
      const first = turn === step % 2
      if (first) problem.fill(batch, step)
      return { batch, filled: first ? step : -1 }
    })
    return { ...made, batches }
  })
  const graph = portion === size ? whole() : lossGraph(problem, portion)
  const program = await compileStep(graph, layout, portions, engine, { ...session, expected, meanwhile: prepared })
  const { state, flat, part, batches } = prepared()

  const emaDecay = warmupEma(spec.optimizer.ema)
  const outputs = { loss: new Float32Array(portions), itemLoss: new Float32Array(size) }
  const bind = ({ feeds }: Batch, i: number) =>
    program.bind(
      { ...portionIn(program, feeds, i), ...named('', layout, state.params) },
      { ...portionIn(program, outputs, i), ...named('gradient:', layout, i === 0 ? flat : part) },
    )
  // The first graph begins before the memory of the second batch is described to the runtime.
  const lanes = batches.map((each) => ({
    ...each,
    bound: once(() => Array.from({ length: portions }, (_, i) => bind(each.batch, i))),
  }))
  const run = async ([first, ...others]: readonly BoundRun[]): Promise<void> => {
    await first!.run()
    for (const bound of others) {
      await bound.run()
      accumulate(flat, part)
    }
  }

  return {
    spec,
    problem,
    portion,
    network,
    layout,
    state,
    async step(total) {
      const { step } = state
      const lane = lanes[step % 2]!
      if (lane.filled !== step) problem.fill(lane.batch, step)
      const running = run(lane.bound())
      const next = lanes[(step + 1) % 2]!
      next.bound()
      problem.fill(next.batch, step + 1)
      next.filled = step + 1
      await running

      const rate = learningRate(spec, total)(step)
      const loss = outputs.loss.reduce((sum, each) => sum + each, 0)
      const ema = { average: state.average, decay: emaDecay(step) }
      const gradientNorm = Number.isFinite(loss)
        ? optimizer.update(state.params, flat, state.optimizer, rate, { clipNorm: spec.optimizer.clipNorm, ema })
        : Number.NaN
      if (!Number.isFinite(gradientNorm)) throw diverged(step + 1, loss, rate)
      state.step++
      return { step: state.step, loss, gradientNorm, rate, itemLoss: outputs.itemLoss, levels: lane.batch.levels }
    },
    dispose: () => program.dispose(),
    [Symbol.dispose]: () => program.dispose(),
  }
}

/** A state of zeros, and room for the gradients of a batch and of a portion, where the optimiser is fastest. */
function roomFor(optimizer: Optimizer, size: number, parted: boolean) {
  const { step, slots } = optimizer.init(0)
  const own = Object.fromEntries(Object.keys(slots).map((name) => [name, size]))
  const arrays = zerosTogether<string>({ ...own, params: size, average: size, flat: size, part: parted ? size : 0 })
  const { params, average, flat, part, ...moments } = arrays
  const state: TrainState = { step: 0, params: params!, average: average!, optimizer: { step, slots: moments } }
  return { state, flat: flat!, part: part! }
}

/** Makes a state another's. */
function assign(state: TrainState, from: TrainState): void {
  state.step = from.step
  state.params.set(from.params)
  state.average.set(from.average)
  state.optimizer.step = from.optimizer.step
  for (const [name, slot] of Object.entries(state.optimizer.slots)) slot.set(from.optimizer.slots[name]!)
}

/**
 * A portion's share of the batch's loss and gradients as a program; the parameters are inputs, and each gradient an output of
 * its own.
 */
async function compileStep(
  { scope, loss: mean, itemLoss }: ReturnType<typeof lossGraph>,
  layout: Layout,
  portions: number,
  engine: Engine,
  options: CompileOptions,
): Promise<Program> {
  const loss = portions > 1 ? mul(mean, 1 / portions) : mean
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs: Record<string, Tensor> = { loss, itemLoss }
  gradients(loss, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))
  return compile(outputs, engine, options)
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
