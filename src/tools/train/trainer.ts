/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The training step: batch → loss and gradients (one compiled graph) → optimiser and running average, on flat arrays.
 *
 * While the graph of one step runs, the batch of the next is prepared. Everything random is a function of (seed, step), so
 * a trainer restored from a checkpoint continues exactly.
 */
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { LearningRate } from '../../engine/optim/learning-rate.ts'
import { deviceOf } from '../../engine/runtime/program.ts'
import type { Engine, Session, SessionOptions } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import { once } from '../../once.ts'
import { hostStep } from './host-step.ts'
import { learningRate } from './learning-rate.ts'
import { type AnyOptimizer, optimizerOf } from './optimizer-of.ts'
import { jointLayout, mainNetwork } from './parts.ts'
import type { Batch, TrainProblem, TrainState } from './problem.ts'
import { alone, itemsOf, type Ranks, type Reduce } from './ranks.ts'
import { type BaseSpec, itemsPerStep } from './spec.ts'
import { withSecondAverage } from './second-average.ts'
import { beginning, restoring, type SavedState, type StartWeights } from './state.ts'
import { lossGraph, ownPortion, trainingPortion } from './step-graph.ts'
import type { StepTask } from './step-way.ts'
import { whyNotResident } from './why-not-resident.ts'

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
  /**
   * The state. Where it stays on the device (see `resident`), that which was last brought back: its `step` says of when; else that
   * after the last step.
   */
  readonly state: TrainState
  /** Steps made. */
  readonly made: number
  /** Whether the state stays on the device between steps. */
  readonly resident: boolean
  /** Why it does not, on a device where it could; and why eight bits do not help, if they were asked for. */
  readonly remarks: readonly string[]
  readonly optimizer: AnyOptimizer
  /** The session: engine, device and threads. */
  readonly session: Pick<Session, 'engine' | 'device'>
  /**
   * One step.
   *
   * @param end how many steps the run has, at which the learning rate falls to zero if it falls at all; or the learning rate itself
   * @throws TweedieError `diverged` for a loss or gradient that is not finite; the state is then that before the step. `device` where
   * the device is lost; `state` is then what was last brought back
   */
  step(end: number | LearningRate): Promise<StepReport>
  /** Brings parameters, moments and average from the device to `state`, if they are there: before a checkpoint or a sample. */
  bringBack(): Promise<void>
  dispose(): void
}

/** Settings that are not part of the specification: where it runs, and parts that are values. */
export interface TrainerOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** A checkpoint to continue from; by default a new state. */
  readonly from?: SavedState | undefined
  /** Weights that a new state begins with, by part and name; other parts are initialised by the seed. */
  readonly start?: StartWeights | undefined
  /** In place of the optimiser that the specification names. */
  readonly optimizer?: AnyOptimizer | undefined
  /** Called with the gradients of a step before the optimiser uses them. With `ranks` it must add those of all processes. */
  readonly reduce?: Reduce | undefined
  /** Which share of the items this process computes; all by default. Its gradients are then a share of the step's, to be added. */
  readonly ranks?: Ranks | undefined
  /**
   * Items that go through the graph at a time, a divisor of those of a step; the default depends on the size of the
   * graph.
   */
  readonly portion?: number | undefined
  /**
   * Whether parameters, moments and average stay on the device between steps, and the optimiser runs there. Default: where the engine
   * offers that for the device, and the step is one graph with an optimiser that the specification names. True asks for it anywhere,
   * on a CPU too, where it is slower.
   */
  readonly resident?: boolean | undefined
}

