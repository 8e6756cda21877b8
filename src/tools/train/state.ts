/** The state of a training run: the initial one, and one restored from a checkpoint. */
import { TweedieError } from '../../errors.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import type { Layout, NamedArray } from '../../engine/nn/layout.ts'
import { zerosTogether } from '../../engine/optim/simd/memory.ts'
import { fold, key } from '../../engine/random/index.ts'
import type { MemoryRoom } from '../../engine/simd/room.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { AnyOptimizer } from './optimizer-of.ts'
import {
  frozenSums,
  jointLayout,
  learningParts,
  type PartTensor,
  partView,
  tensorsOf,
  type TrainParts,
} from './parts.ts'
import type { TrainState } from './problem.ts'
import type { BaseSpec } from './spec.ts'

/** The state in a checkpoint. */
export type SavedState = Pick<Checkpoint, 'state' | 'tensors' | 'frozen' | 'optimizer'>

/** Weights to begin with, by part and by name, as a model folder has them. */
export interface StartWeights {
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, NamedArray>>
}

/** The parameters before the first step; in `into`, if it is given. */
export function initialParameters({ seed }: Pick<BaseSpec, 'seed'>, layout: Layout, into?: Float32Array): Float32Array {
  return initialize(layout, fold(key(seed), 'weights'), into)
}

/**
 * A state of zeros, and room for the gradients of a batch and of a portion, where the optimiser is fastest: in the memory of
 * the engine, if it has one of its own.
 */
export function roomFor(optimizer: AnyOptimizer, size: number, parted: boolean, room?: MemoryRoom) {
  const { step, slots } = optimizer.init(0)
  const own = Object.fromEntries(Object.keys(slots).map((name) => [name, size]))
  const lengths = { ...own, params: size, average: size, flat: size, part: parted ? size : 0 }
  const arrays = zerosTogether<string>(lengths, room)
  const { params, average, flat, part, ...moments } = arrays
  const state: TrainState = { step: 0, params: params!, average: average!, optimizer: { step, slots: moments } }
  return { state, flat: flat!, part: part! }
}

/**
 * Makes the state before the first step: the parts' own initial values, else drawn by the seed; replaced by `start`
 * where that has values. Everything is checked
 * at once, and the state filled when the function that is returned is called.
 *
 * @throws TweedieError `model` if weights do not fit a part, or belong to a part that does not learn
 */
export function beginning(
  spec: BaseSpec,
  parts: TrainParts,
  start: StartWeights | undefined,
): (state: TrainState) => void {
  const layout = jointLayout(parts)
  const learning = learningParts(parts)
  const names = learning.map(([name]) => name)
  const unknown = [...(start?.weights.keys() ?? [])].find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new TweedieError('model', `weights to start from: no part that learns is named ${unknown}`, {
      hint: `there are ${names.join(', ')}`,
    })
  }
  const values = learning.map(([name, part]) => {
    const initialWeights = start?.weights.get(name)
    if (initialWeights) return [name, part.layout.fromMap(initialWeights)] as const
    return [name, part.weights && requireLength(name, part.weights, part.layout.size)] as const
  })
  return (state) => {
    initialParameters(spec, layout, state.params)
    for (const [name, weights] of values) if (weights) partView(parts, name, state.params).set(weights)
    state.average.set(state.params)
  }
}

/**
 * Makes the state of a checkpoint. Parameters are found by name, wherever they lie in it; a checkpoint without names is
 * read in order. Everything is checked at once, and the state filled when the function that is returned is called.
 *
 * @throws TweedieError `model` if it has other parts or parameters, `usage` if it has another optimiser
 */
