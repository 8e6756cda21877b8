/** Judges a model of codes: by its samples, or by option by the likelihood of data. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionTable, type OptionValues } from '../../options.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeOptions } from '../options.ts'
import { judgeLikelihood } from './judge-likelihood.ts'
import { judgeSamples } from './judge-samples.ts'
import type { LatentModel } from './model.ts'
import { fieldOptions } from '../values/options/eval.ts'
import { ofLikelihoods, ofSamples } from './options/eval.ts'
import { windowOf } from './windows/code-windows.ts'

/** All options for samples. */
const samplesOnly: OptionTable = { count: judgeOptions.count, ...ofSamples }

/**
 * The ability to evaluate.
 *
 * @throws TweedieError `usage` for options that do not fit together, or where the data are not known
 */
export async function evaluate(model: LatentModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  if (windowOf(model) !== undefined) {
    const name = firstOf(options, ofLikelihoods)
    if (name === undefined) return (await import('./windows/assimilate.ts')).judgeWindows(model, options, setting)
    throw new TweedieError('usage', `\`${name}\`: the likelihood of windows of codes is not worked out`, {
      hint: 'without it, held-out states are assimilated and compared; the autoencoder alone has a bound: `eval runs/vae --likelihood`',
    })
  }
  const idle = firstOf(options, fieldOptions)
  if (idle !== undefined) {
    throw new TweedieError(
      'usage',
      `\`${idle}\` is for models of fields over time, and this one is of codes of ${model.autoencoder.scale.kind}`,
    )
  }
  if (firstOf(options, ofLikelihoods) === undefined) return judgeSamples(model, options, setting)
  const name = firstOf(options, samplesOnly)
  if (name === undefined) return judgeLikelihood(model, options, setting)
  throw new TweedieError('usage', `\`likelihood\` cannot be used with \`${name}\``, {
    hint: 'evaluate twice: once for samples, once for likelihoods',
  })
}
