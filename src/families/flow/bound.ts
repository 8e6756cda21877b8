/** What items cost under a flow, exactly. */
import type { OptionValues } from '../../options.ts'
import { boundItems, requireOfBound } from '../bound-items.ts'
import type { AskedItems, ItemBounds, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { requireShades } from './judge.ts'
import type { FlowJudgeOptions } from './judge-options.ts'
import { flowLikelihood } from './likelihood.ts'
import type { FlowModel } from './model.ts'

/**
 * −log p of each item; of pictures the mean over draws of noise within their shades.
 *
 * @throws TweedieError `usage` for options that the model does not support
 */
export async function bound(
  model: FlowModel,
  asked: AskedItems,
  values: OptionValues,
  setting: Setting,
): Promise<ItemBounds> {
  requireOfBound(values, ['dequantisations'])
  const { seed = 0, batch: most, dequantisations } = values as FlowJudgeOptions
  requireShades(model, dequantisations)
  return boundItems(model, asked, setting, (items, batch, onItems) =>
    flowLikelihood(model, items, setting.engine, {
      count: items.length,
      batch: most ?? batch,
      seed,
      dequantisations,
      signal: setting.signal,
      onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
      onItems,
      ...sessionOf(setting),
    }),
  )
}
