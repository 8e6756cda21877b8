/** Samples of a model as a data set, so that they are treated as the real data are. */
import { classCount, createDataset } from '../../files/data/dataset.ts'
import type { ArrayDataset, DataScale } from '../../files/data/dataset.ts'
import { areBytes, denormalise } from '../../files/data/normalise.ts'
import { TweedieError } from '../../errors.ts'
import { generate } from './generate.ts'
import type { GenerateOptions } from './generate.ts'
import { labelsAsIn } from '../labels-as-in.ts'
import { stylesAsIn } from '../pictured/styles-as-in.ts'
import { asIn } from '../words/as-in.ts'
import type { Model } from './model.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import type { Engine } from '../../engine/runtime/session.ts'

/** How classes are chosen: as often as in the data, or all equally often. */
export const classChoices = ['data', 'balanced'] as const
export type ClassChoice = (typeof classChoices)[number]

/**
 * Draws samples and brings them into the values of the data, to bytes if these are images. A model that knows words is asked for what captions
 * of the data say, and one that knows styles to draw in those of the data.
 *
 * @throws TweedieError `data` where the model was not made for such data
 */
export async function drawSamples(
  model: Model,
  dataset: ArrayDataset,
  engine: Engine,
  { classes = 'data', ...options }: Omit<GenerateOptions, 'labels'> & { readonly classes?: ClassChoice | undefined },
): Promise<ArrayDataset> {
  checkData(model, dataset)
  const conditional = classesOf(model.network) > 0
  const asData = asIn(model, dataset, options.count, classes === 'data')
  const labels =
    asData?.labels ??
    (conditional && classes === 'data' && dataset.labels ? labelsAsIn(dataset, options.count) : undefined)
  const { items, labels: asked } = await generate(model, engine, {
    ...asData,
    styles: stylesAsIn(model, dataset, options.count),
    ...options,
    labels,
  })
  return createDataset({
    name: 'samples',
    kind: dataset.kind,
    shape: dataset.shape,
    data: denormalise(model.scale, items),
    range: dataset.range,
    affine: dataset.affine,
    ...(asked && { labels: asked, classNames: model.classNames }),
    ...(asData?.prompts && { captions: asData.prompts.map((text) => [text]) }),
  })
}

function checkData({ frame, scale, classNames }: Model, dataset: ArrayDataset): void {
  const kindOf = (kind: string): string => (kind === 'image' ? 'images' : kind)
  if (frame.item.join() !== dataset.shape.join() || (scale.kind === 'image') !== (dataset.kind === 'image')) {
    throw new TweedieError(
      'data',
      `${dataset.name}: ${kindOf(dataset.kind)} [${dataset.shape.join(', ')}], but the model makes ${kindOf(scale.kind)} [${frame.item.join(', ')}]`,
      { hint: 'evaluate against the data that the model was trained on' },
    )
  }
  if (areBytes(scale) !== areBytes(dataset)) {
    const text = (of: DataScale): string => (areBytes(of) ? 'bytes' : of.range.join(' … '))
    throw new TweedieError(
      'data',
      `${dataset.name}: values ${text(dataset)}, but those of the model are ${text(scale)}`,
      {
        hint: 'evaluate against data in the units of those that the model was trained on',
      },
    )
  }
  const classes = classCount(dataset)
  if (classNames.length > 0 && classes > 0 && classNames.length !== classes) {
    throw new TweedieError('data', `${dataset.name}: ${classes} classes, but the model has ${classNames.length}`, {
      hint: 'evaluate against the data that the model was trained on',
    })
  }
}
