/** A sampler of tokens from its name. One that does not fit the model is refused before anything is computed. */
import { type TokenSampler, tokenSamplerByName, tokenSamplers } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { ownMade } from '../../own-made.ts'
import type { OwnParts } from '../family.ts'
import { missingSampler } from '../part.ts'
import type { TokenModel } from './model.ts'

/**
 * Options, completed by the sampling settings of the model's folder.
 *
 * @example
 * const { steps = 256 } = asRecorded(model, options)
 */
export function asRecorded<T extends { readonly steps?: number | undefined; readonly guidance?: number | undefined }>(
  { meta: { sampler } }: Pick<TokenModel, 'meta'>,
  options: T,
): T {
  return { ...options, steps: options.steps ?? sampler.steps, guidance: options.guidance ?? sampler.guidance }
}

/**
 * The sampler of this name, or that of the model's folder; undefined if there is neither.
 *
 * @throws TweedieError `usage` for an unknown name, and for a sampler of masks if the model has none
 */
export function chooseTokenSampler(
  { process: { mask, spec }, meta }: Pick<TokenModel, 'process' | 'meta'>,
  asked: string | undefined,
  { samplers: own = {} }: OwnParts = {},
): TokenSampler | undefined {
  const name = asked ?? meta.sampler.sampler
  if (name === undefined) return undefined
  const known = Object.hasOwn(own, name) || tokenSamplers.some((each) => each.name === name.toLowerCase())
  if (asked === undefined && !known) throw missingSampler(name)
  const sampler = Object.hasOwn(own, name)
    ? ownMade(`the sampler ${name}`, own[name]!, [['plan', 'run']])
    : tokenSamplerByName(name)
  if (!('masksOnly' in sampler)) {
    throw new TweedieError('usage', `own.samplers.${name} is a sampler of Gaussian noise, and the model is of tokens`)
  }
  if (!sampler.masksOnly || mask !== null) return sampler
  throw new TweedieError('usage', `\`sampler: ${name}\` fills in masks, and the model's kernel is ${spec.kernel}`, {
    hint: tokenSamplers.filter(({ masksOnly }) => !masksOnly).map((each) => `\`sampler: ${each.name}\``)[0],
  })
}
