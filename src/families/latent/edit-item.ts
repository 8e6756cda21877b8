/** The ability to edit: a picture is encoded, its code changed by noise or walked to another one, and decoded. */
import { usualChoice } from '../coded/values-of.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { type Edited, editThrough } from '../values/edit-item.ts'
import { workOn } from '../warm.ts'
import { decodedItems, decodedOf, seenCodes } from './codes.ts'
import { meanCodes } from './latents.ts'
import type { LatentModel } from './model.ts'
import type { tileOptions } from './options/size.ts'
import { defined } from '../defined.ts'
import { fewOf } from './of-pipeline.ts'
import { sized } from './sized.ts'
import type { Size } from './sized-autoencoder.ts'

/** Changes a picture, or interpolates to another. */
export async function editItem(whole: LatentModel, item: Item, given: OptionValues, setting: Setting): Promise<Drawn> {
  const options: OptionValues = { ...(given.to === undefined && fewOf(whole)), ...defined(given) }
  const model = sized(whole, options.size as Size | undefined, setting.own)
  const { autoencoder, prior } = model
  const { seed = 0, decodeTile: tile } = options as ValuesOf<typeof tileOptions> & { readonly seed?: unknown }
  const edited: Edited = {
    model: prior,
    shown: autoencoder,
    read: async (each, fit) => seenCodes(model, await meanCodes(model, each, { fit, seed }, setting)),
    async pictures(codes) {
      using work = workOn(setting.kept, setting.signal)
      const how = { draw: usualChoice(autoencoder), seed: Number(seed), tile, ...decodedOf('items', setting) }
      return await decodedItems(model, codes, how, setting, work.compiled)
    },
  }
  return editThrough(edited, item, options, setting)
}
