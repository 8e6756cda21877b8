/** What models of codes have in common: the law of data given a code, and the map from data to what a network sees. */
import { TweedieError } from '../../errors.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import { type Frame, frameOf } from '../../files/data/frame.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { FamilyModel } from '../family.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import { lawOfMeta, type ModelLaw } from './law-of.ts'

/** A model of codes, whatever makes them. */
export interface CodedModel extends FamilyModel {
  readonly law: ModelLaw
  readonly frame: Frame
  /** From the network's values to those of the data. */
  readonly scale: DataScale
}

/**
 * What `tweedie.json` says of one.
 *
 * @param network its class's shape of an item, and what sides must be multiples of
 * @throws TweedieError `model` for data or a law that do not fit
 */
export function codedOfMeta(
  meta: TweedieMeta,
  { inputShape, stride }: { readonly inputShape: readonly number[]; readonly stride?: number | undefined },
): Omit<CodedModel, 'family'> {
  const { data } = meta
  const frame = frameOf(data.shape, data.patch, stride)
  if (frame.network.join() !== inputShape.join()) {
    throw new TweedieError(
      'model',
      `data [${data.shape.join(', ')}] are [${frame.network.join(', ')}] for the autoencoder, which expects [${inputShape.join(', ')}]`,
    )
  }
  return { law: lawOfMeta(meta), frame, scale: scaleOfMeta(data), classNames: [], meta }
}
