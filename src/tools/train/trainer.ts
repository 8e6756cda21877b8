/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The training step: batch → loss and gradients (one compiled graph) → optimiser and running average, on flat arrays.
 *
 * While the graph of one step runs, the batch of the next is prepared. Everything random is a function of (seed, step), so
 * a trainer restored from a checkpoint continues exactly.
 */
import { TweedieError } from '../../errors.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import { accumulate } from '../../engine/optim/accumulate.ts'
import { warmupEma } from '../../engine/optim/ema.ts'
import type { LearningRate } from '../../engine/optim/learning-rate.ts'
import type { Optimizer } from '../../engine/optim/optimizer.ts'
import { portionIn } from '../../engine/runtime/portions.ts'
import type { BoundRun, Engine, Session, SessionOptions } from '../../engine/runtime/session.ts'
import { once } from '../../once.ts'
import { learningRate } from './learning-rate.ts'
import { optimizerOf } from './optimizer-of.ts'
import { jointLayout, learningParts, mainNetwork, partView, type TrainParts } from './parts.ts'
import type { Batch, TrainProblem, TrainState } from './problem.ts'
import { alone, itemsOf, type Ranks, type Reduce } from './ranks.ts'
import { type BaseSpec, itemsPerStep } from './spec.ts'
import { beginning, restoring, roomFor, type SavedState, type StartWeights } from './state.ts'
import { compileStep, lossGraph, named, ownPortion, trainingPortion } from './step-graph.ts'

/** The result of a step. */
export interface StepReport {
  /** Steps made, this one included. */
  readonly step: number
  /** The batch's loss; where several processes share it, that of this one's items. */
  readonly loss: number
  /** The norm of the gradient before clipping. */
  readonly gradientNorm: number
  readonly rate: number
  /** Each item's loss and level of noise. */
  readonly itemLoss: Float32Array
  readonly levels: Int32Array
}

/** Trains the parts of a problem. */
export interface Trainer<Spec extends BaseSpec = BaseSpec, Model = unknown> extends Disposable {
  readonly spec: Spec
  readonly problem: TrainProblem<Model>
  /** Items that go through the graph at a time. */
  readonly portion: number
  /** The first network that learns. */
  readonly network: Network
  /** Where all parameters that learn lie. */
  readonly layout: Layout
  readonly state: TrainState
  readonly optimizer: Optimizer
  /** The session: engine, device and threads. */
  readonly session: Pick<Session, 'engine' | 'device'>
  /**
   * One step.
   *
   * @param end how many steps the run has, at which the learning rate falls to zero if it falls at all; or the learning rate itself
   * @throws TweedieError `diverged` for a loss or gradient that is not finite; the state is then that before the step
   */
  step(end: number | LearningRate): Promise<StepReport>
  dispose(): void
}

/** Settings that are not part of the specification: where it runs, and parts that are values. */
export interface TrainerOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** A checkpoint to continue from; by default a new state. */
  readonly from?: SavedState | undefined
  /** Weights that a new state begins with, by part and name; other parts are initialised by the seed. */
  readonly start?: StartWeights | undefined
  /** In place of the optimiser that the specification names. */
  readonly optimizer?: Optimizer | undefined
  /** Called with the gradients of a step before the optimiser uses them. With `ranks` it must add those of all processes. */
  readonly reduce?: Reduce | undefined
  /** Which share of the items this process computes; all by default. Its gradients are then a share of the step's, to be added. */
  readonly ranks?: Ranks | undefined
  /**
   * Items that go through the graph at a time, a divisor of those of a step; the default depends on the size of the
   * graph.
   */
  readonly portion?: number | undefined
}

/** The task. */
export interface Task<Spec extends BaseSpec, Model> {
  readonly spec: Spec
  /**
   * Makes the problem, with batches of `itemsPerStep(spec)` items; called after the engine has started to load its last
   * graph.
   */
  readonly problem: () => TrainProblem<Model>
  /** A name of its graph that is known before the problem is made: for engines with a cache. */
  readonly purpose: string
}

/**
 * Compiles the training step of a problem.
 *
 * @throws TweedieError `usage` for a specification that makes no sense, and the errors of making the problem
 */
