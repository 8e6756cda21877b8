/** Judges a model of a quantiser's tokens: by its samples, or by option by the bound of maps of tokens. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionTable, type OptionValues } from '../../options.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeOptions } from '../options.ts'
import { judgeLikelihood } from './judge-likelihood.ts'
import { judgeSamples } from './judge-samples.ts'
import type { VqDiffusionModel } from './model.ts'
import { ofLikelihoods, ofSamples } from './options/eval.ts'

/** All options for samples. */
const samplesOnly: OptionTable = { count: judgeOptions.count, ...ofSamples }

/**
 * The ability to evaluate.
 *
 * @throws TweedieError `usage` for options that do not fit together, or where the data are not known
 */
export async function evaluate(model: VqDiffusionModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  if (firstOf(options, ofLikelihoods) === undefined) return judgeSamples(model, options, setting)
  const name = firstOf(options, samplesOnly)
  if (name === undefined) return judgeLikelihood(model, options, setting)
  throw new TweedieError('usage', `\`likelihood\` cannot be used with \`${name}\``, {
    hint: 'evaluate twice: once for samples, once for likelihoods',
  })
}
