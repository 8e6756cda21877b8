/** A sampler of tokens from its name; what does not go with the model is refused here, before anything is computed. */
import { type TokenSampler, tokenSamplerByName, tokenSamplers } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../family.ts'
import type { TokenModel } from './model.ts'

/**
 * The sampler of this name, or undefined where nothing is said.
 *
 * @throws TweedieError `usage` for a name that there is not, and for a sampler of masks where the model has none
 */
export function chooseTokenSampler(
  { process: { mask, spec } }: Pick<TokenModel, 'process'>,
  name: string | undefined,
  { samplers: own = {} }: OwnParts = {},
): TokenSampler | undefined {
  if (name === undefined) return undefined
  const sampler = Object.hasOwn(own, name) ? own[name]!() : tokenSamplerByName(name)
  if (!('masksOnly' in sampler)) {
    throw new TweedieError('usage', `own.samplers.${name} is a sampler of Gaussian noise, and the model is of tokens`)
  }
  if (!sampler.masksOnly || mask !== null) return sampler
  throw new TweedieError('usage', `\`sampler: ${name}\` fills in masks, and the model's kernel is ${spec.kernel}`, {
    hint: tokenSamplers.filter(({ masksOnly }) => !masksOnly).map((each) => `\`sampler: ${each.name}\``)[0],
  })
}
