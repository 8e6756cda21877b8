/** How each group of built-in sets is made by its module, which is given: it may be loaded only then. */
import type { ArrayDataset } from '../dataset.ts'
import type { AskedBuiltin, BuiltinGroup } from './asked.ts'
import type { DensityName, SystemName } from './names.ts'
import type * as glyphs from './glyphs.ts'
import type * as shapes from './shapes.ts'
import type * as scenes from './scenes.ts'
import type * as moving from './moving-sets.ts'
import type * as clouds from './solids.ts'
import type * as digitClouds from './digit-clouds.ts'
import type * as systems from './dynamics/index.ts'
import type * as densities from './densities.ts'

/** The module of each group. */
export interface BuiltinModules {
  readonly glyphs: typeof glyphs
  readonly shapes: typeof shapes
  readonly scenes: typeof scenes
  readonly moving: typeof moving
  readonly clouds: typeof clouds
  readonly digitClouds: typeof digitClouds
  readonly systems: typeof systems
  readonly densities: typeof densities
}

type Makers = {
  readonly [Group in BuiltinGroup]: (by: BuiltinModules[Group], asked: AskedBuiltin) => ArrayDataset
}

const makers: Makers = {
  glyphs: ({ glyphsDataset }, { length, stream }) => glyphsDataset(length, stream),
  shapes: ({ shapesDataset }, { length, stream }) => shapesDataset(length, stream),
  scenes: ({ scenesDataset }, { length, stream, options: { split = 'train' } }) =>
    scenesDataset(length, stream, split === 'train' ? 'seen' : 'unseen'),
  moving: ({ movingDigits, movingShapes }, { name, length, frames, stream }) =>
    (name === 'moving-digits' ? movingDigits : movingShapes)({ length, frames, key: stream }),
  clouds: ({ solidsDataset }, { length, stream, options }) => solidsDataset(length, stream, options.points),
  digitClouds: ({ digitCloudsDataset }, { length, stream, options }) =>
    digitCloudsDataset(length, stream, options.points),
  systems: ({ systemDataset }, { name, stream, options }) => systemDataset(name as SystemName, stream, options),
  densities: ({ densityDataset }, { name, length, stream }) => densityDataset(name as DensityName, length, stream),
}

/** The set, by the module of its group. */
export function madeBy<Group extends BuiltinGroup>(
  group: Group,
  by: BuiltinModules[Group],
  asked: AskedBuiltin,
): ArrayDataset {
  return makers[group](by, asked)
}
