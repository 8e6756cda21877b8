/** Built-in data sets by name, of which only the module that makes the one is loaded: pages load little before their first step. */
import type { ArrayDataset } from '../dataset.ts'
import { askedBuiltin, type BuiltinGroup, type BuiltinOptions, groupOf } from './asked.ts'
import { type BuiltinModules, madeBy } from './makers.ts'
import type { BuiltinName } from './names.ts'

type Loaders = { readonly [Group in BuiltinGroup]: () => Promise<BuiltinModules[Group]> }

const loaders: Loaders = {
  glyphs: () => import('./glyphs.ts'),
  shapes: () => import('./shapes.ts'),
  scenes: () => import('./scenes.ts'),
  moving: () => import('./moving-sets.ts'),
  clouds: () => import('./solids.ts'),
  digitClouds: () => import('./digit-clouds.ts'),
  systems: () => import('./dynamics/index.ts'),
  densities: () => import('./densities.ts'),
}

/** What `builtinDataset` makes. @throws TweedieError as it does */
export async function loadBuiltin(name: BuiltinName, options: BuiltinOptions = {}): Promise<ArrayDataset> {
  const asked = askedBuiltin(name, options)
  const group = groupOf(name)
  return madeBy(group, await loaders[group](), asked)
}
