/** The abilities to encode and decode: items to codes and on to their noise along the probability flow, and back. */
import { itemSize } from '../../files/data/dataset.ts'
import type { OptionValues } from '../../options.ts'
import { usualChoice, type ValueChoice } from '../coded/values-of.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Item, Setting, WantedPicture } from '../family.ts'
import { decode as decodeValues, encodeItems } from '../values/latents.ts'
import { encode as encodeByAutoencoder } from '../vae/latents.ts'
import { workOn } from '../warm.ts'
import { decodedItems, seenCodes } from './codes.ts'
import type { LatentModel } from './model.ts'
import { sized } from './sized.ts'
import type { Size } from './sized-autoencoder.ts'
import { priorSetting } from './prior-setting.ts'

/** Encodes items to the noise that their mean codes begin as. */
export async function encode(whole: LatentModel, { size, ...options }: OptionValues, setting: Setting): Promise<Drawn> {
  const model = sized(whole, size as Size | undefined, setting.own)
  const { encode: item, ...reading } = options as object as ReadingItems & { readonly encode: Item }
  const codes = await meanCodes(model, item, reading, setting)
  const drawn = await encodeItems(model.prior, { ...options, encode: codes }, priorSetting(model, setting))
  return { ...drawn, how: { ...drawn.how, encode: typeof item === 'string' ? item : null } }
}

/** Decodes such noise to items. */
export async function decode(
  whole: LatentModel,
  { size, decodeTile, ...options }: OptionValues,
  setting: Setting,
): Promise<Drawn> {
  const model = sized(whole, size as Size | undefined, setting.own)
  const { draw = usualChoice(model.autoencoder), seed = 0, ...rest } = options
  const tile = decodeTile as number | undefined
  const drawn = await decodeValues(model.prior, { ...rest, seed }, priorSetting(model, setting))
  const codes = seenCodes(model, drawn.array().data as Float32Array)
  using work = workOn(setting.kept, setting.signal)
  const how = { draw: draw as ValueChoice, seed: Number(seed), tile, signal: setting.signal }
  const items = await decodedItems(model, codes, how, setting, work.compiled)
  const { how: facts, howText } = drawn
  return drawnValues(model.autoencoder, items, { how: { ...facts, draw }, howText: `${howText}, decoded` })
}

/** How items are read. */
export interface ReadingItems {
  readonly fit?: WantedPicture['fit'] | undefined
  readonly seed?: unknown
  readonly batch?: number | undefined
}

/** The means of the laws of items' codes, `[n, ...latentShape]` in the autoencoder's values. */
export async function meanCodes(
  { autoencoder }: LatentModel,
  item: Item,
  { fit, seed = 0, batch }: ReadingItems,
  setting: Setting,
): Promise<Float32Array> {
  const { data, shape } = (await encodeByAutoencoder(autoencoder, { encode: item, fit, seed, batch }, setting)).array()
  return Float32Array.from(data as Float32Array).subarray(0, itemSize(shape))
}
