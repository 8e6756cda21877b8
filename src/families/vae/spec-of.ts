/** From data and options to the specification of a training run. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { suggest } from '../../suggest.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import { requireLawEffect } from '../coded/coded-spec.ts'
import type { NetworkSpec } from '../network-of.ts'
import { classes, classNames, classOf } from './classes.ts'
import { defaultVaeSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { vaeProblem } from './problem.ts'
import { checkVaeSpec, type VaeTrainSpec } from './spec.ts'

type Values = SharedTrainValues & ValuesOf<typeof trainOptions>

/**
 * The specification.
 *
 * @throws TweedieError `usage` for options that contradict each other, the data, or change nothing
 */
export function specOf(data: ArrayDataset, values: OptionValues): VaeTrainSpec {
  const options = values as Values
  const { latent, widths, depth, decoderLaw, shades, sigma, klWeight, warmupKl, freeBits, importanceSamples } = options
  const network = networkAsked(options)
  const spec = defaultVaeSpec(data, {
    ...sharedChoices(options),
    network,
    latent,
    widths,
    depth,
    law: { name: decoderLaw, shades, sigma },
    bound: { klWeight, warmup: warmupKl, freeBits, draws: importanceSamples },
  })
  requireEffect(options, spec, data)
  checkVaeSpec(spec)
  vaeProblem(spec, data)
  return spec
}

/** A class by its name or by what it is made of, or a whole configuration. @throws TweedieError `usage` for an unknown one */
function networkAsked({ network, latent, widths, depth }: Values): Partial<NetworkSpec> | undefined {
  if (network === undefined) return undefined
  const { className, config } = (typeof network === 'string' ? { className: network } : network) as Partial<NetworkSpec>
  const [extra] = Object.entries({ latent, widths, depth }).find(([, value]) => value !== undefined) ?? []
  if (config !== undefined && extra !== undefined) {
    throw new TweedieError('usage', `\`${extra}\` is for the default network, and \`network\` names another`, {
      hint: 'change it in the configuration of the network',
    })
  }
  if (className !== undefined && classNames.includes(className)) {
    return { className: classOf(className), ...(config && { config }) }
  }
  const near = suggest(String(className), classNames)
  throw new TweedieError('usage', `\`network\` is ${String(className)}: there is no such autoencoder`, {
    hint: near ? `did you mean ${near}?` : `there are ${classNames.join(', ')}`,
  })
}

/** Refuses options that would have no effect. */
function requireEffect({ depth, shades, sigma }: Values, { law, network }: VaeTrainSpec, data: ArrayDataset): void {
  if (depth !== undefined && network.className === classes.mlp) {
    throw new TweedieError(
      'usage',
      '`depth` is for convolutions: `widths` lists all hidden layers of an MLPAutoencoder',
      {
        hint: '`network: conv`, or `widths: 200,200,200`',
      },
    )
  }
  requireLawEffect({ shades, sigma }, law, data)
}
