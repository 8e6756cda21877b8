/** A view of records whose kind has no view of its own. */
import { thousands } from '../../words.ts'
import type { RecordDataset } from '../data/any-dataset.ts'
import { countLabels } from '../data/describe.ts'
import { moleculesView } from './molecules-view.ts'
import { type DataView, classText } from './view.ts'

/** How many there are, and what was said while they were read. */
export function recordsView(dataset: RecordDataset): DataView {
  if (dataset.kind === 'molecules') return moleculesView(dataset)
  const { name, kind, length, labels, classNames, skipped = [], remarks = [] } = dataset
  const counts = labels && classNames && countLabels(labels, classNames.length)
  return {
    facts: { name, kind, length, classNames, classCounts: counts, skipped: skipped.length, remarks },
    rows: [
      ['name', name],
      [kind, thousands(length)],
      ['classes', counts && classText(counts, classNames)],
      ['skipped', skipped.length > 0 ? thousands(skipped.length) : undefined],
      ...remarks.map((remark, i) => [i === 0 ? 'remarks' : '', remark] as const),
    ],
  }
}
