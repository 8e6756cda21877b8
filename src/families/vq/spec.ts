/** The specification of a training run: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { checkBaseSpec, requirePositive } from '../../tools/train/spec.ts'
import { specParser } from '../spec-parser.ts'
import type { SpecFor } from '../family.ts'
import type { VqModel } from './model.ts'

/** A training run of a vector-quantised autoencoder. */
export interface VqTrainSpec extends SpecFor<VqModel> {
  readonly objective: {
    /** β, the weight of the term that keeps the encoder near its vectors. */
    readonly commitment: number
    /** The variance of the data, which the error of reconstruction is divided by. */
    readonly variance: number
  }
  /** Whether images are mirrored at random. */
  readonly flip: boolean
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => VqTrainSpec = specParser<VqTrainSpec>({
  objective: z.looseObject({ commitment: z.number().check(z.minimum(0)), variance: z.number().check(z.positive()) }),
  flip: z.boolean(),
})

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkSpec(spec: VqTrainSpec): void {
  checkBaseSpec(spec)
  const { commitment, variance } = spec.objective
  requirePositive({ variance })
  if (Number.isFinite(commitment) && commitment >= 0) return
  throw new TweedieError('usage', `commitment is ${commitment}: must be a number, 0 or more`)
}
