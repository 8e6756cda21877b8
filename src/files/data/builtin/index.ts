/** Built-in data sets, which are computed: the same items for the same seed, on every machine. */
import type { ArrayDataset } from '../dataset.ts'
import { askedBuiltin, type BuiltinOptions, groupOf } from './asked.ts'
import * as densities from './densities.ts'
import * as digitClouds from './digit-clouds.ts'
import * as systems from './dynamics/index.ts'
import * as glyphs from './glyphs.ts'
import { type BuiltinModules, madeBy } from './makers.ts'
import * as moving from './moving-sets.ts'
import type { BuiltinName } from './names.ts'
import * as scenes from './scenes.ts'
import * as shapes from './shapes.ts'
import * as clouds from './solids.ts'

export { type BuiltinName, builtinNames, isBuiltinName } from './names.ts'

const modules: BuiltinModules = { glyphs, shapes, scenes, moving, clouds, digitClouds, systems, densities }

/**
 * Makes a built-in data set: `glyphs` (digits, [1, 28, 28]), `shapes` (coloured figures, [3, 32, 32]), `scenes` (figures with captions, [3, 32, 32]), `moving-digits`
 * and `moving-shapes` (videos, [1, 16, 32, 32] and [3, 16, 32, 32]), `solids` (clouds of points on surfaces, [256, 3]), `digit-clouds` ([128, 2]), or a density in the
 * plane ([2]). Item i depends on the seed and i only: a longer set begins with the shorter one.
 *
 * @param options `length`: number of items, 10,000 by default (of videos 4,000, of slow simulations fewer); `window`: states of a window; `seed`: 0 by default; `split`: of `scenes`, `test` shows combinations of colour,
 *   form and place that `train` never does; `points`: how many each cloud has; `frames`: how many each video has, 16 by default
 * @throws TweedieError `usage` for another length than 1 … 10⁷
 */
export function builtinDataset(name: BuiltinName, options: BuiltinOptions = {}): ArrayDataset {
  const group = groupOf(name)
  return madeBy(group, modules[group], askedBuiltin(name, options))
}
