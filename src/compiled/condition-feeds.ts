/** Conditions of a call → the arrays of a compiled network, checked; and what stands for "nothing". */
import type { Conditions } from '../diffusion/denoise/denoiser.ts'
import { sizeOf } from '../engine/graph/index.ts'
import { classesOf, type ConditionSpec, type ConditionSpecs, conditionShape } from '../engine/nn/condition-spec.ts'
import { fold, key, normal } from '../engine/random/index.ts'
import { TweedieError } from '../errors.ts'

/** The conditions of a model. */
export interface ConditionedNetwork {
  readonly network: { readonly conditions: ConditionSpecs }
  /** The class that means "no class", if the model was trained with one. */
  readonly unconditionalLabel?: number | undefined
}

/**
 * Copies the conditions of a call into a network's arrays. A missing condition becomes "nothing", if the model has a
 * value for that.
 *
 * @param feeds arrays for a whole batch; the first `items` are filled
 * @throws TweedieError `usage` for a condition that is missing or unknown, or an unknown class or token; `shape`
 */
export function feedConditions(
  model: ConditionedNetwork,
  feeds: Readonly<Record<string, Float32Array | Int32Array>>,
  conditions: Conditions = {},
  items: number,
): void {
  const { network } = model
  const stranger = Object.keys(conditions).find((name) => !Object.hasOwn(network.conditions, name))
  if (stranger !== undefined) throw strange(stranger, network.conditions)
  for (const [name, spec] of Object.entries(network.conditions)) {
    const length = items * sizeOf(conditionShape(spec))
    const array = conditions[name]
    const into = feeds[name]!.subarray(0, length)
    if (array === undefined) {
      const nothing = nothingOf(spec, model)
      if (nothing === undefined) throw missing(name, spec)
      for (let i = 0; i < length; i += nothing.length) into.set(nothing, i)
      continue
    }
    if (array.length !== length) {
      throw new TweedieError(
        'shape',
        `${array.length} numbers of the condition ${name} for ${items} items: expected ${length}`,
      )
    }
    requireKnown(name, spec, array)
    into.set(array)
  }
}

/** "Nothing" of one item by the names of a model's conditions; conditions that cannot be left out are not included. */
export function nothing(model: ConditionedNetwork): Conditions {
  return Object.fromEntries(
    Object.entries(model.network.conditions).flatMap(([name, spec]) => {
      const none = nothingOf(spec, model)
      return none ? [[name, none]] : []
    }),
  )
}

/** Conditions to try a network with: classes in turn, "no class" among them; tokens in turn; normal numbers. */
export function exampleConditions({ conditions }: { readonly conditions: ConditionSpecs }, items: number): Conditions {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, spec]) => {
      const length = items * sizeOf(conditionShape(spec))
      if (spec.kind === 'class') return [name, Int32Array.from({ length }, (_, i) => i % spec.classes)]
      if (spec.kind === 'tokens') return [name, Int32Array.from({ length }, (_, i) => i % spec.vocabulary)]
      const numbers = normal(fold(key(0), name), new Float32Array(length))
      if (spec.kind !== 'sequence' || !spec.nothing) return [name, numbers]
      // a vector at every place
      return [name, numbers.map((value, i) => ((i + 1) % (spec.size + 1) === 0 ? 1 : value))]
    }),
  )
}

function nothingOf(spec: ConditionSpec, { unconditionalLabel }: ConditionedNetwork) {
  if (spec.kind === 'class') return unconditionalLabel === undefined ? undefined : Int32Array.of(unconditionalLabel)
  if (!spec.nothing) return undefined
  const size = sizeOf(conditionShape(spec))
  return spec.kind === 'tokens' ? new Int32Array(size).fill(spec.vocabulary) : new Float32Array(size)
}

/** Checks that classes and tokens exist. @throws TweedieError `usage` */
export function requireKnown(name: string, spec: ConditionSpec, array: ArrayLike<number>): void {
  if (spec.kind !== 'class' && spec.kind !== 'tokens') return
  const count = spec.kind === 'class' ? spec.classes : spec.vocabulary + Number(spec.nothing ?? false)
  for (let i = 0; i < array.length; i++) {
    if (Number.isInteger(array[i]) && array[i]! >= 0 && array[i]! < count) continue
    throw new TweedieError(
      'usage',
      spec.kind === 'class'
        ? `class ${array[i]}: the model has the classes 0 … ${count - 1}`
        : `${name}: token ${array[i]}: the model has the tokens 0 … ${count - 1}`,
    )
  }
}

function strange(name: string, conditions: ConditionSpecs): TweedieError {
  if (name === 'labels' && classesOf({ conditions }) === 0) {
    return new TweedieError('usage', 'the model is unconditional: it has no classes to choose from')
  }
  return new TweedieError('usage', `the model has no condition ${name}`, {
    hint: `it has ${Object.keys(conditions).join(', ') || 'none'}`,
  })
}

function missing(name: string, { kind }: ConditionSpec): TweedieError {
  if (kind !== 'class') return new TweedieError('usage', `the model needs the condition ${name}: it cannot be left out`)
  return new TweedieError('usage', 'the model needs a class: no label was ever left out in its training', {
    hint: 'give one to each item: conditions.labels',
  })
}
