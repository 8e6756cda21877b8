/**
 * Convolutions of enlarged images as transposed ones. After nearest-neighbour enlargement by 2, a 3×3 kernel multiplies
 * each value of x twice along an axis, by neighbouring taps; adding these taps beforehand leaves four products out of
 * nine:
 *
 *     conv(upsample(x), w) = convTranspose(x, w₄),   w₄[c, o, j] = Σ_{k = 2 − j, 3 − j} w[o, c, k]   along either axis, 0 ≤ j < 4
 *
 * The gradients are then those of the transposed convolution, and nothing is enlarged.
 */
import { convInput, convWeight, convWindow, matmul } from '../linear.ts'
import { reshape, transpose } from '../movement.ts'
import type { Window } from '../ops.ts'
import { constant } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { usesOf } from '../traverse.ts'
import { replacements } from './replacements.ts'

/** Products of channels from which a transposed convolution is the faster one. */
const worthTransposing = 48 * 48

/** The window of the transposed convolution. */
const doubled: Window = {
  stride: [2, 2],
  padding: [1, 1].map((zeros) => [zeros, zeros] as const),
  dilation: [1, 1],
  groups: 1,
}

/**
 * Rewrites 3×3 convolutions of images that were enlarged by 2, and their gradients. Call it after `simplify`. Values change by
 * rounding only.
 *
 * @param atLeast product of the channels on both sides from which the forward direction is rewritten
 */
export function transposeUpsampled(outputs: readonly Tensor[], atLeast: number = worthTransposing): readonly Tensor[] {
  const uses = usesOf(outputs)
  const { now, over } = replacements()
  const kernels = new Map<Tensor, Tensor>()
  const wide = (w: Tensor): Tensor => {
    const known = kernels.get(w) ?? widened(now(w))
    kernels.set(w, known)
    return known
  }

  const rewritten = (tensor: Tensor): Tensor | undefined => {
    if (tensor.op === 'conv' && isSame(tensor.attributes, tensor.inputs[1]!.shape.slice(2))) {
      const [x, w] = tensor.inputs
      const small = beforeDoubling(x)
      if (!small || w.shape[0]! * w.shape[1]! < atLeast) return undefined
      return convInput(now(small), wide(w), doubled, tensor.shape.slice(2))
    }
    if (tensor.op === 'convWeight' && isSame(tensor.attributes, tensor.attributes.kernel)) {
      const [x, dy] = tensor.inputs
      const small = beforeDoubling(x)
      return small && narrowed(convWeight(now(dy), now(small), doubled, [4, 4]))
    }
    if (tensor.op === 'sumPool' && isDouble(tensor.attributes.factors)) {
      const [dx] = tensor.inputs
      if (dx.op !== 'convInput' || dx.dtype !== 'float32' || uses.get(dx) !== 1) return undefined
      const [dy, w] = dx.inputs
      return isSame(dx.attributes, w.shape.slice(2)) ? convWindow(now(dy), wide(w), doubled) : undefined
    }
    return undefined
  }

  return over(outputs, rewritten)
}

/** The tensor that was enlarged by 2. */
function beforeDoubling(x: Tensor): Tensor | undefined {
  return x.op === 'upsample' && isDouble(x.attributes.factors) && x.dtype === 'float32' ? x.inputs[0] : undefined
}

const isDouble = (factors: readonly number[]): boolean =>
  factors.length === 2 && factors.every((factor) => factor === 2)

/** Whether a window of 3×3 taps keeps height and width. */
function isSame({ stride, padding, dilation, groups }: Window, kernel: readonly number[]): boolean {
  const isOne = (each: number): boolean => each === 1
  return (
    kernel.length === 2 &&
    kernel.every((taps) => taps === 3) &&
    groups === 1 &&
    [...stride, ...dilation, ...padding.flat()].every(isOne)
  )
}

/** `[9, 16]`: which of 3×3 taps go into which of 4×4. */
const taps = ((): Tensor => {
  const goes = (from: number, to: number): boolean => from === 2 - to || from === 3 - to
  const table = Array.from({ length: 9 * 16 }, (_, i) => {
    const [from, to] = [Math.floor(i / 16), i % 16]
    return Number(goes(Math.floor(from / 3), Math.floor(to / 4)) && goes(from % 3, to % 4))
  })
  return constant(table, [9, 16])
})()

/** `[O, C, 3, 3]` → `[C, O, 4, 4]` */
function widened(w: Tensor): Tensor {
  const [out, channels] = w.shape as [number, number]
  return transpose(reshape(matmul(reshape(w, [out * channels, 9]), taps), [out, channels, 4, 4]), [1, 0, 2, 3])
}

/** The transpose of {@link widened}. */
function narrowed(dw: Tensor): Tensor {
  const [channels, out] = dw.shape as [number, number]
  const byOutput = reshape(transpose(dw, [1, 0, 2, 3]), [out * channels, 16])
  return reshape(matmul(byOutput, taps, { transposeB: true }), [out, channels, 3, 3])
}
