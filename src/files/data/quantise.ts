/** Images as categories: a few levels of brightness, for diffusion on ordinal data. */
import { TweedieError } from '../../errors.ts'
import { type CategoricalDataset, createCategorical } from './categorical.ts'
import type { ArrayDataset } from './dataset.ts'

/**
 * Values → the nearest of `levels` equally spaced ones over the data's range: k = round((value − low) / (high − low) · (K − 1)).
 * Data whose values lie on such a grid already, for instance digits of 17 levels, lose nothing.
 *
 * @param levels K, at least 2
 * @throws TweedieError `usage` for other numbers of levels, or data that are not images
 */
export function quantise(dataset: ArrayDataset, levels: number): CategoricalDataset {
  if (!Number.isInteger(levels) || levels < 2) {
    throw new TweedieError('usage', `${levels} levels: must be a whole number, at least 2`)
  }
  if (dataset.shape.length < 2) {
    throw new TweedieError('usage', `${dataset.name}: points have no levels of brightness`, {
      hint: 'quantise images, or arrays of two axes and more',
    })
  }
  const { range, data, shape } = dataset
  const [low, high] = range
  const scale = high > low ? (levels - 1) / (high - low) : 0
  return createCategorical({
    name: dataset.name,
    // a single channel gets no axis
    shape: shape[0] === 1 ? shape.slice(1) : shape,
    categories: levels,
    data: Int32Array.from(data, (value) => Math.round((value - low) * scale)),
    labels: dataset.labels,
    classNames: dataset.classNames,
    vocabulary: { kind: 'levels', range },
  })
}
