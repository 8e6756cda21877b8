/** A view of any data set: statistics in words, and a picture of some items if they can be shown. */
import { type AnyDataset, areRecords } from '../data/any-dataset.ts'
import { recordsView } from './records-view.ts'
import { tableView } from './table-view.ts'
import { trajectoryView } from './trajectory-view.ts'
import { tokensView } from './tokens-view.ts'
import { valuesView } from './values-view.ts'
import type { DataView } from './view.ts'

export type { Chosen, DataView, TerminalSize } from './view.ts'

/**
 * Reads a data set once, and describes it.
 *
 * @example
 * const { facts, picture } = viewOfData(await openDataset('glyphs'))
 * const raster = picture?.({ count: 64, seed: 0 })
 */
export function viewOfData(dataset: AnyDataset): DataView {
  if (dataset.kind === 'table') return tableView(dataset)
  if (dataset.kind === 'trajectory') return trajectoryView(dataset)
  if (areRecords(dataset)) return recordsView(dataset)
  return 'categories' in dataset ? tokensView(dataset) : valuesView(dataset)
}
