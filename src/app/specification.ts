/** From data and options to the specification of a training run, whatever the family. */
import type { Family, FamilyEntry, PrepareSetting } from '../families/family.ts'
import { entryForData, entryNamed, type Opened } from '../families/registry.ts'
import { firstOf, type OptionTable, type OptionValues } from '../options.ts'
import { TweedieError } from '../errors.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import { prepared } from './prepare.ts'
import { adaptOptions } from './adapt-options.ts'
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
 * @param also tables of options that the caller has already handled
 * @param from the model that training begins with, and the path of its folder: what `lora` adapts
 * @throws TweedieError `usage` for an unknown option, an option of another family, or a value that makes no sense
 */
export async function specificationOf(
  data: TrainData,
  values: OptionValues,
  setting: PrepareSetting,
  also: readonly OptionTable[] = [],
  from?: Pick<Opened, 'family' | 'model'> & { readonly path?: string | undefined },
): Promise<Specification> {
  const { own } = setting
  const entry = await entryFor(data, values, setting)
  checkRequest('train', values, [...generalTrainOptions, ...also], entry, own)
  const family = await entry.load()
  const dataset = await prepared(family, data, { options: values }, setting)
  const made: BaseSpec = await family.specOf(dataset, values, own)
  const spec: BaseSpec = {
    ...made,
    ...(values.arithmetic === 'int8' && { arithmetic: 'int8' }),
    ...(values.keepBest === true && { keepBest: true }),
  }
  const decided = { entry, family, spec, dataset }
  const adapting = firstOf(values, adaptOptions)
  if (adapting === undefined) return decided
  if (from === undefined) {
    throw new TweedieError('usage', `\`${adapting}\` adapts a model, and none is named`, { hint: '`from: MODEL`' })
  }
  if (values.newWord !== undefined) {
    const { wordOf, wordSpecification } = await import('./adapters/word.ts')
    return wordSpecification(decided, wordOf(values)!, from, own)
  }
  const { adaptedSpecification } = await import('./adapters/specification.ts')
  return adaptedSpecification(decided, values, from, own)
}

/** The family that learns data. What learns from another model, and is not told how, is of that model's family. */
async function entryFor(data: TrainData, values: OptionValues, setting: PrepareSetting): Promise<FamilyEntry> {
  const { own } = setting
  const { distil, model } = values
  if (distil !== undefined && model === undefined) {
    const { family } = await setting.open(distil)
    const entry = entryNamed(family.name, own)
    const learns = entry.options.train && Object.hasOwn(entry.options.train, 'distil')
    if (learns && entry.accepts(data, { ...values, model: entry.name })) return entry
  }
  return entryForData(data, values, own)
}
