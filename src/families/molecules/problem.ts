/** Training on conformers: the noise has no centre, and the network knows the bonds. */
import { noiseOfRun } from '../../compiled/noise.ts'
import { objectiveOf } from '../../diffusion/denoise/objective-spec.ts'
import { scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import { parseTweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import { onePart } from '../../tools/train/parts.ts'
import type { TrainProblem, TrainState } from '../../tools/train/problem.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { batchesOf, emptyBatch, noiseLevels } from './batches.ts'
import { bucketedStep, bucketSizes } from './buckets.ts'
import { graphOf } from './encode.ts'
import { moleculeLoss } from './loss.ts'
import { type MoleculeModel, resized, toFaintest } from './model.ts'
import type { MoleculeTrainSpec } from './spec.ts'

/** Molecules without conformers are left out: there is nothing to learn from them. */
export function moleculeProblem(
  spec: MoleculeTrainSpec,
  dataset: MoleculeDataset,
  own: OwnComponents = {},
): TrainProblem<MoleculeModel> {
  const network = networkOf(spec.network, own)
  const layout = parametersOf(network)
  const graphs = dataset.molecules.filter(({ conformers }) => conformers.length > 0).map(graphOf)
  if (graphs.length === 0) {
    throw new TweedieError('usage', `${dataset.name}: no molecule has a conformer to learn from`, {
      hint: 'train on a file with positions: .sdf, .xyz or .npz',
    })
  }
  const places = network.inputShape[0]!
  const encoding = { places, centres: Number(network.config['centres'] ?? 0), elements: spec.elements }
  const counts = graphs.map(({ molecule }) => molecule.atoms.length)
  const sizes = bucketSizes(counts, places)
  return {
    parts: onePart(network, layout),
    items: graphs.length,
    levels: noiseLevels,
    loss: (scope, items) => moleculeLoss(network, scope, items),
    ...(sizes.length > 1 && { ownStep: bucketedStep((size) => resized(spec.network, size, own), layout, sizes) }),
    emptyBatch: () => emptyBatch(spec, network),
    fill: batchesOf(spec, network, graphs, encoding),
    snapshot: (state, training) => snapshot(spec, network, layout, state, dataset, training),
  }
}

function snapshot(
  spec: MoleculeTrainSpec,
  network: MoleculeModel['network'],
  layout: MoleculeModel['layout'],
  state: Pick<TrainState, 'step' | 'average'>,
  dataset: MoleculeDataset,
  training: TweedieMetaInput['training'] = {},
): MoleculeModel {
  const objective = objectiveOf(spec.objective, scheduleOfNoise(spec.noise))
  const { meta: schedule, ...noise } = noiseOfRun(spec.noise, spec.objective, objective, false, sampling)
  const meta = parseTweedieMeta({
    family: 'molecules',
    data: {
      name: dataset.name,
      kind: dataset.kind,
      shape: [...network.inputShape] as [number, ...number[]],
      elements: [...spec.elements],
      unit: 'angstrom',
    },
    objective: { ...spec.objective, stereoDropout: spec.stereoDropout },
    sampler: sampling,
    schedule,
    training: { seed: spec.seed, batch: spec.batch, steps: state.step, ...training },
  } as TweedieMetaInput)
  return {
    family: 'molecules',
    network,
    layout,
    weights: state.average,
    ...toFaintest(noise),
    examples: dataset.molecules.filter(({ conformers }) => conformers.length > 0).slice(0, 4),
    elements: spec.elements,
    classNames: [],
    unconditionalLabel: undefined,
    meta,
  }
}

/** How molecules are sampled unless the user says otherwise. */
const sampling = Object.freeze({ sampler: 'dpm++-2m-sde', steps: 60 })
