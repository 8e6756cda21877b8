/** The specification of a training run on a quantiser's tokens: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { SpecFor } from '../family.ts'
import { parseSpec as parseTokens, type TokenTrainSpec } from '../tokens/spec.ts'
import type { VqDiffusionModel } from './model.ts'

/** A training run on the tokens of a quantiser, under a discrete process. */
export interface VqDiffusionSpec extends SpecFor<VqDiffusionModel>, Pick<TokenTrainSpec, 'process' | 'labelDropout'> {
  /** The quantiser: its folder, unless it was a model in memory, and its checksum. */
  readonly quantiser: { readonly path?: string | undefined; readonly sum: string }
}

const schema = z.looseObject({ quantiser: z.object({ path: z.optional(z.string()), sum: z.string() }) })

/** A specification that was read from a file. */
export function parseSpec(value: unknown, source: string): VqDiffusionSpec {
  const { quantiser } = parseConfig(schema, value, source)
  return { ...(parseTokens(value, source) as object), quantiser } as VqDiffusionSpec
}

/** The run as one of tokens. */
export function asTokens({ quantiser: _, ...spec }: VqDiffusionSpec): TokenTrainSpec {
  return { ...(spec as unknown as TokenTrainSpec), family: 'tokens' }
}
