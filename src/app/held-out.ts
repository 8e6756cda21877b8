/** Items that a run keeps out of training, to see which weights are best on them. */
import type { PrepareSetting, Wanted } from '../families/family.ts'
import { TweedieError } from '../errors.ts'
import { holdOut } from '../files/data/hold-out.ts'
import type { DataSource } from '../files/data/source.ts'
import type { OptionValues } from '../options.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import { prepared } from './prepare.ts'
import type { Specification } from './specification.ts'

/** The share that is held out where the best weights are kept and none is named. */
export const usualShare = 0.1

/**
 * The source of data by options, with a share of the items held out where the best weights are to be kept and nothing else says how many.
 *
 * @param sourceBy makes a source of options
 */
export async function sourceHeldBack(
  options: OptionValues,
  sourceBy: (options: OptionValues) => Promise<DataSource>,
): Promise<DataSource> {
  const source = await sourceBy(options)
  const isUnsaid = options.holdOut === undefined && source.holdOut === undefined
  return options.keepBest === true && isUnsaid ? sourceBy({ ...options, holdOut: usualShare }) : source
}

/** Data in memory, with that share of them apart where the best weights are to be kept. */
export function splitFor(
  { keepBest }: OptionValues | Pick<BaseSpec, 'keepBest'>,
  data: TrainData,
): { readonly train: TrainData; readonly heldOut: TrainData | undefined } {
  if (keepBest !== true) return { train: data, heldOut: undefined }
  // what follows in time is what a model of fields is for
  return holdOut(data, usualShare, data.kind === 'trajectory' ? 'end' : 'random')
}

/**
 * The held-out items as the family trains on them; none where the best weights are not kept.
 *
 * @param wanted the options of a new run, or the specification of one that goes on
 * @throws TweedieError `usage` where there are none and they are needed
 */
export async function judgedData(
  { family, spec, dataset }: Pick<Specification, 'family' | 'spec' | 'dataset'>,
  heldOut: TrainData | undefined,
  wanted: Wanted<BaseSpec>,
  setting: PrepareSetting,
): Promise<TrainData | undefined> {
  if (!spec.keepBest) return undefined
  if (heldOut) return prepared(family, heldOut, { ...wanted, beside: dataset }, setting)
  throw new TweedieError('usage', '`keepBest` watches items that training does not see, and these data have none', {
    hint: 'hold some out: `holdOut: 0.1`',
  })
}
