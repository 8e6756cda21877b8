/** The content of a file of fields, whatever its format: arrays with named dimensions and attributes. */

/** An attribute: a text, a number, or several. */
export type FieldAttribute = string | number | readonly number[]

/** An array of numbers. */
export interface FieldArray {
  readonly name: string
  /** The names of its axes. */
  readonly dimensions: readonly string[]
  readonly shape: readonly number[]
  /** In the language of CF: `units`, `scale_factor`, `_FillValue`, … */
  readonly attributes: Readonly<Record<string, FieldAttribute>>
  /** Its numbers as they are stored, in C order. */
  read(): ArrayLike<number>
}

/** A file that is open. */
export interface FieldFile {
  readonly arrays: readonly FieldArray[]
  /** What was guessed or left out, a sentence each. */
  readonly remarks: readonly string[]
}

/** An attribute as text; empty where it is none. */
export function textOf({ attributes }: Pick<FieldArray, 'attributes'>, name: string): string {
  const value = attributes[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** An attribute as a number. */
export function numberOf({ attributes }: Pick<FieldArray, 'attributes'>, name: string): number | undefined {
  const value = attributes[name]
  const one = typeof value === 'object' ? value[0] : value
  return typeof one === 'number' ? one : undefined
}
