/** A training state as a model: the averaged weights, with everything that is needed to use them. */
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import { parseTweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import { partView, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainState } from '../../tools/train/problem.ts'
import { defined } from '../defined.ts'
import type { ModelLaw } from './law-of.ts'
import { sigmaPace } from './loss.ts'
import type { VaeModel } from './model.ts'
import { lawPart, partName } from './parts.ts'
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
  const law: ModelLaw = {
    name: spec.law.name,
    sigma: lawPart in parts ? Math.exp(sigmaPace * partView(parts, lawPart, state.average)[0]!) : undefined,
    shades: spec.law.shades,
  }
  const { klWeight, warmup, freeBits, draws } = spec.bound
  const meta = parseTweedieMeta({
    family: 'vae',
    data: {
      name: dataset.name,
      kind: dataset.kind,
      shape: [...dataset.shape] as [number, ...number[]],
      range: [...dataset.range] as [number, number],
      ...(dataset.affine && { affine: dataset.affine }),
    },
    objective: {
      parametrisation: draws > 1 ? 'importance-weighted-bound' : 'evidence-bound',
      weighting: 'uniform',
      law: defined(law),
      klWeight,
      warmupKl: warmup,
      freeBits,
      importanceSamples: draws,
    },
    training: { seed: spec.seed, batch: spec.batch, steps: state.step, ...training },
  } as TweedieMetaInput)
  return {
    family: 'vae',
    autoencoder,
    layout,
    weights: partView(parts, partName, state.average),
    law,
    frame,
    scale: dataset,
    classNames: [],
    meta,
  }
}
