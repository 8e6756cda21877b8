/** What items cost under a model, item by item: the other end of `eval --likelihood`, for items at hand. */
import { createDataset, itemSize } from '../files/data/dataset.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'
import { denormalise } from '../files/data/normalise.ts'
import { TweedieError } from '../errors.ts'
import { joinFloats } from '../join-bytes.ts'
import { bitsPerDim } from '../diffusion/likelihood/units.ts'
import type { OptionValues } from '../options.ts'
import { type Classified, classNumbers } from './class-numbers.ts'
import type { ConditionRequest } from './conditions.ts'
import type { DrawnModel } from './drawn-values.ts'
import type { AskedItems, ItemBounds, Setting } from './family.ts'
import { readItems } from './read-items.ts'

/** The most items at a time unless told otherwise. */
const usualBatch = 16

/** Options of `eval` that mean something here, besides those of the family. */
const alwaysFine: readonly string[] = ['seed', 'batch', 'likelihood']

/**
 * Refuses options of `eval` that items at hand have no use for.
 *
 * @throws TweedieError `usage`
 */
export function requireOfBound(values: OptionValues, allowed: readonly string[]): void {
  const fine = [...alwaysFine, ...allowed]
  const idle = Object.keys(values).find((name) => values[name] !== undefined && !fine.includes(name))
  if (idle === undefined) return
  throw new TweedieError('usage', `\`${idle}\` has no meaning for a bound of items at hand`, {
    hint: `there are ${fine.join(', ')}`,
  })
}

/** Called with −log p, or what it is at most, of the next items in nats. */
export type OnItems<Kind extends string = string> = (kind: Kind, nats: Float64Array) => void

/**
 * Works out what items cost.
 *
 * @param asked the items, and their classes
 * @param judge of a data set of these items, so many at a time
 * @throws TweedieError `data` or `shape` for items of another kind, `usage` for classes that the model does not know or needs
 */
export async function boundItems(
  model: DrawnModel & Classified,
  { items: given, class: asked }: AskedItems,
  { access }: Pick<Setting, 'access'>,
  judge: (items: ArrayDataset, batch: number, onItems: OnItems) => Promise<unknown>,
): Promise<ItemBounds> {
  const { frame, scale, classNames, unconditionalLabel } = model
  const wanted = { shape: frame.item, scale }
  const each = await Promise.all(given.map((item) => readItems(item, wanted, undefined, access)))
  const seen = joinFloats(each)
  const count = seen.length / itemSize(frame.item)
  if (asked === undefined && classNames.length > 0 && unconditionalLabel === undefined) {
    throw new TweedieError('usage', 'the model needs a `class` for each item', { hint: classNames.join(', ') })
  }
  const isTold = asked !== undefined || unconditionalLabel !== undefined
  const labels = isTold ? classNumbers(model, (asked ?? null) as ConditionRequest, count) : undefined
  const items = createDataset({
    name: 'the items',
    kind: scale.kind,
    shape: frame.item,
    data: denormalise(scale, seen),
    range: scale.range,
    ...(scale.affine && { affine: scale.affine }),
    ...(labels && { labels }),
  })
  const nats: Record<string, Float64Array> = {}
  const onItems: OnItems = (kind, some) => {
    nats[kind] = Float64Array.from([...(nats[kind] ?? []), ...some])
  }
  await judge(items, Math.min(usualBatch, count), onItems)
  const dimensions = itemSize(frame.item)
  return Object.freeze({
    count,
    dimensions,
    nats,
    bitsPerDim: Object.fromEntries(
      Object.entries(nats).map(([kind, each]) => [kind, each.map((cost) => bitsPerDim(cost, dimensions))]),
    ),
  })
}
