/** A part of a model: a network's class, its configuration and its weights. */
import { TweedieError } from '../../errors.ts'
import type { GraphFiles, StoredArray } from '../../engine/graph/index.ts'
import { readSafetensors, type SafeDType, type SafeTensor, toFloat32 } from './safetensors.ts'

/** One part. */
export interface Component {
  /** Whose class it is: `diffusers`, `transformers`, `tweedie`. */
  readonly library: string
  readonly className: string
  /** Complete for a U-Net of diffusers; for others the network checks it. */
  readonly config: Readonly<Record<string, unknown>>
  /** The parameters by their names, as float32; a prefix that wrappers put before all names is left out. */
  readonly weights: ReadonlyMap<string, ModelWeight>
  /** The ONNX files that it lies in, if it does; then it has no weights of its own. */
  readonly onnx?: GraphFiles | undefined
}

/** One parameter. */
export interface ModelWeight {
  readonly shape: readonly number[]
  /** In single precision; of large files of sixteen bits, made anew at each look. */
  readonly data: Float32Array
  /** The same numbers as the file stores them, where that takes fewer bytes. */
  readonly stored?: StoredArray | undefined
}

/** Files from which on the weights of sixteen bits are widened only when they are looked at. */
const largeBytes = 2 ** 26

/** What wrappers put before the names of all parameters: compiled, data-parallel and averaged networks. */
const wrappers = ['_orig_mod', 'module']
/** Other prefixes of all names, of a network that is part of something larger. */
const owners = ['model', 'unet', 'network', 'ema_model', 'diffusion_model']

/**
 * The tensors of several files as one map.
 *
 * @param files names in errors, and contents
 * @param owned where each tensor is, if an index says so
 * @throws TweedieError `model` for a tensor that is in two files, or not in the file of the index
 */
export function joinWeights(
  files: readonly (readonly [source: string, bytes: Uint8Array])[],
  owned?: ReadonlyMap<string, string>,
): Map<string, ModelWeight> {
  const weights = new Map<string, ModelWeight>()
  for (const [source, bytes] of files) {
    for (const [name, tensor] of readSafetensors(bytes, source).tensors) {
      if (weights.has(name)) throw new TweedieError('model', `${source}: tensor ${name} is in another file too`)
      weights.set(name, modelWeight(tensor, bytes.length < largeBytes))
    }
  }
  const missing = owned && [...owned].find(([name]) => !weights.has(name))
  if (missing) {
    throw new TweedieError('model', `tensor ${missing[0]} is not in ${missing[1]}, where the index has it`, {
      hint: 'fetch all files of the model again',
    })
  }
  return weights
}

/** @param wide whether to widen it at once */
function modelWeight(tensor: SafeTensor, wide: boolean): ModelWeight {
  const { shape, data } = tensor
  const type = halves[tensor.dtype]
  if (type === undefined) return { shape, data: toFloat32(tensor) }
  const floats = (): Float32Array => toFloat32(tensor)
  const stored: StoredArray = { stored: type, data: data as Uint16Array, floats }
  if (wide) return { shape, data: floats(), stored }
  return {
    shape,
    get data() {
      return floats()
    },
    stored,
  }
}

const halves: Readonly<Partial<Record<SafeDType, StoredArray['stored']>>> = { F16: 'float16', BF16: 'bfloat16' }

/**
 * Removes a prefix that all names share.
 *
 * @param more also prefixes of containing models, such as `unet.`
 * @returns the weights, and the removed prefix
 */
export function withoutPrefix(
  weights: ReadonlyMap<string, ModelWeight>,
  more: boolean,
): { readonly weights: ReadonlyMap<string, ModelWeight>; readonly prefix: string } {
  // the update count of an averaged network
  const names = [...weights.keys()].filter((name) => name !== 'n_averaged')
  let prefix = ''
  for (;;) {
    const segment = /^[^.]+/.exec(names[0]?.slice(prefix.length) ?? '')?.[0]
    if (segment === undefined || !(wrappers.includes(segment) || (more && owners.includes(segment)))) break
    const longer = `${prefix}${segment}.`
    if (!names.every((name) => name.startsWith(longer))) break
    prefix = longer
  }
  if (prefix === '') return { weights, prefix }
  return { weights: new Map(names.map((name) => [name.slice(prefix.length), weights.get(name)!])), prefix }
}
