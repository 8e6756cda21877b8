/** Judges a model of values: by its samples, or by option by the likelihood of data. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionTable, type OptionValues } from '../../options.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeOptions } from '../options.ts'
import { judgeLikelihood } from './judge-likelihood.ts'
import { judgeSamples } from './judge-samples.ts'
import type { Model } from './model.ts'
import { boundOptions, fieldOptions, sampleOptions } from './options/eval.ts'

/** All options for samples. */
const ofSamples: OptionTable = { count: judgeOptions.count, ...sampleOptions }

/**
 * The ability to evaluate.
 *
 * @throws TweedieError `usage` for options that do not fit together, or where the data are not known
 */
export async function evaluate(model: Model, options: OptionValues, setting: Setting): Promise<Judgement> {
  if (model.scale.kind === 'fields' && firstOf(options, boundOptions) === undefined) {
    return (await import('./judge-fields.ts')).judgeFields(model, options, setting)
  }
  const idle = firstOf(options, fieldOptions)
  if (idle !== undefined) {
    throw new TweedieError(
      'usage',
      `\`${idle}\` is for models of fields over time, and this one is of ${model.scale.kind}`,
    )
  }
  if (firstOf(options, boundOptions) === undefined) return judgeSamples(model, options, setting)
  const name = firstOf(options, ofSamples)
  if (name === undefined) return judgeLikelihood(model, options, setting)
  throw new TweedieError('usage', `\`likelihood\` cannot be used with \`${name}\``, {
    hint: 'evaluate twice: once for samples, once for likelihoods',
  })
}
