/** From a user's conditions to the arrays of the network. The one place that reads classes by name and by number. */
import { type ConditionedNetwork, nothing } from '../compiled/condition-feeds.ts'
import { sizeOf } from '../engine/graph/index.ts'
import {
  classesOf,
  type ConditionSpec,
  conditionShape,
  conditionValues,
  writeCondition,
} from '../engine/nn/condition-spec.ts'
import { TweedieError } from '../errors.ts'
import { suggest } from '../suggest.ts'

/** The description of a condition. */
export interface ConditionDescription {
  readonly spec: ConditionSpec
  /** The names of the classes that a user may choose; "no class" is not among them. */
  readonly classNames?: readonly string[] | undefined
  /** The array of one item that stands for "nothing", if it can be left out. */
  readonly nothing?: Float32Array | Int32Array | undefined
}

/**
 * A user's value for a condition: null is "nothing".
 * - A class: a name, a number, several with commas, `all`, or a list of names, numbers and nulls. Several are taken in turn.
 * - A vector, an image, tokens or a sequence: the numbers of one item for all, or of every item.
 */
export type ConditionRequest = string | number | null | readonly (string | number | null)[] | Float32Array | Int32Array

/** The conditions of a model by name. */
export function describeConditions(
  model: ConditionedNetwork & { readonly classNames: readonly string[] },
): Readonly<Record<string, ConditionDescription>> {
  const none = nothing(model)
  return Object.fromEntries(
    Object.entries(model.network.conditions).map(([name, spec]) => [
      name,
      { spec, nothing: none[name], ...(spec.kind === 'class' && { classNames: model.classNames }) },
    ]),
  )
}

/**
 * The condition of each of so many items.
 *
 * @param option the condition's name, for messages @throws TweedieError `usage` for an unknown class, `shape` for
 * numbers that do not make whole items
 * @example
 * conditionsFor(describeConditions(model).labels!, 'cat,dog', 4) // Int32Array [0, 1, 0, 1]
 */
export function conditionsFor(
  { spec, classNames = [], nothing: none }: ConditionDescription,
  request: ConditionRequest,
  count: number,
  { option = spec.kind === 'class' ? 'class' : 'condition' }: { readonly option?: string } = {},
): Float32Array | Int32Array {
  if (request === null) return repeated(requireNothing(none, option), count)
  if (spec.kind === 'class') {
    const chosen = classesAsked(request, classNames, option, none?.[0])
    return Int32Array.from({ length: count }, (_, i) => chosen[i % chosen.length]!)
  }
  if (typeof request === 'string' || typeof request === 'number') {
    throw new TweedieError('usage', `${option}: '${request}' is no list of numbers`)
  }
  const numbers = Float64Array.from(request as ArrayLike<number>)
  const size = conditionValues(spec)
  if (numbers.length !== size && numbers.length !== size * count) {
    throw new TweedieError('shape', `${option}: ${numbers.length} numbers for ${count} items of ${size}`)
  }
  if (!numbers.every(Number.isFinite)) throw new TweedieError('usage', `${option}: not all of its numbers are finite`)
  return flagged(spec, numbers.length === size * count ? numbers : repeated(numbers, count), size)
}

/**
 * The class of each item, as an array for a network: as given, or else all in turn, or none.
 *
 * @param others classes of a classifier that guides a model without any
 * @throws TweedieError `usage` if the model has no classes, or not these, or needs one
 */
