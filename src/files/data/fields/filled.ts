/** Fields with holes: places that never have a value are filled, others are refused. */
import { TweedieError } from '../../../errors.ts'

/** What was filled. */
export interface Filled {
  /** How many places of the grid never have a value. */
  readonly places: number
  /** What they were given. */
  readonly value: number
}

/**
 * Fills the places of a variable that never have a value, such as the sea's temperature on land, with the mean of the others.
 *
 * @param values `[states, plane]`, changed in place
 * @throws TweedieError `data` where a place has a value at some times only, or none at all is there
 */
export function fillHoles(values: Float64Array, plane: number, what: string): Filled | undefined {
  const states = values.length / plane
  const known = new Int32Array(plane)
  let [sum, count] = [0, 0]
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return
    known[i % plane]!++
    sum += value
    count++
  })
  if (count === values.length) return undefined
  if (count === 0) throw new TweedieError('data', `${what} has no values at all: everything is marked as missing`)
  const some = known.findIndex((times) => times > 0 && times < states)
  if (some >= 0) {
    const partly = known.filter((times) => times > 0 && times < states).length
    throw new TweedieError('data', `${what}: ${partly} places of the grid have no value at some times`, {
      hint: 'fill the gaps in time first, or leave the variable out with `variables`',
    })
  }
  const value = sum / count
  values.forEach((each, i) => {
    if (Number.isNaN(each)) values[i] = value
  })
  return { places: known.filter((times) => times === 0).length, value }
}
