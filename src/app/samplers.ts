/** Which samplers there are: what each costs, when to use it, and what others call it. */
import type { OwnParts, SamplerList } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'

/** The samplers of every family that has some of its own. */
export async function samplerLists(own: OwnParts = {}): Promise<readonly SamplerList[]> {
  const loaded = await Promise.all(familiesOf(own).map((entry) => entry.load()))
  return loaded.flatMap((family) => family.samplers?.() ?? [])
}