/** The task. */
export interface Task<Spec extends BaseSpec, Model> {
  readonly spec: Spec
  /**
   * Makes the problem, with batches of `itemsPerStep(spec)` items; called after the engine has started to load its last
   * graph.
   */
  readonly problem: () => TrainProblem<Model> | Promise<TrainProblem<Model>>
  /** The same of items that training does not see, in batches of `size`: for `keepBest`. */
  readonly heldOut?: { readonly size: number; problem(): TrainProblem | Promise<TrainProblem> } | undefined
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
    optimizer: given = await optimizerOf(task.spec),
    resident,
    ...session
  } = options
  const { spec, purpose } = task
  const optimizer = withSecondAverage(given, spec.optimizer.ema)
  const all = itemsPerStep(spec)
  const own = itemsOf(ranks, all)
  using expected = await engine.expect?.(purpose, session)
  const problem = await task.problem()
  const { parts, ownStep } = problem
  const layout = jointLayout(parts)
  const fillState = from ? restoring(from, parts, optimizer) : beginning(spec, parts, start)
  const most = commonDivisor(own.size, spec.batch)
  const whole = once(() => lossGraph(problem, most))
  const portion = wanted ?? (ownStep ? ownPortion(ownStep, most) : trainingPortion(whole(), most))
  const portions = own.size / portion
  if (!Number.isInteger(portions)) throw new TweedieError('usage', `a batch of ${own.size} in portions of ${portion}`)
  // The batch that is filled ahead of the step that will take it.
  const filled = [-1, -1]
  const fill = (batch: Batch, step: number): void => {
    if (filled[step % 2] === step) return
    problem.ahead?.(step + 1)
    problem.fill(batch, step)
    filled[step % 2] = step
  }
  const step: StepTask = {
    spec,
    problem,
    layout,
    optimizer,
    fillState,
    portion,
    portions,
    shares: all / portion,
    from: own.from,
    ranks,
    reduce,
    // Two batches alternate: one is computed while the other is filled.
    batches(first) {
      const two = [problem.emptyBatch(), problem.emptyBatch()] as const
      fill(two[first % 2]!, first)
      return two
    },
    graph: () => (portion === most ? whole() : lossGraph(problem, portion)),
  }
  const reason = whyNotResident(step, options.optimizer !== undefined)
  if (resident && reason !== undefined) {
    throw new TweedieError('usage', `\`resident: true\`: the state cannot stay on the device, since ${reason}`, {
      hint: 'leave `resident` out',
    })
  }
  const elsewhere = engine.createResident !== undefined && deviceOf(session.device, engine) !== 'cpu'
  const noGain =
    spec.arithmetic === 'int8'
      ? await (
          await import('./eight-bits.ts')
        ).whyNoGain(ownStep ? undefined : () => whole().loss, engine, session.device)
      : undefined
  const onDevice =
    reason === undefined && (resident ?? elsewhere)
      ? await (await import('./device-step.ts')).deviceStep(step, engine, session, resident === true)
      : undefined
  const way = onDevice ?? (await hostStep(step, engine, session, expected))
  const { batches } = way
  const crosses = onDevice === undefined && engine.createResident !== undefined && way.session.device !== 'cpu'

  return {
    spec,
    problem,
    portion,
    get network() {
      return mainNetwork(problem)
    },
    layout,
    state: way.state,
    get made() {
      return way.made
    },
    resident: onDevice !== undefined,
    remarks: [
      ...(crosses && reason !== undefined
        ? [`parameters and gradients cross between host and ${way.session.device} in every step, since ${reason}`]
        : []),
      ...(noGain === undefined ? [] : [noGain]),
    ],
    optimizer,
    session: way.session,
    async step(end) {
      const { made } = way
      const batch = batches[made % 2]!
      fill(batch, made)
      const rate = (typeof end === 'number' ? learningRate(spec, end) : end)(made)
      const found = await way.update(rate, () => fill(batches[(made + 1) % 2]!, made + 1))
      const { loss, gradientNorm, itemLoss } = found
      if (!Number.isFinite(gradientNorm)) throw diverged(made + 1, loss, rate)
      const levels =
        itemLoss.length === all ? batch.levels.subarray(0, all) : batch.levels.subarray(own.from, own.from + own.size)
      return { step: way.made, loss, gradientNorm, rate, itemLoss, levels }
    },
    bringBack: () => way.bringBack(),
    dispose: () => way.dispose(),
    [Symbol.dispose]: () => way.dispose(),
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
