/** Encodes data sets: the maps of tokens of all items, kept beside the quantiser so that they are worked out once. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { createCategorical } from '../../files/data/categorical.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { readSafetensors, writeSafetensors } from '../../files/io/safetensors.ts'
import { digest } from '../../tools/eval/digest.ts'
import { cached, type Store } from '../../tools/eval/store.ts'
import type { Setting } from '../family.ts'
import { requireEncodable } from '../require-encodable.ts'
import { sessionOf } from '../session-of.ts'
import { imagesToTokens, tokenVocabulary } from '../vq/tokens.ts'
import { tokenMaps, type TokenMaps, type TokenSource } from './data.ts'
import { contentOf } from '../../files/data/stored-dataset.ts'

/** Where the work is done, and how it is watched. */
export type EncodeSetting = Pick<Setting, 'engine' | 'device' | 'threads' | 'signal' | 'onProgress' | 'onRemark'>

/** Maps of tokens of a data set. @throws TweedieError `usage` for data that the quantiser does not take */
export async function encodedMaps(source: TokenSource, data: ArrayDataset, setting: EncodeSetting): Promise<TokenMaps> {
  requireTaken(source, data)
  return tokenMaps(await encoded(source, data, setting), source, data)
}

/** The same, from the store where they are of these data and this quantiser; else they are stored. */
export async function storedMaps(
  source: TokenSource,
  data: ArrayDataset,
  setting: EncodeSetting & { readonly store: Store },
): Promise<TokenMaps> {
  requireTaken(source, data)
  const { quantiser, sum } = source
  const { tokenShape, codes } = quantiser.autoencoder
  const { name, length, labels, classNames } = data
  const shape = [length, ...tokenShape]
  const of = await digest(JSON.stringify([data.shape, data.range, data.affine ?? null]), ...contentOf(data))
  const tokens = await cached(
    setting.store,
    `tokens/${of}.safetensors`,
    {
      encode: (map: Int32Array) => writeSafetensors({ tokens: { shape, data: map } }, { quantiser: sum }),
      async decode(bytes) {
        const { tensors, metadata } = readSafetensors(bytes, 'the stored maps of tokens')
        if (metadata.quantiser !== sum) {
          setting.onRemark?.(`the autoencoder has changed since ${name} was encoded: it is encoded again`)
          return undefined
        }
        const found = tensors.get('tokens')
        if (found?.shape.join() !== shape.join() || !(found.data instanceof Int32Array)) return undefined
        return found.data.slice()
      },
    },
    async () => (await encoded(source, data, setting)).data,
  )
  const maps = createCategorical({
    name,
    shape: tokenShape,
    categories: codes,
    data: tokens,
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    vocabulary: tokenVocabulary(quantiser),
  })
  return tokenMaps(maps, source, data)
}

function encoded({ quantiser }: TokenSource, data: ArrayDataset, setting: EncodeSetting): Promise<CategoricalDataset> {
  const { engine, signal, onProgress } = setting
  return imagesToTokens(quantiser, data, engine, {
    ...sessionOf(setting),
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'encoding', done, total, unit: 'items' }),
  })
}

function requireTaken({ quantiser, path }: TokenSource, data: ArrayDataset): void {
  requireEncodable({ autoencoder: quantiser, path }, data)
}
