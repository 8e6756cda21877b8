/** The classes of samples that are compared with data. */
import { type ArrayDataset, classCount } from '../files/data/dataset.ts'

/** So many labels in the proportions of the data: those at equal distances in their sorted order. */
export function labelsAsIn({ labels, length, ...rest }: ArrayDataset, count: number): Int32Array {
  const counts = new Int32Array(classCount({ labels, classNames: rest.classNames }))
  for (const label of labels!) counts[label]! += 1
  const chosen = new Int32Array(count)
  for (let i = 0, label = 0, upTo = counts[0]!; i < count; i++) {
    while (upTo <= ((i + 0.5) / count) * length) upTo += counts[++label]!
    chosen[i] = label
  }
  return chosen
}
