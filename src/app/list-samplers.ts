/** Which samplers there are: what each costs, when to use it, and what others call it. */
import { tokenSamplers } from '../diffusion/discrete/index.ts'
import { samplers } from '../diffusion/sample/registry.ts'
import { measuredSamplers } from '../families/gaussian-sampler.ts'

/** The samplers of Gaussian noise, and those of tokens. */
export function listSamplers() {
  const ofValues = [
    ...samplers,
    ...measuredSamplers.map((sampler) => ({ sampler, alias: undefined, diffusers: undefined })),
  ]
  return {
    ofValues: ofValues.map(({ sampler, alias, diffusers }) => {
      const { name, order, stochastic, evaluations, use, paper } = sampler
      return { name, alias, diffusers, of: 'values', order, stochastic, evaluations, use, paper }
    }),
    ofTokens: tokenSamplers.map(({ name, masksOnly, use, paper }) => {
      return { name, of: 'tokens', stochastic: true, evaluations: 1, masksOnly, use, paper }
    }),
  }
}
