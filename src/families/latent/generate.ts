/** Samples of a model of codes as a data set, so that they are treated as the real data are. */
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { type ArrayDataset, createDataset } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import type { Setting } from '../family.ts'
import { labelsAsIn } from '../labels-as-in.ts'
import { requireAlike } from '../require-alike.ts'
import { asIn } from '../words/as-in.ts'
import { sessionOf } from '../session-of.ts'
import { generate, type GenerateOptions } from '../values/generate.ts'
import type { ValueChoice } from '../coded/values-of.ts'
import { workOn } from '../warm.ts'
import { decodedItems } from './codes.ts'
import type { LatentModel } from './model.ts'

/** How to draw them. */
export interface DrawSamples extends Omit<GenerateOptions, 'labels' | 'onStep' | 'device' | 'threads' | 'profile'> {
  readonly draw: ValueChoice
  /** Classes as often as in the data, or all equally often. */
  readonly classes: 'data' | 'balanced'
  /** Called as it goes: drawn codes count most. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Draws samples in the values of the data.
 *
 * @throws TweedieError `data` where the model was not made for such data
 */
export async function drawSamples(
  model: LatentModel,
  dataset: ArrayDataset,
  setting: Setting,
  { draw, classes, onProgress, ...options }: DrawSamples,
): Promise<ArrayDataset> {
  const { prior, autoencoder, classNames } = model
  requireAlike({ ...autoencoder, classNames }, dataset)
  const asData = asIn(prior, dataset, options.count, classes === 'data')
  const chosen = classesOf(prior.network) > 0 && classes === 'data' && dataset.labels
  const { shards } = setting
  const { items: codes, labels } = await generate(prior, setting.engine, {
    ...asData,
    ...options,
    shards,
    ...sessionOf(setting),
    labels: asData?.labels ?? (chosen ? labelsAsIn(dataset, options.count) : undefined),
    onStep: ({ done, total }) => onProgress?.(done, total),
  })
  using work = workOn(setting.kept, options.signal)
  const how = { draw, seed: Number(options.seed ?? 0), shards, loop: 'items', signal: options.signal }
  const items = await decodedItems(model, codes, how, setting, work.compiled)
  return createDataset({
    name: 'samples',
    kind: dataset.kind,
    shape: dataset.shape,
    data: denormalise(autoencoder.scale, items),
    range: dataset.range,
    affine: dataset.affine,
    ...(labels && { labels, classNames: model.classNames }),
  })
}
