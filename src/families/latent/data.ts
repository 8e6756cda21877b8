/** Codes of a data set as data: drawn anew in every step from their laws. */
import { normal, fold, type Key, uniform } from '../../engine/random/index.ts'
import { type ArrayDataset, createDataset, itemSize } from '../../files/data/dataset.ts'
import type { VaeModel } from '../vae/model.ts'
import type { LoadingData } from '../values/batches.ts'
import { channelScale, type CodeLaws } from './channel-scale.ts'

/** An autoencoder, where it is from, and which one it is. */
export interface CodeSource {
  readonly autoencoder: VaeModel
  /** The absolute path of its folder; none for a model in memory. */
  readonly path: string | undefined
  /** Its {@link autoencoderSum}. */
  readonly sum: string
}

/** Data of codes, `[latentShape]` each. Values are those of the codes, and the map to what a network sees is by channel. */
export interface LatentData extends LoadingData {
  readonly codes: CodeSource & {
    /** What was encoded: the data themselves. */
    readonly of: ArrayDataset
    /** How often every item was encoded: as it is, mirrored, with other black and white pixels. */
    readonly views: number
  }
}

/** What codes are of: items, and laws of their codes for every view of them. */
export interface Encoded {
  readonly of: ArrayDataset
  readonly laws: readonly CodeLaws[]
}

/**
 * Data of codes. Labels and other conditions are those of the items. The mean codes of the first view are their values, and what is
 * trained on are draws z = μ + σ ε, of a view that is drawn too: a function of the key alone.
 */
export function latentData(source: CodeSource, { of, laws }: Encoded): LatentData {
  const { latentShape } = source.autoencoder.autoencoder
  const size = itemSize(latentShape)
  const affine = channelScale(laws, size, latentShape[0]!)
  const { name, labels, classNames, conditions } = of
  const { shift, scale } = affine
  const each = size / shift.length
  const data = createDataset({
    name,
    kind: 'points',
    shape: latentShape,
    data: laws[0]!.mean,
    affine,
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    ...(conditions && { conditions }),
  })
  const load = (indices: ArrayLike<number>, key: Key, out: Float32Array): void => {
    normal(fold(key, 'code'), out)
    const which = uniform(fold(key, 'view'), new Float64Array(indices.length))
    for (let j = 0; j < indices.length; j++) {
      const { mean, sigma } = laws[Math.min(laws.length - 1, Math.floor(which[j]! * laws.length))]!
      const from = indices[j]! * size
      for (let i = 0; i < size; i++) {
        const c = Math.floor(i / each)
        const z = mean[from + i]! + sigma[from + i]! * out[j * size + i]!
        out[j * size + i] = (z - shift[c]!) / scale[c]!
      }
    }
  }
  return Object.freeze({ ...data, load, codes: { ...source, of, views: laws.length } })
}
