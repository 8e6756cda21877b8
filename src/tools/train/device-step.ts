/**
 * The step whose state stays on the device: gradients, clipping, optimiser and average are one graph. A batch and a few numbers
 * go there, a loss for each item comes back; parameters, moments and average only when they are asked for.
 */
import { compileResident } from '../../engine/runtime/resident-program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { oneAtATime } from '../../engine/runtime/turns.ts'
import { once } from '../../once.ts'
import { deviceGraph, heldInput, report } from './device-graph.ts'
import { frozenConstants } from './parts.ts'
import type { TrainState } from './problem.ts'
import type { StepTask, StepWay } from './step-way.ts'

/**
 * Compiles the step.
 *
 * @param anywhere whether a device that shares the host's memory will do
 * @returns undefined where the engine keeps no state on the device
 */
export async function deviceStep(
  task: StepTask,
  engine: Engine,
  options: SessionOptions,
  anywhere: boolean,
): Promise<StepWay | undefined> {
  const { problem, layout, portion } = task
  const { outputs, held, size, carry, numbersAt } = deviceGraph(task)
  const state = emptyState(layout.size, Object.keys(task.optimizer.init(0).slots))
  const arrays: Readonly<Record<string, Float32Array>> = {
    params: state.params,
    average: state.average,
    ...state.optimizer.slots,
  }
  task.fillState(state)
  const padded = (name: string): Float32Array => {
    const array = new Float32Array(size)
    array.set(arrays[name]!)
    return array
  }
  const batches = once(() => task.batches(state.step))
  const constants = frozenConstants(problem.parts)
  const program = await compileResident(outputs, engine, {
    ...options,
    arithmetic: task.spec.arithmetic,
    ...(constants.size > 0 && { constants }),
    carry,
    initial: () => Object.fromEntries(held.map((name) => [heldInput(name), padded(name)])),
    anywhere,
    meanwhile: () => void batches(),
  })
  if (program === undefined) return undefined

  let [made, updates] = [state.step, state.optimizer.step]
  const turn = oneAtATime()
  const found = new Float32Array(2 + portion)
  const itemLoss = found.subarray(2)
  const isFinite = (): boolean => found.subarray(0, 2).every(Number.isFinite)

  return {
    session: { engine: program.engine, device: program.device },
    state,
    get made() {
      return made
    },
    batches: batches(),
    update: (rate, meanwhile) =>
      turn(async () => {
        const feeds = { ...batches()[made % 2]!.feeds, ...numbersAt(made, updates, rate) }
        const running = program.step(feeds, { [report]: found }, { accept: isFinite })
        meanwhile()
        await running
        if (isFinite()) [made, updates] = [made + 1, updates + 1]
        return { loss: found[0]!, gradientNorm: isFinite() ? found[1]! : Number.NaN, itemLoss }
      }),
    bringBack: () =>
      turn(async () => {
        if (state.step === made) return
        // All of it is here before any of it replaces what was here.
        const here = await program.state()
        for (const name of held) arrays[name]!.set((here[heldInput(name)] as Float32Array).subarray(0, layout.size))
        if (!held.includes('average')) state.average.set(state.params)
        state.step = made
        state.optimizer.step = updates
      }),
    dispose: program.dispose,
    [Symbol.dispose]: program.dispose,
  }
}

function emptyState(size: number, slots: readonly string[]): TrainState {
  const zeros = (): Float32Array => new Float32Array(size)
  return {
    step: 0,
    params: zeros(),
    average: zeros(),
    optimizer: { step: 0, slots: Object.fromEntries(slots.map((slot) => [slot, zeros()])) },
  }
}
