/** Facts about real data that an evaluation needs, computed once and stored. */
import { classCount } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { readSafetensors, toFloat32, writeSafetensors } from '../../files/io/safetensors.ts'
import { featureSet } from '../metrics/features.ts'
import type { FeatureSet } from '../metrics/features.ts'
import { key } from '../../engine/random/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { decodeClassifier, encodeClassifier } from './classifier-file.ts'
import type { StoredClassifier } from './classifier-file.ts'
import { trainClassifier } from './train-classifier.ts'
import { digestOfDataset } from './digest.ts'
import type { FeatureNetwork } from './feature-network.ts'
import { allItems, drawItems } from './items.ts'
import type { Patience } from './map-batches.ts'
import { cached } from './store.ts'
import type { Store } from './store.ts'

/** The file of the classifier. */
export const classifierFile = 'classifier.safetensors'

/** No more real items than this are compared with. */
export const referenceLimit = 10_000

/** The classifier of a data set: the stored one if it learned from the same data, else a new one. */
export function storedClassifier(
  dataset: ArrayDataset,
  engine: Engine,
  store: Store,
  {
    signal,
    onProgress,
    seed = 0,
    ...session
  }: Pick<SessionOptions, 'device' | 'threads'> & Patience & { readonly seed?: number | undefined } = {},
): Promise<StoredClassifier> {
  const digest = digestOfDataset(dataset)
  return cached(
    store,
    classifierFile,
    {
      encode: encodeClassifier,
      async decode(bytes) {
        const found = decodeClassifier(bytes)
        return found.data === (await digest) && found.classes === classCount(dataset) ? found : undefined
      },
    },
    async () => ({
      ...(await trainClassifier(dataset, engine, { ...session, seed, signal, onStep: onProgress })),
      data: await digest,
    }),
  )
}

/** The features of real items, at most {@link referenceLimit} of them drawn at random. */
export async function referenceFeatures(
  dataset: ArrayDataset,
  network: FeatureNetwork,
  store: Store,
  patience: Patience = {},
): Promise<FeatureSet> {
  const id = { network: network.id, data: await digestOfDataset(dataset), limit: String(referenceLimit) }
  return cached(
    store,
    `eval/features-${id.network}-${id.data}.safetensors`,
    {
      encode: ({ data, count, dimension }) =>
        writeSafetensors(new Map([['features', { shape: [count, dimension], data: Float32Array.from(data) }]]), id),
      async decode(bytes) {
        const { tensors, metadata } = readSafetensors(bytes)
        const found = tensors.get('features')
        const same = Object.entries(id).every(([name, value]) => metadata[name] === value)
        return found && same ? featureSet(toFloat32(found), found.shape[1]!) : undefined
      },
    },
    () => network.extract(allItems(drawItems(dataset, referenceLimit, key('reference'))), patience),
  )
}
