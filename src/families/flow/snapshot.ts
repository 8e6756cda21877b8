/** A training state as a model: the averaged weights, with everything that is needed to use them. */
import { dataInMeta } from '../data-in-meta.ts'
import type { FlowNetwork } from '../../diffusion/flow/flow-network.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import { type ArrayDataset, classCount } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { parseTweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import type { TrainState } from '../../tools/train/problem.ts'
import type { FlowModel } from './model.ts'
import type { FlowTrainSpec } from './spec.ts'

/** The parts of a trainer that make a model. */
interface Trained {
  readonly spec: FlowTrainSpec
  readonly network: FlowNetwork
  readonly layout: Layout
  readonly state: TrainState
}

/** The model of a trainer. Its weights are the trainer's own array: they change with the next step. */
export function snapshot(
  { spec, network, layout, state }: Trained,
  dataset: ArrayDataset,
  training: TweedieMetaInput['training'] = {},
): FlowModel {
  const classes = classesOf(network) > 0 ? classCount(dataset) : 0
  const classNames = classes > 0 ? (dataset.classNames ?? Array.from({ length: classes }, (_, i) => String(i))) : []
  const unconditionalLabel = classes > 0 && spec.labelDropout > 0 ? classes : undefined
  const meta = parseTweedieMeta({
    family: 'flow',
    data: {
      ...dataInMeta(dataset),
      classNames: classes > 0 ? [...classNames] : null,
      unconditionalLabel: unconditionalLabel ?? null,
      shades: spec.shades,
    },
    objective: { parametrisation: 'latent', weighting: 'likelihood', labelDropout: spec.labelDropout },
    training: { seed: spec.seed, batch: spec.batch, steps: state.step, ...training },
  } as TweedieMetaInput)
  return {
    family: 'flow',
    network,
    layout,
    weights: state.average,
    frame: frameOf(dataset.shape, 1, strideOf(network)),
    scale: dataset,
    shades: spec.shades,
    classNames,
    unconditionalLabel,
    meta,
  }
}
