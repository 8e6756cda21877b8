/** Ensembles of trajectories: what assimilation makes. */
import type { FieldFacts } from '../files/data/fields/facts.ts'

/** Trajectories that agree with what was observed, each as likely as the others. */
export interface Ensemble {
  /** M. */
  readonly members: number
  /** `[M, states, variables, rows, columns]`, in the units of the data. */
  readonly values: Float32Array
  /** The mean over members, `[states, variables, rows, columns]`. */
  readonly mean: Float32Array
  /** Their standard deviation, with M − 1; zeros for a single member. */
  readonly spread: Float32Array
  /** The time of each state: seconds since 1970-01-01T00:00Z, or numbers of states. */
  readonly times: Float64Array
  readonly grid: readonly [rows: number, columns: number]
  readonly fields: FieldFacts
  /** What was observed where and when, for pictures: places in rows and columns of the grid. */
  readonly observed: readonly ObservedPoint[]
  /** What decided the result, and how well it agrees with the observations, as JSON. */
  readonly how: Readonly<Record<string, unknown>>
  /** The same in a few words. */
  readonly howText: string
}

/** A number that was observed. */
export interface ObservedPoint {
  readonly state: number
  readonly variable: number
  readonly row: number
  readonly column: number
  readonly value: number
}

/** Mean and standard deviation over the members of `[members, size]`. */
export function momentsOf(
  values: Float32Array,
  members: number,
): { readonly mean: Float32Array; readonly spread: Float32Array } {
  const size = values.length / members
  const [mean, spread] = [new Float32Array(size), new Float32Array(size)]
  for (let i = 0; i < size; i++) {
    let [sum, squares] = [0, 0]
    for (let m = 0; m < members; m++) sum += values[m * size + i]!
    for (let m = 0; m < members; m++) squares += (values[m * size + i]! - sum / members) ** 2
    mean[i] = sum / members
    spread[i] = members > 1 ? Math.sqrt(squares / (members - 1)) : 0
  }
  return { mean, spread }
}
