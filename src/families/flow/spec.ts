/** The specification of a training run of a flow: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { checkBaseSpec, requireShare } from '../../tools/train/spec.ts'
import type { SpecFor } from '../family.ts'
import { specParser } from '../spec-parser.ts'
import type { FlowModel } from './model.ts'

/** A training run of a flow. */
export interface FlowTrainSpec extends SpecFor<FlowModel> {
  /** How many equally spaced shades the images have, within which noise is drawn; null: the numbers are taken as they are. */
  readonly shades: number | null
  /** Whether images are mirrored at random. */
  readonly flip: boolean
  /** The probability with which a label is replaced by "no class". */
  readonly labelDropout: number
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => FlowTrainSpec = specParser<FlowTrainSpec>({
  shades: z.nullable(z.int().check(z.minimum(2), z.maximum(65_536))),
  flip: z.boolean(),
  labelDropout: z.number().check(z.minimum(0), z.lt(1)),
})

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkFlowSpec(spec: FlowTrainSpec): void {
  checkBaseSpec(spec)
  requireShare('label dropout', spec.labelDropout)
  const { shades } = spec
  if (shades === null || (Number.isInteger(shades) && shades >= 2 && shades <= 65_536)) return
  throw new TweedieError('usage', `shades are ${shades}: must be a whole number from 2 to 65536, or null`)
}
