/** Every sampler of tokens by name, for listings and command lines. */
import { TweedieError } from '../../errors.ts'
import { ancestralTokens, mdlm } from './ancestral.ts'
import { maskPredict } from './mask-predict.ts'
import type { TokenSampler } from './sampler.ts'

/** All of them, ready to use with their defaults. */
export const tokenSamplers: readonly TokenSampler[] = Object.freeze([ancestralTokens(), mdlm(), maskPredict()])

/** Finds a sampler by its name, whatever the case. */
export function tokenSamplerByName(name: string): TokenSampler {
  const found = tokenSamplers.find((sampler) => sampler.name === name.toLowerCase())
  if (found) return found
  throw new TweedieError('usage', `unknown sampler of tokens: ${name}`, {
    hint: `one of ${tokenSamplers.map((sampler) => sampler.name).join(', ')}`,
  })
}
