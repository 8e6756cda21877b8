/** The data of a run, with those that keep its model from forgetting. */
import type { Family, PrepareSetting } from '../../families/family.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { TweedieError } from '../../errors.ts'
import { sourceOf } from '../../files/data/node/source-of.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { BaseSpec, PriorSpec } from '../../tools/train/spec.ts'
import type { priorOptions } from '../adapt-options.ts'
import { prepared } from '../prepare.ts'
import { problemOf } from '../train.ts'
import { digestOf } from './digest.ts'
import { cacheOf, openParts } from './open-data.ts'
import type { TrainRequest } from './prepared-run.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/** A run before that. */
interface Run {
  readonly family: Family
  readonly spec: BaseSpec
  readonly dataset: TrainData
}

/**
 * A new run with the data that options name, if they do.
 *
 * @throws TweedieError `usage` for a weight without data, and data of another shape; `data` for what cannot be read
 */
export async function withPriorOf<R extends Run>(
  run: R,
  options: OptionValues,
  setting: PrepareSetting,
  request: TrainRequest,
): Promise<R> {
  const { priorData, priorWeight: weight = 1 } = options as ValuesOf<typeof priorOptions>
  if (priorData === undefined) {
    if (options['priorWeight'] === undefined) return run
    throw new TweedieError('usage', '`priorWeight` is for `priorData`, and there are none')
  }
  const data = await sourceOf(priorData, options)
  const { train } = await openParts(data, { ...request, ...cacheOf(options), readers: request.own?.readers })
  const prior: PriorSpec = { data, digest: digestOf(train), weight }
  return attached({ ...run, spec: { ...run.spec, prior } }, train, setting)
}

/** A run that goes on, with its data. @throws TweedieError `data` where they have changed */
export async function withPriorAgain<R extends Run>(
  run: R,
  setting: PrepareSetting,
  request: TrainRequest,
): Promise<R> {
  const { prior } = run.spec
  if (prior === undefined) return run
  const { train } = await openParts(prior.data, {
    ...request,
    ...cacheOf(request.options),
    readers: request.own?.readers,
  })
  if (digestOf(train, prior.digest) === prior.digest) return attached(run, train, setting)
  throw new TweedieError('data', `${prior.data.path}: not the \`priorData\` that the run was started on`, {
    hint: 'they may have changed since: bring them back, or start a new run',
  })
}

async function attached<R extends Run>(run: R, train: TrainData, setting: PrepareSetting): Promise<R> {
  const { family, spec, dataset } = run
  if (train.shape.join() !== dataset.shape.join() || train.kind !== dataset.kind) {
    // codes have a shape of their own, so the data of both are compared before they are prepared where that is known
    const of = (dataset as { readonly codes?: { readonly of?: TrainData } }).codes?.of
    if (of === undefined || of.shape.join() !== train.shape.join()) {
      throw new TweedieError(
        'usage',
        `\`priorData\`: items [${train.shape.join(', ')}], and those of the data are [${(of ?? dataset).shape.join(', ')}]`,
        {
          hint: '`size` reads both alike',
        },
      )
    }
  }
  const { prior: _, lora: __, ...plain } = spec
  const prior = await prepared(family, train, { spec: plain }, setting)
  const made = { ...run, dataset: withFacts(dataset, { prior }) }
  await problemOf(made.spec, made.dataset, setting.own)
  return made
}
