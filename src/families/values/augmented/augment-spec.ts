/** How pictures are transformed at random in training, and the options that say so. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../../../files/data/dataset.ts'
import { type TransformName, transformNames, usualTransforms } from '../options/transform-names.ts'

/** How pictures are transformed. */
export interface AugmentSpec {
  /** The probability of each transform. */
  readonly probability: number
  readonly transforms: readonly TransformName[]
}

/** The options as they are given. */
interface Values {
  readonly augment?: number | undefined
  readonly augmentWith?: readonly TransformName[] | undefined
}

/**
 * The specification, if pictures are transformed.
 *
 * @throws TweedieError `usage` for options without effect, and data that are no pictures
 */
export function augmentSpecOf(
  data: ArrayDataset,
  { augment: probability, augmentWith }: Values,
): AugmentSpec | undefined {
  if (probability === undefined) {
    if (augmentWith === undefined) return undefined
    throw new TweedieError('usage', '`augmentWith` says which transforms, and `augment` how often', {
      hint: '`augment: 0.12`',
    })
  }
  if (data.kind !== 'image' || data.shape.length !== 3) {
    throw new TweedieError('usage', `\`augment\` is for images, and ${data.name} has none`)
  }
  const transforms = augmentWith ?? usualTransforms
  if (transforms.includes('tilt') && transforms.includes('turn')) {
    throw new TweedieError('usage', '`augmentWith`: turn is any angle, and tilt a small one', {
      hint: 'leave one of them out',
    })
  }
  return { probability, transforms: transformNames.filter((name) => transforms.includes(name)) }
}

/** In words. */
export function augmentText({ probability, transforms }: AugmentSpec): string {
  return `${transforms.join(', ')}, each with probability ${probability}; the network is told`
}
