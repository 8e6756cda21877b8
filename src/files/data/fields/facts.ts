/** What the numbers of fields mean: plain facts, which a model keeps. */

/** A quantity on the grid. */
export interface FieldVariable {
  readonly name: string
  /** As the file has them: `K`, `m s**-1`. */
  readonly units?: string | undefined
  readonly longName?: string | undefined
}

/** Quantities, places and times of fields. */
export interface FieldFacts {
  readonly variables: readonly FieldVariable[]
  /** Latitudes of the rows in degrees, in their order, if they are known. */
  readonly lat?: readonly number[] | undefined
  /** Longitudes of the columns in degrees, in their order, if they are known. */
  readonly lon?: readonly number[] | undefined
  /** From one state to the next: seconds where times are dates, else 1. */
  readonly step: number
  /** Whether times are dates: seconds since 1970-01-01T00:00Z. Otherwise they count steps. */
  readonly dated: boolean
}

/** The facts alone, of what has more. */
export function factsOf({ variables, lat, lon, step, dated }: FieldFacts): FieldFacts {
  return { variables, ...(lat && { lat: [...lat] }), ...(lon && { lon: [...lon] }), step, dated }
}
