/**
 * Conditions: inputs of a network besides the data and the time. Each has a name, and is a class, a vector, an image,
 * tokens or a sequence of vectors.
 */
import { input } from '../graph/index.ts'
import type { DType, Tensor } from '../graph/index.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Shape } from '../graph/index.ts'

/**
 * One condition. `nothing` says whether it can be left out, which is encoded as follows:
 * - of a class, a class of its own (the model knows its number);
 * - of a vector `[size]` or an image `[C, H, W]`, zeros and one more element or channel: 1 where there is one, 0 where there is none;
 * - of tokens, the state `vocabulary`, one above all tokens, at every place;
 * - of a sequence `[length, size]`, such as the words of a caption behind an encoder, zeros, and one more number at every place: 1
 *   where there is a vector, 0 where there is none. So a sequence may also be shorter than its places.
 */
export type ConditionSpec =
  | { readonly kind: 'class'; readonly classes: number }
  | { readonly kind: 'vector'; readonly size: number; readonly nothing?: boolean | undefined }
  | {
      readonly kind: 'image'
      readonly shape: Shape
      readonly nothing?: boolean | undefined
      /** Whether it has weights of its own, so that where there is nothing, the network is the one without this condition. */
      readonly apart?: boolean | undefined
    }
  | {
      readonly kind: 'tokens'
      readonly length: number
      readonly vocabulary: number
      readonly nothing?: boolean | undefined
    }
  | {
      readonly kind: 'sequence'
      readonly length: number
      readonly size: number
      readonly nothing?: boolean | undefined
    }

/** The conditions of a network by name. That of the class is called `labels`. */
export type ConditionSpecs = Readonly<Record<string, ConditionSpec>>

/** Arrays for a batch by the name of the condition: what a graph is fed. */
export type ConditionArrays = Readonly<Record<string, Float32Array | Int32Array>>

/** The shape of one item of a condition as the graph takes it: `[]` for a class, `[size]` or `[size + 1]` for a vector. */
export function conditionShape(spec: ConditionSpec): Shape {
  switch (spec.kind) {
    case 'class':
      return []
    case 'vector':
      return [spec.size + Number(spec.nothing ?? false)]
    case 'image':
      return [spec.shape[0]! + Number(spec.nothing ?? false), ...spec.shape.slice(1)]
    case 'tokens':
      return [spec.length]
    case 'sequence':
      return [spec.length, spec.size + Number(spec.nothing ?? false)]
  }
}

/** How many numbers one item has, without flags for "something or nothing". */
export function conditionValues(spec: ConditionSpec): number {
  switch (spec.kind) {
    case 'class':
      return 1
    case 'vector':
      return spec.size
    case 'image':
      return sizeOf(spec.shape)
    case 'tokens':
      return spec.length
    case 'sequence':
      return spec.length * spec.size
  }
}

/**
 * Writes one item of a condition that takes real numbers, with its flags: `values` has its numbers without them. A vector's and an
 * image's flag is behind them, a sequence has one behind each vector.
 *
 * @param from where the item begins in `values`
 */
export function writeCondition(
  spec: ConditionSpec,
  values: ArrayLike<number>,
  from: number,
  out: Float32Array | Int32Array,
): void {
  const [own, places] = [conditionValues(spec), spec.kind === 'sequence' ? spec.length : 1]
  const [size, width] = [own / places, out.length / places]
  for (let place = 0; place < places; place++) {
    for (let i = 0; i < width; i++) out[place * width + i] = i < size ? values[from + place * size + i]! : 1
  }
}

/** Its element type in the graph: whole numbers for classes and tokens. */
export function conditionType({ kind }: ConditionSpec): Extract<DType, 'float32' | 'int32'> {
  return kind === 'class' || kind === 'tokens' ? 'int32' : 'float32'
}

/** Graph inputs for all conditions of a network, `[batch, ...]`, by their own names. */
export function conditionInputs(conditions: ConditionSpecs, batch: number): Readonly<Record<string, Tensor>> {
  return mapped(conditions, (spec, name) => input(name, [batch, ...conditionShape(spec)], conditionType(spec)))
}

/** Arrays for these inputs, all zero. */
export function conditionArrays(conditions: ConditionSpecs, batch: number): ConditionArrays {
  return mapped(conditions, (spec) => {
    const length = batch * sizeOf(conditionShape(spec))
    return conditionType(spec) === 'int32' ? new Int32Array(length) : new Float32Array(length)
  })
}

/** The number of class labels of a network, "no class" included; 0: it has none. */
export function classesOf({ conditions }: { readonly conditions: ConditionSpecs }): number {
  const { labels } = conditions
  return labels?.kind === 'class' ? labels.classes : 0
}

/** The conditions of a network with so many classes (null: none), and others. */
export function conditionSpecs(classes: number | null, others: ConditionSpecs | null = null): ConditionSpecs {
  return Object.freeze({ ...(classes !== null && { labels: Object.freeze({ kind: 'class', classes }) }), ...others })
}

function mapped<T>(conditions: ConditionSpecs, make: (spec: ConditionSpec, name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(conditions).map(([name, spec]) => [name, make(spec, name)]))
}
