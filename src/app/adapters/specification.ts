/** The specification of a run that trains adapters. */
import { TweedieError } from '../../errors.ts'
import type { Family, OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { BaseSpec, LoraSpec } from '../../tools/train/spec.ts'
import type { adaptOptions } from '../adapt-options.ts'
import { adaptedFrom, baseOf, withBase } from './adapted.ts'
import { folderForm } from './folder-form.ts'

/** A run without adapters. */
interface Undecided {
  readonly family: Family
  readonly spec: BaseSpec
  readonly dataset: TrainData
}

/**
 * The same run, with adapters in place of all weights.
 *
 * @throws TweedieError `usage` for options of adapters without a rank, and where the model has nothing to adapt
 */
export async function adaptedSpecification<Decided extends Undecided>(
  decided: Decided,
  values: OptionValues,
  { family, model, path }: Pick<Opened, 'family' | 'model'> & { readonly path?: string | undefined },
  own: OwnParts,
): Promise<Decided> {
  const { lora: rank, loraAlpha, loraTargets = 'attention', loraText } = values as ValuesOf<typeof adaptOptions>
  if (rank === undefined) {
    const given = { loraAlpha, loraTargets: (values as ValuesOf<typeof adaptOptions>).loraTargets }
    const name = Object.entries(given).find(([, value]) => value !== undefined)?.[0] ?? 'loraText'
    throw new TweedieError('usage', `\`${name}\` is for adapters, and the run trains all weights`, {
      hint: '`lora: 8`',
    })
  }
  const base = await baseOf(family, model, path)
  const targets = loraTargets.split(',').map((each) => each.trim())
  const lora: LoraSpec = {
    rank,
    alpha: loraAlpha ?? rank,
    targets,
    ...(loraText === true && { text: true }),
    base: { ...(path !== undefined && { path }), sum: base.sum },
  }
  const spec = { ...decided.spec, lora }
  const dataset = withBase(decided.dataset, base)
  adaptedFrom(await decided.family.problem(spec, dataset, own), spec, dataset, await folderForm(decided.family), own)
  return { ...decided, spec, dataset }
}
