/** Whether samples of a model can be compared with data. */
import { TweedieError } from '../errors.ts'
import { type ArrayDataset, classCount } from '../files/data/dataset.ts'
import { areBytes } from '../files/data/normalise.ts'
import type { DrawnModel } from './drawn-values.ts'

/** @throws TweedieError `data` where the model was not made for such items, values or classes */
export function requireAlike(
  { frame, scale, classNames }: DrawnModel & { readonly classNames: readonly string[] },
  dataset: ArrayDataset,
): void {
  const hint = 'evaluate against the data that the model was trained on'
  if (frame.item.join() !== dataset.shape.join() || areBytes(scale) !== areBytes(dataset)) {
    throw new TweedieError(
      'data',
      `${dataset.name}: not such data as the model was trained on: [${frame.item.join(', ')}]`,
      { hint },
    )
  }
  const classes = classCount(dataset)
  if (classNames.length === 0 || classes === 0 || classNames.length === classes) return
  throw new TweedieError('data', `${dataset.name}: ${classes} classes, but the model has ${classNames.length}`, {
    hint,
  })
}
