/** What is in a data set, before training on it. */
import { type DataView, viewOfData } from '../../files/show/data-view.ts'
import type { DataSource } from '../../tools/train/node/run-folder.ts'
import { openParts, type OpenOptions } from './open-data.ts'

/**
 * Opens a whole data set, items that training would hold out included, and describes it. A text may be shorter than one
 * window.
 *
 * @throws TweedieError `data` if it is missing or cannot be read, `interrupted`
 * @example
 * const { rows } = await describeData({ path: 'moons' })
 */
export async function describeData(source: DataSource, watch: OpenOptions = {}): Promise<DataView> {
  const { tokens } = source
  const whole = tokens && 'tokenizer' in tokens ? { ...tokens, length: 1 } : tokens
  const { train } = await openParts({ ...source, tokens: whole, holdOut: undefined }, watch)
  return viewOfData(train)
}
