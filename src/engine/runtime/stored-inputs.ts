/** Known values of a graph that stay as they are stored: which do, on an engine and a device, and how a session gets them. */
import { isStored, type KnownArray } from '../graph/stored.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Target } from '../onnx/lower/context.ts'
import type { Engine, TensorData } from './session.ts'

/** Known values as this engine takes them: those of types that it does not store, and all on a device with memory of its own, are widened; so are they where the graph is rewritten, which needs their values. */
export function settled(
  constants: ReadonlyMap<string, KnownArray>,
  engine: Pick<Engine, 'stores'>,
  { rewrite, provider }: Pick<Target, 'provider'> & { readonly rewrite?: unknown },
): ReadonlyMap<string, KnownArray> {
  const types = provider === 'webgpu' || rewrite ? [] : (engine.stores ?? [])
  const isKept = (array: KnownArray): boolean => !isStored(array) || types.includes(array.stored)
  if ([...constants.values()].every(isKept)) return constants
  return new Map(Array.from(constants, ([name, array]) => [name, isKept(array) ? array : floatsOf(array)]))
}

/** The values that stay as they are stored, as every run is fed them. */
export function keptOf(
  constants: ReadonlyMap<string, KnownArray> | undefined,
  inputs: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, TensorData> {
  const kept = new Map<string, TensorData>()
  for (const [name, array] of constants ?? []) {
    const tensor = inputs.get(name)
    if (tensor && isStored(array)) kept.set(name, { dtype: array.stored, shape: tensor.shape, data: array.data })
  }
  return kept
}

/** The types of values that stay as they are stored: what the model of a graph depends on. */
export function typesOf(constants: ReadonlyMap<string, KnownArray> = new Map()): readonly string[] {
  const types = [...constants].flatMap(([name, array]) => (isStored(array) ? [`${name} ${array.stored}`] : []))
  return types.length === 0 ? [] : [`stored ${types.join()}\n`]
}

/** Values in single precision, or as they are if they are no weights as stored. */
function floatsOf(array: KnownArray): KnownArray {
  return isStored(array) ? array.floats() : array
}
