/** Reference rules of matrix products and convolutions. */
import { dtypeOf } from '../dtype.ts'
import type { Window } from '../ops.ts'
import { broadcastShapes, sizeOf } from '../shape.ts'
import type { Shape } from '../shape.ts'
import { indices, offsetBroadcast, offsetOf, storage, tabulate } from './value.ts'
import type { ReferenceRules, Value } from './value.ts'

export const linearRules: ReferenceRules<'matmul' | 'conv' | 'convInput' | 'convWeight'> = {
  matmul: ({ transposeA, transposeB }, a, b) => {
    const [rows, columns] = a.shape.slice(-2) as [number, number]
    const [m, inner] = transposeA ? [columns, rows] : [rows, columns]
    const n = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!
    const stack = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
    return tabulate([...stack, m, n], dtypeOf(a.data), (index) => {
      const [row, column] = index.slice(-2) as [number, number]
      const matrix = [...index.slice(0, -2), 0, 0]
      const [left, right] = [offsetBroadcast(matrix, a.shape), offsetBroadcast(matrix, b.shape)]
      let total = 0
      for (let k = 0; k < inner; k++) {
        const i = transposeA ? k * m + row : row * inner + k
        const j = transposeB ? column * inner + k : k * n + column
        total += a.data[left + i]! * b.data[right + j]!
      }
      return total
    })
  },

  conv: (window, x, w) => {
    const extent = x.shape.slice(2).map((size, axis) => positions(size, w.shape[axis + 2]!, window, axis))
    const y = zeros([x.shape[0]!, w.shape[0]!, ...extent], x)
    convolution(window, x.shape, w.shape, y.shape, (i, j, k) => (y.data[k]! += x.data[i]! * w.data[j]!))
    return y
  },

  convInput: ({ size, ...window }, dy, w) => {
    const dx = zeros([dy.shape[0]!, w.shape[1]! * window.groups, ...size], dy)
    convolution(window, dx.shape, w.shape, dy.shape, (i, j, k) => (dx.data[i]! += dy.data[k]! * w.data[j]!))
    return dx
  },

  convWeight: ({ kernel, ...window }, x, dy) => {
    const dw = zeros([dy.shape[1]!, x.shape[1]! / window.groups, ...kernel], x)
    convolution(window, x.shape, dw.shape, dy.shape, (i, j, k) => (dw.data[j]! += x.data[i]! * dy.data[k]!))
    return dw
  },
}

const zeros = (shape: Shape, like: Value): Value => ({ shape, data: storage(dtypeOf(like.data), sizeOf(shape)) })

/** In how many places a kernel fits, counted one by one. */
function positions(size: number, kernel: number, { stride, padding, dilation }: Window, axis: number): number {
  const [before, after] = padding[axis]!
  let count = 0
  for (let from = -before; from + dilation[axis]! * (kernel - 1) < size + after; from += stride[axis]!) count++
  return count
}

/**
 * The sum that defines a convolution, `y[n, o, p] = Σ_{c, k} x[n, c, p·stride − before + k·dilation] w[o, c, k]`, term by
 * term: `visit(i, j, k)` for every product of `x[i]` and `w[j]` that `y[k]` holds. Read the other way, the same terms are
 * the transposes in x and in w.
 */
function convolution(
  window: Window,
  [batch, channels, ...size]: Shape,
  [outputs, perGroup, ...kernel]: Shape,
  [, , ...extent]: Shape,
  visit: (i: number, j: number, k: number) => void,
): void {
  const touching = contacts(window, size, kernel, extent)
  for (let n = 0; n < batch!; n++) {
    for (let o = 0; o < outputs!; o++) {
      const group = Math.floor(o / (outputs! / window.groups))
      for (let c = 0; c < perGroup!; c++) {
        const x = (n * channels! + group * perGroup! + c) * sizeOf(size)
        const w = (o * perGroup! + c) * sizeOf(kernel)
        const y = (n * outputs! + o) * sizeOf(extent)
        for (const [from, tap, to] of touching) visit(x + from, w + tap, y + to)
      }
    }
  }
}

/** Places, within one channel, of the input element, the kernel tap and the output element that meet. */
function contacts(
  { stride, padding, dilation }: Window,
  size: Shape,
  kernel: Shape,
  extent: Shape,
): (readonly [from: number, tap: number, to: number])[] {
  return [...indices(extent)].flatMap((to) =>
    [...indices(kernel)].flatMap((tap) => {
      const from = to.map((at, axis) => at * stride[axis]! - padding[axis]![0] + tap[axis]! * dilation[axis]!)
      const inside = from.every((at, axis) => at >= 0 && at < size[axis]!)
      return inside ? [[offsetOf(from, size), offsetOf(tap, kernel), offsetOf(to, extent)] as const] : []
    }),
  )
}
