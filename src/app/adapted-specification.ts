/** The specification of a run that trains adapters, and its data with the model that is adapted. */
import { TweedieError } from '../errors.ts'
import type { OwnParts, PrepareSetting } from '../families/family.ts'
import type { Opened } from '../families/registry.ts'
import type { OptionValues, ValuesOf } from '../options.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { LoraSpec } from '../tools/train/spec.ts'
import type { adaptOptions } from './adapt-options.ts'
import { adaptedFrom, type Base, baseOf, type DataWithBase, requireBase } from './adapted.ts'
import type { Specification } from './specification.ts'

/**
 * The same run, with adapters in place of all weights.
 *
 * @throws TweedieError `usage` for options of adapters without a rank, and where the model has nothing to adapt
 */
export function adaptedSpecification(
  decided: Specification,
  values: OptionValues,
  { family, model, path }: Pick<Opened, 'family' | 'model'> & { readonly path?: string | undefined },
  own: OwnParts,
): Specification {
  const { lora: rank, loraAlpha, loraTargets = 'attention' } = values as ValuesOf<typeof adaptOptions>
  if (rank === undefined) {
    const name = loraAlpha === undefined ? 'loraTargets' : 'loraAlpha'
    throw new TweedieError('usage', `\`${name}\` is for adapters, and the run trains all weights`, { hint: '`lora: 8`' })
  }
  const base = baseOf(family, model, path)
  const targets = loraTargets.split(',').map((each) => each.trim())
  const lora: LoraSpec = {
    rank,
    alpha: loraAlpha ?? rank,
    targets,
    base: { ...(path !== undefined && { path }), sum: base.sum },
  }
  const spec = { ...decided.spec, lora }
  const dataset = withBase(decided.dataset, base)
  adaptedFrom(decided.family.problem(spec, dataset, own), spec, dataset)
  return { ...decided, spec, dataset }
}

/** Data with the model of a specification. @throws TweedieError `model` where it is gone, or another one by now */
export async function withBaseOf(lora: LoraSpec, data: TrainData, setting: PrepareSetting): Promise<DataWithBase> {
  const { path } = lora.base
  if (path === undefined) {
    throw new TweedieError('usage', 'the model of this run was one in memory, which adapters alone cannot bring back', {
      hint: 'train from a folder: save the model first',
    })
  }
  const { family, model } = await setting.open(path)
  const base = baseOf(family, model, path)
  requireBase(lora, base)
  return withBase(data, base)
}

function withBase(data: TrainData, base: Base): DataWithBase {
  return Object.freeze({ ...data, base })
}
