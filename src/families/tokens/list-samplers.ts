/** The samplers of tokens, for people and for programs. */
import { tokenSamplers } from '../../diffusion/discrete/index.ts'
import type { SamplerList } from '../family.ts'

/** Names, the kernels that they are for, and when to use them. */
export function listSamplers(): SamplerList {
  return {
    header: ['of tokens', 'kernel', 'use'],
    rows: tokenSamplers.map(({ name, masksOnly, use }) => [name, masksOnly ? 'absorbing' : 'any', use]),
    facts: tokenSamplers.map(({ name, masksOnly, use, paper }) => {
      return { name, of: 'tokens', stochastic: true, evaluations: 1, masksOnly, use, paper }
    }),
  }
}
