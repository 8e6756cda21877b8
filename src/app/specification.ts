/** From data and options to the specification of a training run, whatever the family. */
import type { Family, FamilyEntry, PrepareSetting } from '../families/family.ts'
import { entryForData } from '../families/registry.ts'
import type { OptionTable, OptionValues } from '../options.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import { prepared } from './prepare.ts'
import { checkRequest } from './request.ts'
import { generalTrainOptions } from './train-options.ts'

/** A specification with what it was made from. */
export interface Specification {
  readonly entry: FamilyEntry
  readonly family: Family
  readonly spec: BaseSpec
  /** The data as the family prepared them. */
  readonly dataset: TrainData
}

/**
 * The specification of a training run.
 *
 * @param also tables of options that the caller has already handled @throws TweedieError `usage` for an unknown option,
 * an option of another family, or a value that makes no sense
 */
export async function specificationOf(
  data: TrainData,
  values: OptionValues,
  setting: PrepareSetting,
  also: readonly OptionTable[] = [],
): Promise<Specification> {
  const { own } = setting
  const entry = entryForData(data, values, own)
  checkRequest('train', values, [...generalTrainOptions, ...also], entry, own)
  const family = await entry.load()
  const dataset = await prepared(family, data, { options: values }, setting)
  return { entry, family, spec: family.specOf(dataset, values, own), dataset }
}
