/** Codes of a data set as data: drawn anew in every step from their laws. */
import { fold, normal, uniform } from '../../engine/random/index.ts'
import { type Affine, type ArrayDataset, createDataset, itemSize } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import type { VaeModel } from '../vae/model.ts'
import type { LoadingData } from '../values/batches.ts'
import { channelScale, type CodeLaws } from './channel-scale.ts'

/** An autoencoder, where it is from, and which one it is. */
export interface CodeSource {
  readonly autoencoder: VaeModel
  /** The absolute path of its folder; none for a model in memory. */
  readonly path: string | undefined
  /** Its `autoencoderSum`. */
  readonly sum: string
  /** Whether codes are scaled as the model that the autoencoder lies in has it, and not as the data have it. */
  readonly whole?: boolean | undefined
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
  /** From what a network sees to codes, where another model has decided it; by default that of these laws. */
  readonly affine?: Affine | undefined
}

/**
 * Data of codes. Labels and other conditions are those of the items. The mean codes of the first view are their values, and what is
 * trained on are draws z = μ + σ ε, of a view that is drawn too: a function of the key alone.
 */
export function latentData(source: CodeSource, { of, laws, affine: known }: Encoded): LatentData {
  const { latentShape } = source.autoencoder.autoencoder
  const size = itemSize(latentShape)
  const affine = known ?? channelScale(laws, size, latentShape[0]!)
  const { name, labels, classNames, conditions, captions } = of
  const data = createDataset({
    name,
    kind: 'points',
    shape: latentShape,
    data: laws[0]!.mean,
    affine,
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    ...(conditions && { conditions }),
    ...(captions && { captions }),
  })
  const load: LatentData['load'] = (indices, frame, key, out) => {
    normal(fold(key, 'code'), out)
    const which = uniform(fold(key, 'view'), new Float64Array(indices.length))
    const places = placesOf(frame)
    for (let j = 0, at = 0; j < indices.length; j++) {
      const law = laws[Math.min(laws.length - 1, Math.floor(which[j]! * laws.length))]!
      for (const place of places) {
        const i = indices[j]! * size + place
        out[at] = seenValue(law.mean[i]! + law.sigma[i]! * out[at]!, place, affine, size)
        at += 1
      }
    }
  }
  const [, height, width] = of.shape
  const picture = of.kind === 'image' ? ([height!, width!] as const) : undefined
  return Object.freeze({ ...data, load, ...(picture && { picture }), codes: { ...source, of, views: laws.length } })
}

/** The number of a code that each place of the network's array is drawn from the law of. */
export function placesOf({ item, pixels }: Frame): Int32Array {
  return pixels ?? Int32Array.from({ length: itemSize(item) }, (_, i) => i)
}

/** A number of a code as a network sees it. */
function seenValue(z: number, place: number, { shift, scale }: Affine, size: number): number {
  const channel = Math.floor(place / (size / shift.length))
  return (z - shift[channel]!) / scale[channel]!
}
