/** From data and options to the specification of a training run. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import { defaultVqSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { vqProblem } from './problem.ts'
import { checkSpec, type VqTrainSpec } from './spec.ts'

/** The only class of network that it takes. */
const networks = ['VQModel'] as const

/**
 * The specification.
 *
 * @throws TweedieError `usage` for data that are no images, and for options that contradict each other
 */
export function specOf(data: ArrayDataset, values: OptionValues, own: OwnParts): VqTrainSpec {
  requireImages(data)
  const options: SharedTrainValues & ValuesOf<typeof trainOptions> = values
  const { widths, depth, codes, codeSize, commitment, flip } = options
  const network = networkChoice(options, { ...own, networks: {} }, networks)
  for (const [name, value] of Object.entries({ codes, codeSize })) {
    if (network === undefined || value === undefined) continue
    throw new TweedieError('usage', `\`${name}\` is for the default network, and \`network\` names another`, {
      hint: 'num_vq_embeddings and vq_embed_dim in its configuration',
    })
  }
  const choices = { widths, depth, codes, codeSize, commitment, flip, network }
  const spec = defaultVqSpec(data, { ...sharedChoices(options), ...choices })
  checkSpec(spec)
  vqProblem(spec, data)
  return spec
}

/** @throws TweedieError `usage` for anything but images */
export function requireImages(data: TrainData): void {
  const { kind, name, shape } = data
  if (isArrays(data) && shape.length === 3) return
  throw new TweedieError('usage', `${name}: an autoencoder of tokens takes images [channels, height, width]`, {
    hint:
      kind === 'tokens'
        ? 'these are tokens already'
        : kind !== 'image'
          ? `these are ${kind}`
          : `items are [${shape.join(', ')}]`,
  })
}
