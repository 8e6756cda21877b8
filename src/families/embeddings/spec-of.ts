/** From text and options to the specification of a training run on its embeddings. */
import type { BetaTableName } from '../../diffusion/noise/betas.ts'
import type { NoiseSpec } from '../../diffusion/noise/named.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import type { NetworkSpec } from '../network-of.ts'
import { withDropout } from '../with-dropout.ts'
import { noiseOf } from '../noise-choice.ts'
import { defaultEmbeddedSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { embeddedProblem } from './problem.ts'
import { checkEmbeddedSpec, type EmbeddedTrainSpec } from './spec.ts'

/** The options as they are given. */
export type EmbeddedTrainValues = SharedTrainValues & ValuesOf<typeof trainOptions>

/** The recipe that embeddings are trained by. */
export const recipe = 'diffusion-lm'

/**
 * The specification.
 *
 * @throws TweedieError `usage` for options that contradict each other or the data
 */
export function specOf(data: CategoricalDataset, values: OptionValues, own: OwnParts): EmbeddedTrainSpec {
  const options: EmbeddedTrainValues = values
  if (options.objective !== undefined && options.objective !== recipe) {
    throw new TweedieError('usage', `\`objective: ${options.objective}\`: embeddings are trained by ${recipe}`)
  }
  const noise = noiseOf(options, 'sqrt', own)
  const { table, levels = 1000 } = noise as { readonly table?: BetaTableName; readonly levels?: number }
  const usual = defaultEmbeddedSpec(data, {
    ...sharedChoices(options),
    widths: options.widths,
    depth: options.depth,
    network: networkChoice(options, own, networkClasses),
    noise: table === undefined ? (noise as NoiseSpec) : { table, levels },
  })
  const told = options.selfConditioning ? toldOfEstimates(usual.network) : usual.network
  const spec = { ...usual, network: withDropout(told, options.dropout) }
  checkEmbeddedSpec(spec, own)
  embeddedProblem(spec, data, own)
  return spec
}

/** The network, told what it estimated a step before. @throws TweedieError `usage` for one of another class */
function toldOfEstimates({ className, config }: NetworkSpec): NetworkSpec {
  if (className === 'EmbeddingTransformer') return { className, config: { ...config, self_conditioning: true } }
  throw new TweedieError('usage', `\`selfConditioning\` is for an EmbeddingTransformer, not for a ${className}`)
}
