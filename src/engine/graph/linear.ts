/** Products of tensors: matrix multiplication and convolutions. */
import { convExtent } from './infer.ts'
import type { Window } from './ops.ts'
import { node } from './tensor.ts'
import type { Tensor } from './tensor.ts'

/** `a · b` over the last two axes, each transposed first on request; leading axes broadcast. */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor {
  return node('matmul', [a, b], { transposeA, transposeB })
}

type PerAxis = number | readonly number[]

/** Options of a convolution; a number holds for every spatial dimension. */
export interface ConvOptions {
  readonly stride?: PerAxis
  /** Zeros on both sides, or `[before, after]` for every dimension. */
  readonly padding?: number | readonly (readonly [number, number])[]
  readonly dilation?: PerAxis
  readonly groups?: number
}

function windowOf(rank: number, { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions): Window {
  const spread = (value: PerAxis): readonly number[] =>
    typeof value === 'number' ? Array.from({ length: rank }, () => value) : value
  const around = typeof padding === 'number' ? spread(padding).map((amount) => [amount, amount] as const) : padding
  return { stride: spread(stride), padding: around, dilation: spread(dilation), groups }
}

/**
 * Cross-correlation of `x [N, C, …S]` with kernels `w [O, C / groups, …K]`, in one, two or more dimensions.
 *
 * @example
 * conv(x, w, { padding: 1 }) // a 3×3 kernel that keeps height and width
 */
export function conv(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  return node('conv', [x, w], windowOf(x.shape.length - 2, options))
}

/**
 * The transpose of {@link conv}: `x [N, C, …S]` with kernels `w [C, O / groups, …K]` (as PyTorch's ConvTranspose).
 * The size is `(S − 1) · stride − padding + dilation · (K − 1) + 1 + outputPadding`.
 */
export function convTranspose(
  x: Tensor,
  w: Tensor,
  options: ConvOptions & { readonly outputPadding?: number } = {},
): Tensor {
  const window = windowOf(x.shape.length - 2, options)
  const size = x.shape.slice(2).map((dim, axis) => {
    const [before, after] = window.padding[axis]!
    return (
      (dim - 1) * window.stride[axis]! -
      before -
      after +
      window.dilation[axis]! * (w.shape[axis + 2]! - 1) +
      1 +
      (options.outputPadding ?? 0)
    )
  })
  return convInput(x, w, window, size)
}

/** The gradient of conv in its input, of spatial size `size`. */
export function convInput(dy: Tensor, w: Tensor, window: Window, size: readonly number[]): Tensor {
  return node('convInput', [dy, w], { ...windowFields(window), size })
}

/** The gradient of conv in its kernel, of spatial size `kernel`. */
export function convWeight(x: Tensor, dy: Tensor, window: Window, kernel: readonly number[]): Tensor {
  return node('convWeight', [x, dy], { ...windowFields(window), kernel })
}

/** conv with a complete window. */
export function convWindow(x: Tensor, w: Tensor, window: Window): Tensor {
  return node('conv', [x, w], windowFields(window))
}

function windowFields({ stride, padding, dilation, groups }: Window): Window {
  return { stride, padding, dilation, groups }
}

export { convExtent }