export async function trainerOf<Spec extends BaseSpec, Model>(
  task: Task<Spec, Model>,
  engine: Engine,
  options: TrainerOptions = {},
): Promise<Trainer<Spec, Model>> {
  const {
    from,
    start,
    reduce,
    ranks = alone,
    portion: wanted,
    optimizer = optimizerOf(task.spec),
    ...session
  } = options
  const { spec, purpose } = task
  const all = itemsPerStep(spec)
  const own = itemsOf(ranks, all)
  using expected = await engine.expect?.(purpose, session)
  const problem = task.problem()
  const { parts } = problem
  const layout = jointLayout(parts)
  const fillState = from ? restoring(from, parts, optimizer) : beginning(spec, parts, start)
  const most = commonDivisor(own.size, spec.batch)
  const whole = once(() => lossGraph(problem, most))
  const { ownStep } = problem
  const portion = wanted ?? (ownStep ? ownPortion(ownStep, most) : trainingPortion(whole(), most))
  const portions = own.size / portion
  if (!Number.isInteger(portions)) throw new TweedieError('usage', `a batch of ${own.size} in portions of ${portion}`)
  // Making the state and the first batch takes time; meanwhile the runtime compiles on another thread if it can.
  const prepared = once(() => {
    const made = roomFor(optimizer, layout.size, portions > 1, engine.room)
    // Memory is slow when first written to: write to it now rather than in the first step.
    for (const array of [made.flat, ...Object.values(made.state.optimizer.slots)]) array.fill(0)
    fillState(made.state)
    const { step } = made.state
    // Two batches alternate: one is computed while the other is filled.
    const batches = [0, 1].map((turn) => {
      const batch = problem.emptyBatch()
      const first = turn === step % 2
      if (first) problem.fill(batch, step)
      return { batch, filled: first ? step : -1 }
    })
    return { ...made, batches }
  })
  const graph = (): ReturnType<typeof whole> => (portion === most ? whole() : lossGraph(problem, portion))
  const shares = all / portion
  const program = await (ownStep
    ? ownStep.compile(portion, 1 / shares, engine, { ...session, meanwhile: prepared })
    : compileStep(graph(), parts, layout, shares, engine, { ...session, expected, meanwhile: prepared }))
  const { state, flat, part, batches } = prepared()

  const emaDecay = warmupEma(spec.optimizer.ema)
  const outputs = { loss: new Float32Array(portions), itemLoss: new Float32Array(own.size) }
  const bind = ({ feeds }: Batch, i: number) =>
    program.bind(
      { ...portionIn(program, feeds, own.from / portion + i), ...named('', layout, state.params) },
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
  const follow = averagesOf(parts)

  return {
    spec,
    problem,
    portion,
    get network() {
      return mainNetwork(problem)
    },
    layout,
    state,
    optimizer,
    session: program.session,
    async step(end) {
      const { step } = state
      const lane = lanes[step % 2]!
      if (lane.filled !== step) problem.fill(lane.batch, step)
      const running = run(lane.bound())
      const next = lanes[(step + 1) % 2]!
      next.bound()
      problem.fill(next.batch, step + 1)
      next.filled = step + 1
      await running

      const rate = (typeof end === 'number' ? learningRate(spec, end) : end)(step)
      const loss = ranks.count * outputs.loss.reduce((sum, each) => sum + each, 0)
      await reduce?.(flat, { step: step + 1, loss })
      const gradientNorm = Number.isFinite(loss)
        ? optimizer.update(state.params, flat, state.optimizer, rate, {
            clipNorm: spec.optimizer.clipNorm,
            ...(follow.some && { ema: { average: state.average, decay: emaDecay(step) } }),
          })
        : Number.NaN
      if (!Number.isFinite(gradientNorm)) throw diverged(step + 1, loss, rate)
      follow.copy(state)
      state.step++
      const levels = lane.batch.levels.subarray(own.from, own.from + own.size)
      return { step: state.step, loss, gradientNorm, rate, itemLoss: outputs.itemLoss, levels }
    },
    dispose: () => program.dispose(),
    [Symbol.dispose]: () => program.dispose(),
  }
}

/** The parts with an average of their own; for others the average equals the parameters. */
function averagesOf(parts: TrainParts) {
  const learning = learningParts(parts)
  const copied = learning.filter(([, { average = true }]) => !average).map(([name]) => name)
  return {
    some: copied.length < learning.length,
    copy: ({ params, average }: TrainState): void => {
      for (const name of copied) partView(parts, name, average).set(partView(parts, name, params))
    },
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

function diverged(step: number, loss: number, rate: number): TweedieError {
  return new TweedieError(
    'diverged',
    `step ${step}: the loss is ${loss}, or its gradient is not finite (learning rate ${rate.toPrecision(3)})`,
    {
      hint: 'go on from the last checkpoint with a lower `rate`; check the data for values far outside [-1, 1]',
    },
  )
}
