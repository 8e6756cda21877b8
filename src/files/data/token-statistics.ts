/** Statistics of tokens for processes: how often each occurs, and which are used in similar places. */
import { itemSize } from './dataset.ts'
import type { CategoricalDataset } from './categorical.ts'

/** The share of each category, [K]. */
export function tokenShares({ data, categories }: Pick<CategoricalDataset, 'data' | 'categories'>): number[] {
  const shares = Array.from({ length: categories }, () => 0)
  for (const token of data) shares[token]! += 1 / data.length
  return shares
}

/**
 * An embedding of the tokens by their neighbours, `[K, 2 K]`: for each the square roots of the shares of tokens right
 * before and right after it (along the last axis of an item), so that distances are Hellinger's.
 */
export function companyOf(dataset: CategoricalDataset): Float64Array {
  const { data, categories, vocabulary, shape } = dataset
  const row = vocabulary.kind === 'text' ? data.length : shape.length > 1 ? shape.at(-1)! : itemSize(shape)
  const counts = new Float64Array(categories * 2 * categories)
  for (let i = 0; i + 1 < data.length; i++) {
    if ((i + 1) % row === 0) continue
    const [left, right] = [data[i]!, data[i + 1]!]
    counts[left * 2 * categories + categories + right]!++
    counts[right * 2 * categories + left]!++
  }
  for (let from = 0; from < counts.length; from += categories) {
    const half = counts.subarray(from, from + categories)
    const total = half.reduce((a, b) => a + b, 0)
    // a token that never occurs has no neighbours
    half.forEach((count, i) => (half[i] = Math.sqrt(count / (total || 1))))
  }
  return counts
}
