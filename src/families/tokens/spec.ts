/** The specification of a training run on tokens: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import type { DiscreteSpec } from '../../diffusion/discrete/spec.ts'
import { checkBaseSpec, requireShare } from '../../tools/train/spec.ts'
import { specParser } from '../spec-parser.ts'
import type { SpecFor } from '../family.ts'
import type { TokenModel } from './model.ts'

/** A training run on tokens: text, maps of classes, tables of categories. */
export interface TokenTrainSpec extends SpecFor<TokenModel> {
  /** How tokens are corrupted, and which bound is minimised. */
  readonly process: DiscreteSpec
  /** The probability with which a label is replaced by "no class". */
  readonly labelDropout: number
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => TokenTrainSpec = specParser<TokenTrainSpec>({
  process: z.looseObject({
    kernel: z.string(),
    schedule: z.string(),
    steps: z.nullable(z.int().check(z.positive())),
    objective: z.string(),
  }),
  labelDropout: z.number().check(z.minimum(0), z.lt(1)),
})

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkTokenSpec(spec: TokenTrainSpec): void {
  checkBaseSpec(spec)
  requireShare('label dropout', spec.labelDropout)
}
