/** The list of samplers: what each costs, when to use it, and its names in other programs. */
import type { OwnParts, SamplerList } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'

/** The samplers of every family that has its own, then the user's own. */
export async function samplerLists(own: OwnParts = {}): Promise<readonly SamplerList[]> {
  const loaded = await Promise.all(familiesOf(own).map((entry) => entry.load()))
  const lists = (await Promise.all(loaded.map((family) => family.samplers?.()))).filter((list) => list !== undefined)
  return own.samplers && Object.keys(own.samplers).length > 0 ? [...lists, ownList(own.samplers)] : lists
}

/** The user's own samplers, by their names for `sampler`. */
function ownList(samplers: NonNullable<OwnParts['samplers']>): SamplerList {
  const made = Object.entries(samplers).map(([name, make]) => [name, make()] as const)
  return {
    header: ['of your own', 'for', 'use'],
    rows: made.map(([name, sampler]) => [name, 'masksOnly' in sampler ? 'tokens' : 'Gaussian noise', sampler.use]),
    facts: made.map(([name, sampler]) => {
      const { use, paper } = sampler
      const costs = 'masksOnly' in sampler ? {} : { order: sampler.order, evaluations: sampler.evaluations }
      return { name, of: 'own', noise: 'masksOnly' in sampler ? 'discrete' : 'gaussian', ...costs, use, paper }
    }),
  }
}
