/** Built-in data sets, which are computed: the same items for the same seed, on every machine. */
import { TweedieError } from '../../../errors.ts'
import { fold, key } from '../../../engine/random/index.ts'
import type { ArrayDataset } from '../dataset.ts'
import { densities, densityDataset, type DensityName } from './densities.ts'
import { isSystemName, systemDataset, type SystemName, systems } from './dynamics/index.ts'
import { digitCloudsDataset } from './digit-clouds.ts'
import { glyphsDataset } from './glyphs.ts'
import { scenesDataset } from './scenes.ts'
import { shapesDataset } from './shapes.ts'
import { solidsDataset } from './solids.ts'

export type BuiltinName = 'glyphs' | 'shapes' | 'scenes' | CloudName | DensityName | SystemName

/** Sets of clouds. */
type CloudName = keyof typeof clouds

const clouds = { solids: solidsDataset, 'digit-clouds': digitCloudsDataset }

/** The names of those that are clouds. */
export const cloudNames: readonly string[] = Object.freeze(Object.keys(clouds))

/** The names of the built-in sets: images first, then clouds. */
export const builtinNames: readonly BuiltinName[] = Object.freeze([
  'glyphs',
  'shapes',
  'scenes',
  ...(Object.keys(clouds) as CloudName[]),
  ...(Object.keys(densities) as DensityName[]),
  ...(Object.keys(systems) as SystemName[]),
])

/** Whether there is a built-in set of that name. */
export function isBuiltinName(name: string): name is BuiltinName {
  return (builtinNames as readonly string[]).includes(name)
}

/**
 * Makes a built-in data set: `glyphs` (digits, [1, 28, 28]), `shapes` (coloured figures, [3, 32, 32]), `scenes` (figures with captions, [3, 32, 32]), `solids` (clouds of points on surfaces, [256, 3]),
 * `digit-clouds` ([128, 2]), or a density in the plane ([2]). Item i depends on the seed and i only: a longer set begins with the shorter one.
 *
 * @param options `length`: number of items, 10,000 by default (of slow simulations fewer); `window`: states of a window; `seed`: 0 by default; `split`: of `scenes`, `test` shows combinations of colour,
 *   form and place that `train` never does; `points`: how many each cloud has
 * @throws TweedieError `usage` for another length than 1 … 10⁷
 */
export function builtinDataset(
  name: BuiltinName,
  options: {
    length?: number | undefined
    window?: number | undefined
    seed?: number | string | undefined
    split?: 'train' | 'validation' | 'test' | undefined
    points?: number | undefined
  } = {},
): ArrayDataset {
  const { length = 10_000, seed = 0 } = options
  if (!Number.isInteger(length) || length < 1 || length > 1e7) {
    throw new TweedieError('usage', `${name}: cannot make ${length} items: must be between 1 and 10 million`)
  }
  const stream = fold(key(seed), 'data', name)
  if (name in clouds) return clouds[name as CloudName](length, stream, options.points)
  if (isSystemName(name)) return systemDataset(name, stream, options)
  if (options.window !== undefined) {
    throw new TweedieError('usage', `${name}: \`window\` is for data with an axis of time`, {
      hint: `built in: ${Object.keys(systems).join(', ')}`,
    })
  }
  if (name === 'glyphs') return glyphsDataset(length, stream)
  if (name === 'scenes')
    return scenesDataset(length, stream, (options.split ?? 'train') === 'train' ? 'seen' : 'unseen')
  if (name === 'shapes') return shapesDataset(length, stream)
  return densityDataset(name as DensityName, length, stream)
}
