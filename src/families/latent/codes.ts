/** Codes between what a network sees and what an autoencoder gives, and items of them. */
import { itemSize } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import type { Setting } from '../family.ts'
import { asSeen } from '../picture-values.ts'
import { codecOf, type CodecWatch } from '../vae/codec.ts'
import { itemsOf, type ValueChoice } from '../coded/values-of.ts'
import type { Compiled } from '../warm.ts'
import { decodedInTiles } from './decode-tiles.ts'
import type { VaeModel } from '../vae/model.ts'
import type { LatentModel } from './model.ts'
import { codeField, toStates, toWindows, windowOf } from './windows/code-windows.ts'

/** Codes that are decoded at a time: at most so many, and so many pixels of their pictures. */
const [most, mostPixels] = [16, 2 ** 18]

/** How codes become items. */
export interface Decoding extends CodecWatch {
  readonly draw: ValueChoice
  readonly seed: number
  /** Decode in overlapping tiles with sides of so many places of a code. */
  readonly tile?: number | undefined
}

/** How codes that a loop of batches has drawn are watched while they are decoded: a process that shares the work decodes its own. */
export function decodedOf(loop: string, { shards, signal }: Pick<Setting, 'shards' | 'signal'>): CodecWatch {
  return { loop, shards, signal }
}

/** Items `[n, ...item]` as the autoencoder has them, of codes as the network sees them; of windows of codes, windows of states. */
export async function decodedItems(
  model: Pick<LatentModel, 'autoencoder' | 'prior'>,
  seen: Float32Array,
  how: Decoding,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  compiled: Compiled,
): Promise<Float32Array> {
  const { autoencoder, prior } = model
  const codes = denormalise(prior.scale, seen) as Float32Array
  const states = windowOf(model)
  if (states === undefined) return decoded(autoencoder, codes, how, setting, compiled)
  const each = toStates(codes, codeField(autoencoder.autoencoder.latentShape), states)
  return toWindows(await decoded(autoencoder, each, how, setting, compiled), autoencoder.frame.item, states)
}

/** Items of codes `[n, ...latentShape]`. */
export async function decoded(
  autoencoder: VaeModel,
  codes: Float32Array,
  { draw, seed, tile, ...watch }: Decoding,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  compiled: Compiled,
): Promise<Float32Array> {
  const count = codes.length / itemSize(autoencoder.autoencoder.latentShape)
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
