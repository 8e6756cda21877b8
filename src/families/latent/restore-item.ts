/** The ability to restore: codes are drawn whose decoded pictures fit a damaged one, and decoded. */
import type { DecodedOperator } from '../../compiled/decoded-operator.ts'
import { type PosteriorMethodName, posteriorMethods } from '../../diffusion/guidance/methods.ts'
import { observation } from '../../diffusion/measure/observation.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { usualChoice } from '../coded/values-of.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { type Restored, restoreThrough } from '../values/restore-item.ts'
import type { RestoreValues } from '../values/restore-task.ts'
import { workOn } from '../warm.ts'
import { decodedItems, decodedOf } from './codes.ts'
import { fillIn, fillsIn } from './masked.ts'
import type { LatentModel } from './model.ts'
import { codesOf, operatorOnCodes } from './operator-on-codes.ts'
import type { tileOptions } from './options/size.ts'
import { defined } from '../defined.ts'
import { fewOf } from './of-pipeline.ts'
import { sized } from './sized.ts'
import type { Size } from './sized-autoencoder.ts'

/** Draws clean pictures that fit a damaged one. */
export async function restoreItem(
  whole: LatentModel,
  item: Item,
  given: OptionValues,
  setting: Setting,
): Promise<Drawn> {
  const options: OptionValues = { ...(given.to === undefined && fewOf(whole)), ...defined(given) }
  const model = sized(whole, options.size as Size | undefined, setting.own)
  const { autoencoder, prior } = model
  const { seed = 0, method, decodeTile: tile } = options as ValuesOf<typeof tileOptions> & OptionValues
  if (fillsIn(model)) return fillIn(model, item, options as RestoreValues, setting)
  requireThroughDecoder(method as PosteriorMethodName | undefined)
  let operator: DecodedOperator | undefined
  const restored: Restored = {
    model: prior,
    shown: autoencoder,
    async measured(observed, batch) {
      operator = await operatorOnCodes(codesOf(model), observed.operator, batch, setting)
      return observation(operator, observed.y, observed.sigma)
    },
    async pictures(codes) {
      using work = workOn(setting.kept, setting.signal)
      const how = { draw: usualChoice(autoencoder), seed: Number(seed), tile, ...decodedOf('items', setting) }
      return await decodedItems(model, codes, how, setting, work.compiled)
    },
  }
  try {
    return await restoreThrough(restored, item, options, setting)
  } finally {
    operator?.[Symbol.dispose]()
  }
}

/** Refuses methods that need more of a measurement than its derivatives. */
function requireThroughDecoder(method: PosteriorMethodName | undefined): void {
  if (method === undefined || posteriorMethods[method].takes === 'any') return
  const able = Object.entries(posteriorMethods).flatMap(([name, { takes }]) => (takes === 'any' ? [name] : []))
  throw new TweedieError(
    'usage',
    `\`method: ${method}\` is for measurements that are matrices, and this one goes through the decoder`,
    { hint: `these go by its derivatives: ${able.join(', ')}` },
  )
}
