/** The step whose optimiser runs here: the graph gives gradients, and loops over flat arrays do the rest. */
import { accumulate } from '../../engine/optim/accumulate.ts'
import type { Optimizer } from '../../engine/optim/optimizer.ts'
import type { PlacedOptimizer, TensorOptimizer } from '../../engine/muon/tensor-optimizer.ts'
import { portionIn } from '../../engine/runtime/portions.ts'
import type { BoundRun, Engine, Expectation, SessionOptions } from '../../engine/runtime/session.ts'
import { once } from '../../once.ts'
import { averageDecay } from './average.ts'
import { learningParts, partView, placesOf, type TrainParts } from './parts.ts'
import type { Batch, TrainState } from './problem.ts'
import { roomFor } from './state.ts'
import { compileStep, named } from './step-graph.ts'
import type { StepTask, StepWay } from './step-way.ts'

/** Compiles the step. */
export async function hostStep(
  task: StepTask,
  engine: Engine,
  options: SessionOptions,
  expected: Expectation | undefined,
): Promise<StepWay> {
  const { spec, problem, layout, optimizer, portion, portions, shares, from, ranks, reduce } = task
  const { parts, ownStep } = problem
  // Making the state and the first batch takes time; meanwhile the runtime compiles on another thread if it can.
  const prepared = once(() => {
    const made = roomFor(optimizer, layout.size, portions > 1, engine.room)
    // Memory is slow when first written to: write to it now rather than in the first step.
    for (const array of [made.flat, ...Object.values(made.state.optimizer.slots)]) array.fill(0)
    task.fillState(made.state)
    return { ...made, batches: task.batches(made.state.step) }
  })
  const program = await (ownStep
    ? ownStep.compile(portion, 1 / shares, engine, { ...options, meanwhile: prepared })
    : compileStep(task.graph(), parts, layout, shares, engine, {
        ...options,
        arithmetic: spec.arithmetic,
        expected,
        meanwhile: prepared,
      }))
  const { state, flat, part, batches } = prepared()
  const placed = 'forTensors' in optimizer ? await forTensors(optimizer, task, engine, options, program) : undefined
  const updating = placed ?? (optimizer as Optimizer)

  const emaDecay = averageDecay(spec.optimizer.ema)
  const outputs = { loss: new Float32Array(portions), itemLoss: new Float32Array(portions * portion) }
  const bind = ({ feeds }: Batch, i: number) =>
    program.bind(
      { ...portionIn(program, feeds, from / portion + i), ...named('', layout, state.params) },
      { ...portionIn(program, outputs, i), ...named('gradient:', layout, i === 0 ? flat : part) },
    )
  // The first graph begins before the memory of the second batch is described to the runtime.
  const bounds = batches.map((batch) => once(() => Array.from({ length: portions }, (_, i) => bind(batch, i))))
  const run = async ([first, ...others]: readonly BoundRun[]): Promise<void> => {
    await first!.run()
    for (const bound of others) {
      await bound.run()
      accumulate(flat, part)
    }
  }
  const follow = averagesOf(parts)
  const dispose = (): void => {
    placed?.dispose()
    program.dispose()
  }

  return {
    session: program.session,
    state,
    get made() {
      return state.step
    },
    batches,
    async update(rate, meanwhile) {
      const { step } = state
      const running = run(bounds[step % 2]!())
      bounds[(step + 1) % 2]!()
      meanwhile()
      await running
      const own = ranks.count * outputs.loss.reduce((sum, each) => sum + each, 0)
      const { itemLoss } = outputs
      const all = await reduce?.(flat, { step: step + 1, loss: own, itemLoss: itemLoss as Float32Array })
      const { loss } = all ?? { loss: own }
      const gradientNorm = Number.isFinite(loss)
        ? await updating.update(state.params, flat, state.optimizer, rate, {
            clipNorm: spec.optimizer.clipNorm,
            ...(follow.some && { ema: { average: state.average, decay: emaDecay(step) } }),
          })
        : Number.NaN
      if (Number.isFinite(gradientNorm)) {
        follow.copy(state)
        state.step++
      }
      return { loss, gradientNorm, itemLoss: all?.itemLoss ?? itemLoss }
    },
    async bringBack() {},
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** The optimiser once it knows the tensors. */
async function forTensors(
  optimizer: TensorOptimizer,
  { problem }: StepTask,
  engine: Engine,
  { threads }: SessionOptions,
  program: Disposable,
): Promise<PlacedOptimizer> {
  try {
    return await optimizer.forTensors(placesOf(problem.parts), engine, { threads })
  } catch (error) {
    program[Symbol.dispose]()
    throw error
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
