/** From data and options to the specification of a training run. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import { requireLawEffect } from '../coded/coded-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import { classNames } from './classes.ts'
import { defaultHvaeSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { hvaeProblem } from './problem.ts'
import { checkHvaeSpec, type HvaeTrainSpec } from './spec.ts'

type Values = SharedTrainValues & ValuesOf<typeof trainOptions>

/**
 * The specification.
 *
 * @throws TweedieError `usage` for options that contradict each other, the data, or change nothing
 */
export function specOf(data: ArrayDataset, values: OptionValues, own: OwnParts): HvaeTrainSpec {
  const options = values as Values
  const { hierarchy, levels, latentSizes, widths, depth, dropout } = options
  const { decoderLaw, shades, sigma, klWeight, warmupKl, freeBits, importanceSamples } = options
  const network = networkChoice(options, { ...own, networks: {} }, classNames)
  if (network && Object.keys(network.config).length > 0) refuseSizes({ hierarchy, levels, latentSizes, dropout })
  requireLevels({ levels, latentSizes, widths })
  const spec = defaultHvaeSpec(data, {
    ...sharedChoices(options),
    config: network && Object.keys(network.config).length > 0 ? network.config : undefined,
    hierarchy,
    levels,
    latentSizes,
    widths,
    depth,
    dropout,
    law: { name: decoderLaw, shades, sigma },
    bound: { klWeight, warmup: warmupKl, freeBits, draws: importanceSamples },
  })
  requireLawEffect({ shades, sigma }, spec.law, data)
  checkHvaeSpec(spec)
  hvaeProblem(spec, data)
  return spec
}

/** A whole configuration has its own. */
function refuseSizes(sizes: Readonly<Record<string, unknown>>): void {
  const [name] = Object.entries(sizes).find(([, value]) => value !== undefined) ?? []
  if (name === undefined) return
  throw new TweedieError('usage', `\`${name}\` is for the default network, and \`network\` names another`, {
    hint: 'change it in the configuration of the network',
  })
}

/** One size, and one width, a level. */
function requireLevels({ levels, latentSizes, widths }: Pick<Values, 'levels' | 'latentSizes' | 'widths'>): void {
  if (levels !== undefined && latentSizes !== undefined) {
    throw new TweedieError('usage', '`levels` cannot be used with `latentSizes`, which has one size a level')
  }
  const count = latentSizes?.length ?? levels
  if (count === undefined || widths === undefined || widths.length === count) return
  throw new TweedieError(
    'usage',
    `\`widths: ${widths.join(',')}\` are ${widths.length}, and there are ${count} levels`,
    {
      hint: 'one width a level, that of the lowest first',
    },
  )
}
