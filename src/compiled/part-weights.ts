/**
 * The weights of a part of a model: wide, in one flat array; or as its file stores them, which takes half the memory for files of
 * sixteen bits, and none but the file's own pages where the system maps it.
 */
import { TweedieError } from '../errors.ts'
import { type KnownArray, type StoredArray, storedFloats } from '../engine/graph/index.ts'
import type { Layout, NamedArray } from '../engine/nn/layout.ts'
import type { ModelWeight } from '../files/io/component.ts'
import type { WeightMemory } from '../files/io/folder-types.ts'

/** The parameters of a network and their values. */
export interface PartWeights {
  readonly layout: Layout
  /** All weights, flat; empty if they are kept as they are stored. */
  readonly weights: Float32Array
  /** The weights as they are stored, by their names. */
  readonly stored?: ReadonlyMap<string, StoredArray> | undefined
}

/** Wide weights from which on `auto` keeps them as they are stored. */
const largeBytes = 2 ** 28

/**
 * The weights of a part. Strict, as `Layout.fromMap`.
 *
 * @throws TweedieError `model` for weights that do not fit
 * @example
 * const { weights, stored } = partWeights(layout, component.weights)
 */
export function partWeights(
  layout: Layout,
  weights: ReadonlyMap<string, ModelWeight>,
  memory: WeightMemory = 'auto',
): PartWeights {
  const isLarge = 4 * layout.size >= largeBytes
  if (memory === 'high' || (memory === 'auto' && !isLarge)) return { layout, weights: layout.fromMap(weights) }
  const stored = new Map(
    Array.from(layout.fit(weights), ([name, array]) => [name, array.stored ?? storedFloats(array.data)]),
  )
  return { layout, weights: new Float32Array(0), stored }
}

/** The weights by the names of the graph's inputs. */
export function constantsOf({ layout, weights, stored }: PartWeights): Map<string, KnownArray> {
  if (stored) return new Map(stored)
  return new Map(Array.from(layout.toMap(weights), ([name, { data }]) => [name, data]))
}

/** The weights by their names, as a model folder has them; those that are kept as they are stored are widened when they are looked at. */
export function namedWeights({ layout, weights, stored }: PartWeights): Map<string, NamedArray> {
  if (!stored) return layout.toMap(weights)
  return new Map(layout.specs.map(({ name, shape }) => [name, namedArray(shape, stored.get(name)!)]))
}

function namedArray(shape: readonly number[], stored: StoredArray): NamedArray {
  if (stored.stored === 'float32') return { shape, data: stored.floats() }
  return {
    shape,
    stored,
    get data() {
      return stored.floats()
    },
  }
}

/** All weights in one flat array: a new one, of four bytes to a weight, if they are kept as they are stored. */
export function flatWeights({ layout, weights, stored }: PartWeights): Float32Array {
  if (!stored) return weights
  const flat = new Float32Array(layout.size)
  for (const [name, array] of stored) layout.view(flat, name).set(array.floats())
  return flat
}

/** The same part with all its weights in one flat array, for what changes them. */
export function widened<Part extends PartWeights>(part: Part): Part {
  return part.stored ? { ...part, weights: flatWeights(part), stored: undefined } : part
}

/**
 * The part with some of its weights replaced; the others are kept as they are.
 *
 * @throws TweedieError `model` for a name that it does not have, or another number of values
 */
export function withWeights<Part extends PartWeights>(part: Part, changed: ReadonlyMap<string, Float32Array>): Part {
  const { layout } = part
  const sizes = new Map(layout.specs.map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)]))
  for (const [name, { length }] of changed) {
    if (sizes.get(name) === length) continue
    throw new TweedieError('model', `${name}: ${length} values for a weight of ${sizes.get(name) ?? 'no'}`)
  }
  if (part.stored) {
    const stored = new Map(part.stored)
    for (const [name, data] of changed) stored.set(name, storedFloats(data))
    return { ...part, stored }
  }
  const weights = part.weights.slice()
  for (const [name, data] of changed) layout.view(weights, name).set(data)
  return { ...part, weights }
}
