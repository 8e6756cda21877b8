/** What items cost under a model of codes. */
import type { OptionValues } from '../../options.ts'
import { boundItems, requireOfBound } from '../bound-items.ts'
import type { Abilities } from '../family.ts'
import type { CodedModel } from './coded-model.ts'
import { type JudgeOptions, type LikelihoodJudge, usual } from './judge-likelihood.ts'
import type { CodedLikelihood } from './likelihood-report.ts'

/** The ability, by what works out likelihoods: −ELBO of each item, and its importance-weighted bound. */
export function boundWith<Model extends CodedModel, Report extends CodedLikelihood>({
  likelihood,
}: LikelihoodJudge<Model, Report>): NonNullable<Abilities<Model>['bound']> {
  return async (model, asked, values: OptionValues, setting) => {
    requireOfBound(values, ['importanceSamples'])
    const { seed = 0, batch: most, importanceSamples: draws = usual.draws } = values as JudgeOptions
    return boundItems(model, asked, setting, (items, batch, onItems) =>
      likelihood(model, items, setting, {
        count: items.length,
        draws,
        batch: most ?? batch,
        seed,
        signal: setting.signal,
        onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
        onItems,
      }),
    )
  }
}
