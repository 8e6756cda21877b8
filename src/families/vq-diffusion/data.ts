/** Maps of tokens of a data set of images, as data. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { partSum } from '../coded/part-sum.ts'
import type { VqModel } from '../vq/model.ts'

/** A quantiser, where it is from, and which one it is. */
export interface TokenSource {
  readonly quantiser: VqModel
  /** The absolute path of its folder; none for a model in memory. */
  readonly path: string | undefined
  /** A checksum of its class, configuration and weights. */
  readonly sum: string
}

/** Maps of tokens, with the labels of the images. */
export interface TokenMaps extends CategoricalDataset {
  readonly quantised: TokenSource & {
    /** What was encoded: the data themselves. */
    readonly of: ArrayDataset
  }
}

/** The source of a quantiser. */
export function tokenSource(quantiser: VqModel, path?: string): TokenSource {
  return { quantiser, path, sum: partSum(quantiser) }
}

/** Maps of tokens that know what they are of. */
export function tokenMaps(maps: CategoricalDataset, source: TokenSource, of: ArrayDataset): TokenMaps {
  return Object.freeze({ ...maps, quantised: { ...source, of } })
}
