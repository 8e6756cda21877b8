/** The samplers of Gaussian noise, for people and for programs. */
import { samplers } from '../../diffusion/sample/registry.ts'
import type { SamplerList } from '../family.ts'
import { measuredSamplers } from '../gaussian-sampler.ts'

/** Names, orders, evaluations of the network a step, and when to use them. */
export function listSamplers(): SamplerList {
  const all = [...samplers.map(({ sampler }) => sampler), ...measuredSamplers]
  return {
    header: ['name', 'order', 'evals', 'noise', 'use'],
    rows: all.map(({ name, order, evaluations, stochastic, use }) => {
      return [name, `${order}`, `${evaluations}`, stochastic ? 'yes' : 'no', use]
    }),
    facts: all.map((sampler, i) => {
      const { name, order, stochastic, evaluations, use, paper } = sampler
      const { alias, diffusers } = samplers[i] ?? {}
      return { name, alias, diffusers, of: 'values', order, stochastic, evaluations, use, paper }
    }),
  }
}
