/** From maps of tokens and options to the specification of a training run. */
import type { OptionValues } from '../../options.ts'
import type { OwnParts } from '../family.ts'
import { specOf as specOfTokens } from '../tokens/spec-of.ts'
import type { TokenMaps } from './data.ts'
import type { VqDiffusionSpec } from './spec.ts'

/**
 * The specification: that of tokens, and whose tokens they are.
 *
 * @throws TweedieError `usage` for options that contradict each other or the data
 */
export function specOf(data: TokenMaps, options: OptionValues, own: OwnParts): VqDiffusionSpec {
  const { latents: _, ...values } = options
  const { path, sum } = data.quantised
  const spec: object = specOfTokens(data, values, own)
  return {
    ...spec,
    family: 'vq-diffusion',
    quantiser: { ...(path !== undefined && { path }), sum },
  } as VqDiffusionSpec
}
