/** Which second picture shows the style of an item. */
import { fold, type Key, uniform } from '../../engine/random/index.ts'

/** The items of each class. */
export function membersOf(labels: ArrayLike<number>, classes: number): readonly (readonly number[])[] {
  const members: number[][] = Array.from({ length: classes }, () => [])
  for (let item = 0; item < labels.length; item++) members[labels[item]!]!.push(item)
  return members
}

/**
 * Another item of the class of each, all others with equal probability; −1 for an item that is alone in its class. A function of (key, step,
 * item).
 *
 * @param members items of each class
 */
export function secondPictures(
  labels: ArrayLike<number>,
  members: readonly (readonly number[])[],
  { key, step, indices }: { readonly key: Key; readonly step: number; readonly indices: ArrayLike<number> },
): Int32Array {
  const stream = fold(key, 'style', step)
  return Int32Array.from(indices, (item) => {
    const alike = members[labels[item]!]!
    if (alike.length < 2) return -1
    const [share] = uniform(fold(stream, item), new Float64Array(1))
    // the last stands for the item itself, which is not drawn
    const drawn = alike[Math.floor(share! * (alike.length - 1))]!
    return drawn === item ? alike.at(-1)! : drawn
  })
}