export function restoring(
  { state: from, tensors, frozen = {}, optimizer: name = 'adamw' }: SavedState,
  parts: TrainParts,
  optimizer: AnyOptimizer,
): (state: TrainState) => void {
  const slots = Object.keys(optimizer.init(0).slots)
  if (name !== optimizer.name || slots.some((slot) => from.optimizer.slots[slot] === undefined)) {
    throw new TweedieError('usage', `the checkpoint has the state of ${name}, and the optimiser is ${optimizer.name}`, {
      hint: `continue with ${name}, or start a new run from the weights`,
    })
  }
  const sums = frozenSums(parts)
  const other = Object.keys(frozen).find((part) => sums[part] !== undefined && sums[part] !== frozen[part])
  if (other !== undefined) {
    throw new TweedieError('model', `the frozen part ${other} has other weights than the checkpoint was trained with`, {
      hint: 'give it its old weights, or start a new run from the weights',
    })
  }
  const moves = movesOf(tensors, tensorsOf(parts), from.params.length, jointLayout(parts).size)
  const copy = (into: Float32Array, array: Float32Array): void => {
    for (const { to, at, size } of moves) into.set(array.subarray(at, at + size), to)
  }
  return (state) => {
    state.step = from.step
    copy(state.params, from.params)
    copy(state.average, from.average)
    state.optimizer.step = from.optimizer.step
    for (const slot of slots) copy(state.optimizer.slots[slot]!, from.optimizer.slots[slot]!)
  }
}

/** An array of a checkpoint, such as its best average, in the order of these parts. @throws TweedieError `model` if it has others */
export function movedTo(
  parts: TrainParts,
  tensors: readonly PartTensor[] | undefined,
  array: Float32Array,
): Float32Array {
  const { size: wanted } = jointLayout(parts)
  const made = new Float32Array(wanted)
  const moves = movesOf(tensors, tensorsOf(parts), array.length, wanted)
  for (const { at, to, size } of moves) made.set(array.subarray(at, at + size), to)
  return made
}

/** A copy from one flat array to another. */
interface Move {
  readonly at: number
  readonly to: number
  readonly size: number
}

function movesOf(
  saved: readonly PartTensor[] | undefined,
  wanted: readonly PartTensor[],
  savedSize: number,
  wantedSize: number,
): readonly Move[] {
  if (saved === undefined) {
    if (savedSize === wantedSize) return [{ at: 0, to: 0, size: savedSize }]
    throw misfit([`${savedSize} parameters, expected ${wantedSize}`])
  }
  const title = ({ part, name }: PartTensor): string => `${part}/${name}`
  const places = new Map<string, { readonly at: number; readonly shape: string }>()
  let at = 0
  for (const tensor of saved) {
    places.set(title(tensor), { at, shape: `[${tensor.shape.join(', ')}]` })
    at += sizeOf(tensor)
  }
  const complaints: string[] = []
  const moves: Move[] = []
  let to = 0
  for (const tensor of wanted) {
    const [place, shape, size] = [places.get(title(tensor)), `[${tensor.shape.join(', ')}]`, sizeOf(tensor)]
    if (place === undefined) complaints.push(`${title(tensor)} is missing`)
    else if (place.shape !== shape) complaints.push(`${title(tensor)} is ${place.shape}, expected ${shape}`)
    else moves.push({ at: place.at, to, size })
    places.delete(title(tensor))
    to += size
  }
  complaints.push(...Array.from(places.keys(), (name) => `${name} is unknown`))
  if (complaints.length > 0) throw misfit(complaints)
  return moves
}

function misfit(complaints: readonly string[]): TweedieError {
  const rest = complaints.length > 5 ? `; and ${complaints.length - 5} more` : ''
  return new TweedieError(
    'model',
    `the checkpoint does not fit the model: ${complaints.slice(0, 5).join('; ')}${rest}`,
    {
      hint: 'it belongs to another network: compare the configuration with that of the run',
    },
  )
}

const sizeOf = ({ shape }: PartTensor): number => shape.reduce((size, each) => size * each, 1)

function requireLength(part: string, weights: Float32Array, length: number): Float32Array {
  if (weights.length === length) return weights
  throw new TweedieError(
    'model',
    `the part ${part} has ${length} parameters, and ${weights.length} weights to begin with`,
  )
}
