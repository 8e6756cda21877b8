/** The specification of a training run on a table: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { SpecFor } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { parseSpec as parseValues } from '../values/parse-spec.ts'
import { checkSpec, type TrainSpec } from '../values/spec.ts'
import type { PredictionModel } from './model.ts'

/** A training run on the residuals of a table's target. */
export interface PredictionTrainSpec
  extends SpecFor<PredictionModel>, Pick<TrainSpec, 'patch' | 'objective' | 'noise' | 'flip'> {
  /** The predictor: its size, and the checksum of its weights. */
  readonly predictor: PredictorSpec
}

/** How a predictor is made. */
export interface PredictorSpec {
  readonly widths: readonly number[]
  readonly dropout: number
  /** In how many parts numbers are seen besides; 0: none. */
  readonly bins: number
  /** Whether residuals are those of rows that the predictor has not seen. */
  readonly crossFit: boolean
  /** Whether the predictor says a deviation for each row, which residuals are divided by. */
  readonly heteroscedastic: boolean
  /** Of its weights: a run goes on with the predictor that it began with. */
  readonly sum: string
}

const schema = z.looseObject({
  predictor: z.object({
    widths: z.array(z.int().check(z.positive())),
    dropout: z.number().check(z.minimum(0), z.lt(1)),
    bins: z._default(z.int().check(z.minimum(0), z.maximum(1000)), 0),
    crossFit: z.boolean(),
    heteroscedastic: z._default(z.boolean(), false),
    sum: z.string(),
  }),
})

/** A specification that was read from a file. */
export function parseSpec(value: unknown, source: string): PredictionTrainSpec {
  const { predictor } = parseConfig(schema, value, source)
  return { ...(parseValues(value, source) as object), predictor } as object as PredictionTrainSpec
}

/** The run as one of values: those of the residuals. */
export function asValues({ predictor: _, ...spec }: PredictionTrainSpec): TrainSpec {
  return { ...(spec as unknown as TrainSpec), family: 'values' }
}

/** Refuses impossible numbers, and unknown parts. @throws TweedieError `usage` that names the field */
export function checkPredictionSpec(spec: PredictionTrainSpec, own: OwnComponents = {}): void {
  checkSpec(asValues(spec), own)
}
