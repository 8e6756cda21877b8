/** Judges a model of codes: by its samples, or by option by the likelihood of data. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionTable, type OptionValues } from '../../options.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeOptions } from '../options.ts'
import type { CodedModel } from './coded-model.ts'
import { judgeLikelihood, type LikelihoodJudge } from './judge-likelihood.ts'
import { judgeSamples } from './judge-samples.ts'
import type { CodedLikelihood } from './likelihood-report.ts'
import { ofLikelihoods, ofSamples } from './options/eval.ts'
import type { GeneratorOf } from './painter.ts'

/** All options for samples. */
const samplesOnly: OptionTable = { count: judgeOptions.count, ...ofSamples }

/**
 * The ability to evaluate.
 *
 * @throws TweedieError `usage` for options that do not fit together, or where the data are not known
 */
export function evaluateWith<Model extends CodedModel, Report extends CodedLikelihood>(
  judge: LikelihoodJudge<Model, Report>,
  generatorOf: GeneratorOf<Model>,
): (model: Model, options: OptionValues, setting: Setting) => Promise<Judgement> {
  return async (model, options, setting) => {
    if (firstOf(options, ofLikelihoods) === undefined) return judgeSamples(generatorOf, model, options, setting)
    const name = firstOf(options, samplesOnly)
    if (name === undefined) return judgeLikelihood(judge, model, options, setting)
    throw new TweedieError('usage', `\`likelihood\` cannot be used with \`${name}\``, {
      hint: 'evaluate twice: once for samples, once for likelihoods',
    })
  }
}
