/** Judges a model of codes by how likely data are under it. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { ValuesOf } from '../../options.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import type { judgeOptions } from '../options.ts'
import type { LikelihoodOptions } from './bounds-of-items.ts'
import type { CodedModel } from './coded-model.ts'
import { reportedLaw } from './law-of.ts'
import type { CodedLikelihood, TextRow } from './likelihood-report.ts'
import type { evalOptions } from './options/eval.ts'

/** The options of an evaluation. */
export type JudgeOptions = ValuesOf<typeof judgeOptions & typeof evalOptions>

/** The default numbers of items, of draws, and of items at a time. */
export const usual = { items: 500, draws: 50, batch: 16 }

/** How a family works out likelihoods, and how it shows them. */
export interface LikelihoodJudge<Model extends CodedModel, Report extends CodedLikelihood> {
  likelihood(
    model: Model,
    dataset: ArrayDataset,
    setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
    options: LikelihoodOptions,
  ): Promise<Report>
  rows(report: Report, isDensity: boolean): readonly TextRow[]
}

/** Works out how likely data are. */
export async function judgeLikelihood<Model extends CodedModel, Report extends CodedLikelihood>(
  { likelihood, rows }: LikelihoodJudge<Model, Report>,
  model: Model,
  options: JudgeOptions,
  setting: Setting,
): Promise<Judgement> {
  const { likelihoodItems: count = usual.items, importanceSamples: draws = usual.draws } = options
  const { seed = 0, batch = usual.batch } = options
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  const report = await likelihood(model, dataset, setting, {
    count,
    draws,
    batch,
    seed,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
  })
  const part = heldOut ? 'held-out' : 'training'
  const law = reportedLaw(model.law, model.scale)
  const isDensity = law.name === 'gaussian'
  const items = `${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`
  return {
    facts: {
      data: dataset.name,
      part,
      ...(report as CodedLikelihood),
      law,
      seed,
      unit: isDensity ? 'nats' : 'bits/dim',
    },
    text: `${table(rows(report, isDensity))}\n\n${items}`,
    remarks: [
      ...(heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others']),
      ...(law.name === model.law.name
        ? []
        : [
            'the Gaussian was fitted to bytes: what counts is its mass in the bin of each byte, at the same mean and width',
          ]),
      ...(model.law.name === 'bernoulli'
        ? ['pixels are black or white by chance, in proportion to their brightness']
        : []),
    ],
    howText: `seed ${seed}, ${draws} draws of each code`,
  }
}
