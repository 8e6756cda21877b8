/** The default training of molecules: from facts about the data to a whole specification. The only place with such numbers. */
import { equivariantNetwork } from '../../engine/nn/equivariant/index.ts'
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import type { Budget } from '../../tools/train/spec.ts'
import { optimizerFor, type OptimizerChoices } from '../default-network.ts'
import { defined } from '../defined.ts'
import { atomFeatures, pairFeatures } from './graph/features.ts'
import { openCentres } from './graph/stereo.ts'
import { topologyOf } from './graph/topology.ts'
import type { MoleculeTrainSpec } from './spec.ts'

/** What a user may choose; whatever is left out has a default. */
export interface MoleculeChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** Features of an atom, and of a pair. */
  readonly widths?: readonly number[] | undefined
  /** Rounds of messages. */
  readonly depth?: number | undefined
  readonly stereoDropout?: number | undefined
  /** Of a model that is trained further: the configuration of its network, and the elements that it knows. */
  readonly network?: Readonly<Record<string, unknown>> | undefined
  readonly elements?: readonly number[] | undefined
}

/** The specification of a training run. */
export function defaultMoleculeSpec(dataset: MoleculeDataset, choices: MoleculeChoices = {}): MoleculeTrainSpec {
  const budget = choices.budget ?? { minutes: 15 }
  const elements = choices.elements ?? elementsOf(dataset)
  const { network } = choices
  const sigmaData = (network?.['sigma_data'] as number | undefined) ?? Number(spreadOf(dataset).toPrecision(3))
  const known = (name: 'atoms' | 'centres'): number => (network?.[name] as number | undefined) ?? 0
  const { config } = equivariantNetwork({
    atom_features: atomFeatures(elements.length),
    pair_features: pairFeatures,
    sigma_data: sigmaData,
    ...defined({ width: choices.widths?.[0], pair_width: choices.widths?.[1], layers: choices.depth }),
    ...network,
    atoms: Math.max(dataset.shape[0]!, known('atoms')),
    // a network that has learned no orientations has no weights for them
    centres: network && known('centres') === 0 ? 0 : Math.max(centresOf(dataset), known('centres')),
  })
  const { _class_name: className, ...sizes } = config
  return {
    family: 'molecules',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(32, dataset.length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network: { className: className as string, config: sizes },
    elements,
    objective: {
      parametrisation: 'edm',
      weighting: 'edm',
      weightingOptions: { sigmaData },
      sigmaData,
      times: { name: 'log-normal', mean: -0.8, std: 1.3 },
      input: 'noise',
    },
    noise: { schedule: 'edm', sigmaMax: 10 },
    stereoDropout: choices.stereoDropout ?? 0.1,
    optimizer: optimizerFor(budget, choices.optimizer),
  }
}

function elementsOf({ molecules }: MoleculeDataset): number[] {
  return [...new Set(molecules.flatMap(({ atoms }) => Array.from(atoms)))].sort((a, b) => a - b)
}

/** The most centres of a molecule. */
function centresOf({ molecules }: MoleculeDataset): number {
  return molecules.reduce((most, each) => Math.max(most, openCentres(topologyOf(each)).length), 0)
}

/** The standard deviation of centred positions along an axis, in ångström. */
function spreadOf({ molecules }: MoleculeDataset): number {
  let [sum, count] = [0, 0]
  for (const { conformers, atoms } of molecules) {
    for (const positions of conformers) {
      const mean = [0, 1, 2].map(
        (axis) => positions.reduce((all, x, i) => all + (i % 3 === axis ? x : 0), 0) / atoms.length,
      )
      positions.forEach((x, i) => (sum += (x - mean[i % 3]!) ** 2))
      count += positions.length
    }
  }
  return count === 0 ? 1.4 : Math.sqrt(sum / count)
}
