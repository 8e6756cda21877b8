/** Whether specification, network and data of a model of codes fit together. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { CodedSpec } from './coded-spec.ts'

/** @throws TweedieError `usage` or `shape` where they do not fit together */
export function checkFit(
  { batch, law }: CodedSpec,
  { inputShape, outputShape }: { readonly inputShape: readonly number[]; readonly outputShape: readonly number[] },
  { name, kind, length, range, affine }: ArrayDataset,
  frame: Frame,
): void {
  if (batch > length) {
    throw new TweedieError('usage', `a batch of ${batch} is larger than the data: ${length} items`, {
      hint: `\`batch: ${length}\` or less, or more data`,
    })
  }
  const [sees, gets] = [inputShape, frame.network].map((each) => `[${each.join(', ')}]`)
  if (sees !== gets) throw new TweedieError('shape', `${name}: items are ${gets}, the autoencoder takes ${sees}`)
  if (outputShape.join() !== inputShape.join()) {
    throw new TweedieError('shape', `${name}: the autoencoder gives [${outputShape.join(', ')}] for ${gets}`)
  }
  if (law.name !== 'gaussian' && (kind === 'points' || affine !== undefined || !(range[1] > range[0]))) {
    throw new TweedieError('usage', `${name}: \`decoderLaw: ${law.name}\` is for values between two limits`, {
      hint: '`decoderLaw: gaussian`',
    })
  }
}

/** @throws TweedieError `usage` for tokens */
export function requireValues(data: TrainData): void {
  if (isArrays(data)) return
  throw new TweedieError('usage', `${data.name}: ${data.kind}, and an autoencoder of this family is of numbers`)
}
