/** The specification of a training run on tables: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { type MixedSpec, mixedProcess } from '../../diffusion/mixed/index.ts'
import { checkBaseSpec, requirePositive, requireShare } from '../../tools/train/spec.ts'
import type { SpecFor } from '../family.ts'
import { noiseSchema, specParser } from '../spec-parser.ts'
import type { RowsModel } from './model.ts'

/** A training run on whole tables. */
export interface RowsTrainSpec extends SpecFor<RowsModel> {
  /** How numbers and categories are lost. */
  readonly process: MixedSpec
  /** λ, the weight of categories beside numbers. */
  readonly categoryWeight: number
  /** The share of rows that are learned given some of their cells, which imputation needs; the others are learned whole. */
  readonly givenShare: number
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => RowsTrainSpec = specParser<RowsTrainSpec>({
  process: z.object({
    noise: noiseSchema,
    categories: z.looseObject({
      kernel: z.string(),
      schedule: z.string(),
      steps: z.null(),
      objective: z.string(),
    }),
  }),
  categoryWeight: z.number(),
  givenShare: z.number(),
})

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkRowsSpec(spec: RowsTrainSpec): void {
  checkBaseSpec(spec)
  requirePositive({ 'category weight': spec.categoryWeight })
  requireShare('share of rows with given cells', spec.givenShare)
  mixedProcess(spec.process, 1, [2])
}
