/** Encodes data sets: the laws of the codes of all items, kept beside the autoencoder so that they are worked out once. */
import { fold, key } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { readSafetensors, toFloat32, writeSafetensors } from '../../files/io/safetensors.ts'
import { cached, type Store } from '../../tools/eval/store.ts'
import { digest } from '../../tools/eval/digest.ts'
import type { Setting } from '../family.ts'
import { binarise } from '../coded/batches.ts'
import { codecOf } from '../vae/codec.ts'
import { requireEncodable } from '../require-encodable.ts'
import { workOn } from '../warm.ts'
import type { CodeLaws } from './channel-scale.ts'
import type { CodeSource } from './data.ts'
import { contentOf } from '../../files/data/stored-dataset.ts'

/** One view of every item. */
export interface View {
  readonly mirrored: boolean
  /** Of black-and-white images: which draw of their pixels. */
  readonly draw: number
}

/** Draws of black-and-white pixels that are encoded for each item. */
const binaryDraws = 4

/** Where the work is done, and how it is watched. */
export type EncodeSetting = Pick<Setting, 'engine' | 'device' | 'threads' | 'signal' | 'onProgress' | 'onRemark'> & {
  readonly store: Store
}

/** The views that a run learns. */
export function viewsOf({ law }: CodeSource['autoencoder'], flip: boolean): readonly View[] {
  const draws = Array.from({ length: law.name === 'bernoulli' ? binaryDraws : 1 }, (_, draw) => draw)
  return (flip ? [false, true] : [false]).flatMap((mirrored) => draws.map((draw) => ({ mirrored, draw })))
}

/**
 * The laws of the codes of all items, for every view: from the store where they are of these data and this autoencoder, or else worked
 * out and stored.
 *
 * @throws TweedieError `usage` for data that the autoencoder does not take, and for mirrored items that are no images
 */
export async function encodedViews(
  source: CodeSource,
  data: ArrayDataset,
  views: readonly View[],
  setting: EncodeSetting,
): Promise<CodeLaws[]> {
  const { config, stride = 1 } = source.autoencoder.autoencoder
  requireEncodable(source, data, 'sample_size' in config && data.kind === 'image' ? stride : undefined)
  if (data.kind !== 'image' && views.some(({ mirrored }) => mirrored)) {
    throw new TweedieError('usage', '`flip` is for images', { hint: `${data.name} are ${data.kind}` })
  }
  const of = await digest(JSON.stringify([data.shape, data.range, data.affine ?? null]), ...contentOf(data))
  const laws: CodeLaws[] = []
  for (const view of views) {
    const name = `latents/${of}${view.mirrored ? '-mirrored' : ''}${view.draw > 0 ? `-${view.draw}` : ''}.safetensors`
    laws.push(
      await cached(setting.store, name, codecOfLaws(source, data, setting), () => encoded(source, data, view, setting)),
    )
  }
  return laws
}

/** Stored laws, as μ and σ with the checksum of their autoencoder. */
function codecOfLaws(
  { sum, autoencoder: { autoencoder } }: CodeSource,
  { length, name }: ArrayDataset,
  { onRemark }: EncodeSetting,
) {
  const shape = [length, ...autoencoder.latentShape]
  return {
    encode: ({ mean, sigma }: CodeLaws) =>
      writeSafetensors({ mean: { shape, data: mean }, sigma: { shape, data: sigma } }, { autoencoder: sum }),
    async decode(bytes: Uint8Array): Promise<CodeLaws | undefined> {
      const { tensors, metadata } = readSafetensors(bytes, 'the stored codes')
      const [mean, sigma] = [tensors.get('mean'), tensors.get('sigma')]
      if (metadata.autoencoder !== sum) {
        onRemark?.(`the autoencoder has changed since ${name} was encoded: it is encoded again`)
        return undefined
      }
      if ([mean, sigma].some((tensor) => tensor?.shape.join() !== shape.join())) return undefined
      return { mean: toFloat32(mean!).slice(), sigma: toFloat32(sigma!).slice() }
    },
  }
}

/** Items at a time. */
const batch = 32

async function encoded(
  { autoencoder: model }: CodeSource,
  data: ArrayDataset,
  { mirrored, draw }: View,
  { signal, onProgress, ...setting }: EncodeSetting,
): Promise<CodeLaws> {
  const { frame, law, autoencoder } = model
  const [size, code] = [itemSize(frame.item), itemSize(autoencoder.latentShape)]
  const mean = new Float32Array(data.length * code)
  const sigma = new Float32Array(mean.length)
  const some = Math.min(batch, data.length)
  using work = workOn(undefined, signal)
  const codec = await codecOf(model, setting, some, work.compiled, { signal })
  for (let first = 0; first < data.length; first += some) {
    const now = Math.min(some, data.length - first)
    const indices = Array.from({ length: now }, (_, i) => first + i)
    const flip = mirrored ? { flip: indices.map(() => true) } : {}
    const items = loadBatch(data, indices, new Float32Array(now * size), flip)
    if (law.name === 'bernoulli') binarise(items, fold(key(draw), 'binarise', first))
    const codes = await codec.encode(toNetwork(frame, items, new Float32Array(now * itemSize(frame.network))))
    mean.set(codes.mean, first * code)
    codes.logVariance.forEach((each, i) => (sigma[first * code + i] = Math.exp(each / 2)))
    onProgress?.({ phase: 'encoding', done: first + now, total: data.length, unit: 'items' })
  }
  return { mean, sigma }
}