export function labelsFor(
  model: ConditionedNetwork & { readonly classNames: readonly string[] },
  count: number,
  labels: ArrayLike<number> | undefined,
  otherwise: 'in turn' | 'nothing',
  others: readonly string[] = [],
): Int32Array | undefined {
  const known = classesOf(model.network) || others.length
  const classes = model.classNames.length || known
  if (classes === 0) {
    if (!labels) return undefined
    throw new TweedieError('usage', 'the model is unconditional: it has no classes to choose from')
  }
  if (labels && labels.length !== count) {
    throw new TweedieError('usage', `${labels.length} classes for ${count} items: there must be one for each`)
  }
  const wrong = Array.from(labels ?? []).find((label) => !(Number.isInteger(label) && label >= 0 && label < known))
  if (wrong !== undefined) {
    const who = classesOf(model.network) > 0 ? 'model' : 'classifier'
    throw new TweedieError('usage', `class ${wrong}: the ${who} has the classes 0 … ${known - 1}`)
  }
  const none = model.unconditionalLabel
  if (!labels && otherwise === 'nothing' && none === undefined) {
    throw new TweedieError('usage', 'the model needs a class: no label was ever left out in its training', {
      hint: 'give labels, or train with a label dropout of 0.1',
    })
  }
  return Int32Array.from({ length: count }, (_, i) => labels?.[i] ?? (otherwise === 'nothing' ? none! : i % classes))
}

/** Classes by names, numbers or lists of them. */
function classesAsked(
  request: Exclude<ConditionRequest, null>,
  classNames: readonly string[],
  option: string,
  none: number | undefined,
): readonly number[] {
  if (classNames.length === 0) {
    throw new TweedieError('usage', `${option}: the model has no classes`, { hint: 'it was trained without labels' })
  }
  if (typeof request === 'string') return namedClasses(request, classNames, option)
  const asked = typeof request === 'number' ? [request] : Array.from<string | number | null>(request)
  if (asked.length === 0) throw new TweedieError('usage', `${option}: no class is named`)
  return asked.map((each) => {
    if (each === null) return requireNothing(none === undefined ? undefined : Int32Array.of(none), option)[0]!
    return classNumber(String(each), classNames, option)
  })
}

/**
 * Classes of a text. Names that contain commas are matched before commas separate classes, the longest first:
 * `tench, Tinca tinca,goldfish` are two classes where these are their names.
 */
function namedClasses(text: string, classNames: readonly string[], option: string): number[] {
  const whole = classNames.indexOf(text.trim())
  if (whole >= 0) return [whole]
  if (text.trim() === 'all') return classNames.map((_, i) => i)
  const parts = text.split(',')
  const chosen: number[] = []
  for (let from = 0; from < parts.length;) {
    let to = parts.length
    while (to > from + 1 && !classNames.includes(parts.slice(from, to).join(',').trim())) to--
    chosen.push(classNumber(parts.slice(from, to).join(',').trim(), classNames, option))
    from = to
  }
  return chosen
}

/** A class by its name, or else by its number. */
function classNumber(name: string, classNames: readonly string[], option: string): number {
  const byName = classNames.indexOf(name)
  if (byName >= 0) return byName
  const number = /^\d+$/.test(name) ? Number(name) : -1
  if (number >= 0 && number < classNames.length) return number
  const near = suggest(name, classNames)
  throw new TweedieError('usage', `${option}: there is no class '${name}'`, {
    hint: near
      ? `did you mean ${near}?`
      : `the classes are ${classNames.slice(0, 20).join(', ')}${classNames.length > 20 ? ', …' : ''}`,
  })
}

/** Items with a flag for "something", if the network needs one. */
function flagged(spec: ConditionSpec, numbers: ArrayLike<number>, size: number): Float32Array | Int32Array {
  if (spec.kind === 'tokens') return Int32Array.from(numbers)
  const [count, full] = [numbers.length / size, sizeOf(conditionShape(spec))]
  const out = new Float32Array(count * full)
  for (let item = 0; item < count; item++) {
    writeCondition(spec, numbers, item * size, out.subarray(item * full, (item + 1) * full))
  }
  return out
}

function repeated<A extends Float32Array | Int32Array | Float64Array>(item: A, count: number): A {
  const out = new (item.constructor as new (length: number) => A)(count * item.length)
  for (let i = 0; i < count; i++) out.set(item, i * item.length)
  return out
}

function requireNothing<A>(none: A | undefined, option: string): A {
  if (none !== undefined) return none
  throw new TweedieError('usage', `${option}: it cannot be left out: it never was in the model's training`)
}
