/** Numbers of a file in their own units: packed ones unpacked, missing ones as NaN. */
import { type FieldArray, numberOf } from './field-file.ts'

/**
 * `value = stored · scale_factor + add_offset`; NaN where the stored number is `_FillValue` or `missing_value`, or outside
 * `valid_min` … `valid_max`. CF conventions, chapters 2.5 and 8.1.
 */
export function unpacked(array: FieldArray): Float64Array {
  const stored = array.read()
  const [scale, offset] = [numberOf(array, 'scale_factor') ?? 1, numberOf(array, 'add_offset') ?? 0]
  const missing = ['_FillValue', 'missing_value'].flatMap((name) => {
    const value = array.attributes[name]
    return value === undefined || typeof value === 'string' ? [] : typeof value === 'number' ? [value] : [...value]
  })
  // files of single precision write 1e20 in double precision beside it
  const absent = new Set(missing.flatMap((value) => [value, Math.fround(value)]))
  const [range = []] = [array.attributes['valid_range']].filter((each) => typeof each === 'object')
  const low = numberOf(array, 'valid_min') ?? range[0] ?? -Infinity
  const high = numberOf(array, 'valid_max') ?? range[1] ?? Infinity
  return Float64Array.from(stored, (value) =>
    absent.has(value) || !(value >= low && value <= high) || !Number.isFinite(value)
      ? Number.NaN
      : value * scale + offset,
  )
}
