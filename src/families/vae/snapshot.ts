/** A training state as a model: the averaged weights, with everything that is needed to use them. */
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import type { TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import { partView, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainState } from '../../tools/train/problem.ts'
import { trainedLaw } from '../coded/law-width.ts'
import { metaOf } from '../coded/meta.ts'
import type { VaeModel } from './model.ts'
import { partName } from './parts.ts'
import type { VaeTrainSpec } from './spec.ts'

/** The parts of a trainer that make a model. */
interface Trained {
  readonly spec: VaeTrainSpec
  readonly autoencoder: Autoencoder
  readonly layout: Layout
  readonly parts: TrainParts
  readonly frame: Frame
  readonly state: TrainState
}

/** The model of a trainer. Its weights are the trainer's own array: they change with the next step. */
export function snapshot(
  { spec, autoencoder, layout, parts, frame, state }: Trained,
  dataset: ArrayDataset,
  training: TweedieMetaInput['training'] = {},
): VaeModel {
  const law = trainedLaw(spec.law, parts, state.average)
  return {
    family: 'vae',
    autoencoder,
    layout,
    weights: partView(parts, partName, state.average),
    law,
    frame,
    scale: dataset,
    classNames: [],
    meta: metaOf({ family: 'vae', spec, law, step: state.step }, dataset, training),
  }
}
