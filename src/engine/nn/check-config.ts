/** Configurations of networks: defaults filled in, every field checked by a rule. */
import { TweedieError } from '../../errors.ts'

/** A test of a field's value, and a description of what it accepts. */
export type FieldRule = readonly [test: (value: unknown) => boolean, expected: string]

/** Whether a value is one of a few. */
export function oneOf(...allowed: readonly (string | number | boolean | null)[]): FieldRule {
  return [(value) => allowed.some((each) => each === value), allowed.map((each) => JSON.stringify(each)).join(' or ')]
}

/** The largest size in a configuration: memory is allocated for it. */
const largest = 2 ** 24
/** The greatest depth of a network: its graph is built layer by layer. */
const deepest = 1000

const positive = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= largest
const listOfPositive = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.length <= deepest && value.every(positive)

export const flag: FieldRule = [(value) => typeof value === 'boolean', 'true or false']
export const count: FieldRule = [positive, `a positive integer, at most ${largest}`]
/** Of what there are few: something is made for each. */
export const countTo = (most: number): FieldRule => [
  (value) => positive(value) && (value as number) <= most,
  `a positive integer, at most ${most}`,
]
export const layerCount: FieldRule = countTo(deepest)
export const countOrNull: FieldRule = [(value) => value === null || positive(value), 'a positive integer or null']
export const countOrZero: FieldRule = [(value) => value === 0 || positive(value), 'a whole number, 0 or more']
export const counts: FieldRule = [listOfPositive, 'a list of positive integers']
export const countsOrNull: FieldRule = [
  (value) => value === null || listOfPositive(value),
  'a list of positive integers or null',
]
export const imageSize: FieldRule = [
  (value) => positive(value) || (listOfPositive(value) && (value as number[]).length === 2),
  'a positive integer or [height, width]',
]
export const positiveNumber: FieldRule = [
  (value) => Number.isFinite(value) && (value as number) > 0,
  'a positive number',
]
export const probability: FieldRule = [
  (value) => typeof value === 'number' && value >= 0 && value < 1,
  'a number in [0, 1)',
]

/**
 * The full configuration: the user's fields over the defaults. Fields that begin with an underscore (`_class_name`) are
 * notes and left out; so are unknown ones that are null, false or zero: options of other versions that are off.
 *
 * @param className what to call the network in errors
 * @param defaults a value for every field; one that its rule refuses must be given
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function checkConfig<T extends object>(
  className: string,
  config: object,
  defaults: T,
  rules: Partial<Record<keyof T, FieldRule>>,
): T {
  const entries = Object.entries(config).filter(([field, value]) => !field.startsWith('_') && value !== undefined)
  const known = entries.filter(([field]) => Object.hasOwn(defaults, field))
  const unknown = entries.filter(([field, value]) => !Object.hasOwn(defaults, field) && Boolean(value))
  if (unknown.length > 0) {
    throw new TweedieError('model', `${className}: unknown option ${unknown.map(([field]) => field).join(', ')}`, {
      hint: `known options: ${Object.keys(defaults).join(', ')}`,
    })
  }
  const full = { ...defaults, ...Object.fromEntries(known) }
  for (const field of Object.keys(full) as (keyof T & string)[]) {
    const [test, expected] = rules[field] ?? likeDefault(defaults[field])
    if (!test(full[field])) throw badField(className, field, full[field], expected)
  }
  return full
}

/** The rule of a field that has none of its own: what its default is. */
function likeDefault(value: unknown): FieldRule {
  if (typeof value === 'number') return [(each) => Number.isFinite(each), 'a number']
  if (typeof value === 'string') return [(each) => typeof each === 'string', 'a text']
  if (!Array.isArray(value)) return [() => true, 'anything']
  const [type] = new Set(value.map((each) => typeof each))
  return [
    (each) => Array.isArray(each) && each.every((one) => type === undefined || typeof one === type),
    `a list${type === undefined ? '' : ` of ${type}s`}`,
  ]
}

/** A value as an error shows it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** The error for a field with a wrong value. */
export function badField(
  className: string,
  field: string,
  value: unknown,
  expected: string,
  hint?: string,
): TweedieError {
  const options = hint === undefined ? {} : { hint }
  return new TweedieError('model', `${className}: ${field} is ${shown(value)}, expected ${expected}`, options)
}

/** Height and width of an image size; one number for squares. */
export function heightAndWidth(size: number | readonly [number, number]): readonly [height: number, width: number] {
  return typeof size === 'number' ? [size, size] : size
}

/** The inverse: how a configuration says an image size. */
export function sampleSize(height: number, width: number): number | readonly [number, number] {
  return height === width ? height : [height, width]
}
