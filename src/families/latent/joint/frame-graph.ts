/** Items as a network sees them, and back, as expressions: what `toNetwork` and `fromNetwork` of a frame do to arrays. */
import { concat, reshape, slice, type Tensor, transpose } from '../../../engine/graph/index.ts'
import type { Frame } from '../../../files/data/frame.ts'

/** `[N, ...item]` → `[N, ...network]`: padded by its edge below and to the right, patches become channels. */
export function seenIn({ item, network, patch, pixels }: Frame): (x: Tensor) => Tensor {
  if (!pixels) return (x) => x
  const [channels] = item as [number, number, number]
  const [planes, rows, columns] = network as [number, number, number]
  return (x) => {
    const batch = x.shape[0]!
    const padded = widened(widened(x, 2, rows * patch), 3, columns * patch)
    const cut = reshape(padded, [batch, channels, rows, patch, columns, patch])
    return reshape(transpose(cut, [0, 1, 3, 5, 2, 4]), [batch, planes, rows, columns])
  }
}

/** `[N, ...network]` → `[N, ...item]`: the inverse, without what was padded. */
export function itemsIn({ item, network, patch, pixels }: Frame): (x: Tensor) => Tensor {
  if (!pixels) return (x) => x
  const [channels, height, width] = item as [number, number, number]
  const [, rows, columns] = network as [number, number, number]
  return (x) => {
    const batch = x.shape[0]!
    const cut = reshape(x, [batch, channels, patch, patch, rows, columns])
    const padded = reshape(transpose(cut, [0, 1, 4, 2, 5, 3]), [batch, channels, rows * patch, columns * patch])
    return slice(slice(padded, 2, 0, height), 3, 0, width)
  }
}

/** The last slice along an axis again and again, up to this size. */
function widened(x: Tensor, axis: number, size: number): Tensor {
  const has = x.shape[axis]!
  if (has === size) return x
  const edge = slice(x, axis, has - 1, has)
  return concat([x, ...Array.from({ length: size - has }, () => edge)], axis)
}
