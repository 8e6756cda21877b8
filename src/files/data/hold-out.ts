/** A part at the end of the data that is kept out of training, so that a model can be judged on what it has not seen. */
import { TweedieError } from '../../errors.ts'
import { type CategoricalDataset, createCategorical } from './categorical.ts'
import { type ArrayDataset, itemSize } from './dataset.ts'
import { select } from './subset.ts'

/** The two parts of a data set. */
export interface Parts<Data> {
  readonly train: Data
  readonly heldOut: Data
}

/**
 * Holds the last `share` of the items back (of a text, of its tokens).
 *
 * @param share in (0, 1)
 * @throws TweedieError `usage` for another share, or where a part would be empty; `data` where a part of a text is shorter
 *   than a window
 */
export function holdOut<Data extends ArrayDataset | CategoricalDataset>(dataset: Data, share: number): Parts<Data> {
  if (!(share > 0 && share < 1)) {
    throw new TweedieError('usage', `cannot hold out the share ${share}: must be between 0 and 1`)
  }
  const isText = dataset.kind === 'tokens' && dataset.look.kind === 'text'
  const count = isText ? dataset.data.length : dataset.length
  const kept = count - Math.max(1, Math.round(share * count))
  if (kept < 1) throw new TweedieError('usage', `cannot hold out ${share} of ${count} items: nothing would be left`)
  const part = (from: number, to: number, name: string): ArrayDataset | CategoricalDataset => {
    if (dataset.kind === 'tokens') return tokens(dataset, from, to, name)
    return select(
      dataset,
      Array.from({ length: to - from }, (_, i) => from + i),
    )
  }
  return { train: part(0, kept, 'what is trained on'), heldOut: part(kept, count, 'what is held out') } as Parts<Data>
}

function tokens(dataset: CategoricalDataset, from: number, to: number, what: string): CategoricalDataset {
  const { kind: _, length: __, ...parts } = dataset
  const size = parts.look.kind === 'text' ? 1 : itemSize(parts.shape)
  return {
    ...createCategorical({
      ...parts,
      name: `${parts.name}, ${what}`,
      data: parts.data.subarray(from * size, to * size),
      labels: parts.labels?.subarray(from, to),
    }),
    name: parts.name,
  }
}
