/** What samples that are compared with data are asked for. */
import { classesOf } from '../../engine/nn/condition-spec.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { captionsAt, spreadOver } from './known-text.ts'
import type { Texts, Worded } from './told.ts'

/** What items of the data, at equal distances, say of themselves; undefined where model or data have no words. */
export function asIn(
  { words, network }: Worded,
  dataset: ArrayDataset,
  count: number,
  withLabels: boolean,
): (Pick<Texts, 'prompts' | 'weights'> & { readonly labels?: Int32Array }) | undefined {
  if (!words || !dataset.captions) return undefined
  const items = spreadOver(dataset.length, count)
  const { labels } = dataset
  return {
    prompts: captionsAt(words, dataset, items),
    weights: false,
    ...(withLabels && classesOf(network) > 0 && labels && { labels: Int32Array.from(items, (item) => labels[item]!) }),
  }
}
