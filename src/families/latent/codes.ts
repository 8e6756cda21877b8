/** Codes between what a network sees and what an autoencoder gives, and items of them. */
import { itemSize } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import type { Setting } from '../family.ts'
import { asSeen } from '../picture-values.ts'
import { codecOf, type CodecWatch } from '../vae/codec.ts'
import { itemsOf, type ValueChoice } from '../coded/values-of.ts'
import type { Compiled } from '../warm.ts'
import { decodedInTiles } from './decode-tiles.ts'
import type { LatentModel } from './model.ts'

/** Codes that are decoded at a time: at most so many, and so many pixels of their pictures. */
const [most, mostPixels] = [16, 2 ** 18]

/** How codes become items. */
export interface Decoding extends CodecWatch {
  readonly draw: ValueChoice
  readonly seed: number
  /** Decode in overlapping tiles with sides of so many places of a code. */
  readonly tile?: number | undefined
}

/** Items `[n, ...item]` as the autoencoder has them, of codes as the network sees them. */
export async function decodedItems(
  { autoencoder, prior }: LatentModel,
  seen: Float32Array,
  { draw, seed, tile, ...watch }: Decoding,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  compiled: Compiled,
): Promise<Float32Array> {
  const count = seen.length / itemSize(prior.frame.item)
  const codes = denormalise(prior.scale, seen) as Float32Array
  if (tile !== undefined) {
    const outputs = await decodedInTiles(autoencoder, codes, { tile, ...watch }, setting, compiled)
    return itemsOf(autoencoder, outputs, { draw, seed })
  }
  const batch = Math.max(1, Math.floor(mostPixels / itemSize(autoencoder.frame.network)))
  const codec = await codecOf(autoencoder, setting, Math.min(most, batch, count), compiled, watch)
  const outputs = await codec.decode(codes)
  return itemsOf(autoencoder, outputs, { draw, seed })
}

/** Codes as the network sees them. */
export function seenCodes({ prior }: Pick<LatentModel, 'prior'>, codes: Float32Array): Float32Array {
  return asSeen(prior.scale, codes)
}
