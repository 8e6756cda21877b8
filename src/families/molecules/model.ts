/** A trained model of conformers. */
import { noiseOfFolder, type ModelNoise } from '../../compiled/noise.ts'
import { namedWeights, partWeights, type PartWeights } from '../../compiled/part-weights.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import { timeOfNoiseLevel } from '../../diffusion/noise/schedule.ts'
import { karrasTimes } from '../../diffusion/sample/times.ts'
import { parametersOf, type Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'

/** A model in memory. */
export interface MoleculeModel extends ModelNoise, PartWeights {
  readonly family: 'molecules'
  readonly network: Network
  /** The elements that it knows, by atomic number. */
  readonly elements: readonly number[]
  /** A few molecules that it was trained on, of a model whose training has just made it. */
  readonly examples?: readonly Molecule[] | undefined
  readonly classNames: readonly string[]
  readonly unconditionalLabel: undefined
  readonly meta: TweedieMeta
}

/** The model of a folder's content. @throws TweedieError `model` where parts do not fit together */
export function moleculeModelOf(folder: ModelFolder, own: OwnComponents = {}): MoleculeModel {
  const { meta } = folder
  requireUsable(meta.sampler, ['sampler', 'steps', 'spacing'], 'molecules')
  const { elements } = meta.data
  if (!Array.isArray(elements) || !elements.every((each) => Number.isInteger(each))) {
    throw new TweedieError('model', 'tweedie.json: data.elements are no atomic numbers', {
      hint: 'they say which elements the network knows, in the order of its inputs',
    })
  }
  const network = networkOf(folder.network, own)
  return {
    family: 'molecules',
    network,
    ...partWeights(parametersOf(network), folder.weights, folder.memory),
    ...toFaintest(noiseOfFolder(folder, own.schedules), meta.sampler.spacing),
    elements: elements as number[],
    classNames: [],
    unconditionalLabel: undefined,
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link moleculeModelOf}. */
export function moleculeFolderOf(model: MoleculeModel): ModelFolderInput {
  const { network, scheduler, meta } = model
  return {
    network: { className: network.className, config: network.config },
    weights: namedWeights(model),
    scheduler,
    meta,
  }
}

/** Its network with room for so many atoms: the weights do not depend on it. */
export function resized(
  { className, config }: Pick<Network, 'className' | 'config'>,
  atoms: number,
  own: OwnComponents = {},
): Network {
  return networkOf({ className, config: { ...config, atoms } }, own)
}

/** The noise in ångström that the last step to clean positions begins at: less than errors of bonds, so that no step is spent below it. */
const faintest = 0.02

/** The noise of a model whose steps end at faint noise, unless its folder names a spacing. */
export function toFaintest(noise: ModelNoise, spacing?: string): ModelNoise {
  const { schedule, sampling } = noise
  if (spacing !== undefined) return noise
  const to = timeOfNoiseLevel(schedule, faintest)
  if (!(to > 0 && to < 1)) return noise
  return { ...noise, sampling: { ...sampling, times: (steps) => karrasTimes(schedule, steps, { to }) } }
}
