/**
 * Convolutions in ONNX Runtime's blocked layout, [N, C / B, H, W, B], which its fastest CPU kernels work in.
 *
 * The runtime switches to that layout by itself only where kernels are constants. Its operators can be called directly,
 * though, and then weights that change every step, as in training, run as fast: the kernel is brought into blocks by a
 * transpose and a gather of whole blocks, which cost little beside the convolution. B is 16 or 8 by processor
 * (see `../../runtime/block-size.ts`); without blocks, `blockedConv` returns undefined and a plain Conv is used.
 */
import type { Window } from '../../graph/ops.ts'
import { sizeOf } from '../../graph/shape.ts'
import { fromBlocks, nchwc, toBlocks } from './blocks.ts'
import type { Context } from './context.ts'
import { padAxes, reshapeTo, transposeTo } from './movement.ts'
import type { Typed } from './rule.ts'
import { windowAttributes } from './window.ts'

/** A kernel `[O, C, …K]`; `turned`: with inputs and outputs exchanged and every tap list reversed. */
export interface Kernel {
  readonly name: string
  readonly shape: readonly number[]
  readonly turned: boolean
  /** `[O]`, added to every channel of the result. */
  readonly bias?: string | undefined
}

/**
 * The convolution of `x` with a kernel, or undefined if the blocked kernels do not support it.
 *
 * @param plus a tensor of the result's shape that is added to it, if the kernel has a bias
 */
export function blockedConv(
  context: Context,
  x: string,
  from: Typed,
  kernel: Kernel,
  window: Window,
  plus?: string,
): string | undefined {
  const { block } = context.target
  const [rows, columns, ...taps] = kernel.shape as [number, number, ...number[]]
  const [out, channels] = kernel.turned ? [columns, rows] : [rows, columns]
  if (block === undefined || taps.length !== 2 || window.groups !== 1 || from.dtype !== 'float32') return undefined
  if (channels % block !== 0 && channels >= block) return undefined
  // A kernel that is kept as it is stored is also brought into blocks in every run: that pays where it meets many places.
  if (context.fed.has(kernel.name) && from.shape[0]! * sizeOf(from.shape.slice(2)) < leastPlaces) return undefined

  const filter = (kernel.turned ? turnedFilter : straightFilter)(context, kernel, block)
  // Fewer channels than a block are read from the plain layout.
  const input = channels < block ? x : toBlocks(context, x)
  const bias = kernel.bias === undefined ? [] : [padToBlock(context, kernel.bias, 1, 0, out, block)]
  const sum = plus === undefined ? [] : [toBlocks(context, plus)]
  const y = context.emit('Conv', [input, filter, ...bias, ...sum], windowAttributes(window, taps), nchwc)
  return fromBlocks(context, y, out)
}

/** Places of all items from which on a kernel's way into blocks costs less than it gains. */
const leastPlaces = 4096

const roundUp = (size: number, block: number): number => Math.ceil(size / block) * block

/** Zeros behind axis `axis` up to a whole number of blocks. */
function padToBlock(context: Context, name: string, rank: number, axis: number, size: number, block: number): string {
  return padAxes(context, name, rank, [axis], [0], [roundUp(size, block) - size], context.fill('float32', 0, []))
}

/**
 * `[O, C, K]` → blocks `[O / B, C / B, K, B in, B out]`, or `[O / B, C, K, B out]` where C < B. A plain transpose brings
 * the outputs together, `[C, K, O / B, B]`; whole blocks are then put in order.
 */
function straightFilter(context: Context, { name, shape }: Kernel, block: number): string {
  const [out, channels, ...kernel] = shape as [number, number, ...number[]]
  const taps = sizeOf(kernel)
  const blocks = roundUp(out, block) / block
  const padded = padToBlock(context, name, shape.length, 0, out, block)
  const rows = transposeTo(context, reshapeTo(context, padded, [blocks * block, channels * taps]), [1, 0])
  const place = (ob: number, c: number, tap: number): number => (c * taps + tap) * blocks + ob
  const order = context.places(`kernel ${[out, channels, taps, block]}`, () =>
    channels < block
      ? places(blocks, 1, channels, taps, (ob, _, c, tap) => place(ob, c, tap))
      : places(blocks, channels / block, taps, block, (ob, cb, tap, c) => place(ob, cb * block + c, tap)),
  )
  return inOrder(context, rows, order, block, [blocks * block, channels, ...kernel])
}

/** `[O, C, K]` → blocks of the turned kernel, `[C / B, O / B, K reversed, B in (of O), B out (of C)]`, in the same way. */
function turnedFilter(context: Context, { name, shape }: Kernel, block: number): string {
  const [inputs, columns, ...kernel] = shape as [number, number, ...number[]]
  const taps = sizeOf(kernel)
  const blocks = roundUp(columns, block) / block
  const padded = padToBlock(context, name, shape.length, 1, columns, block)
  const rows = transposeTo(context, reshapeTo(context, padded, [inputs * blocks * block, taps]), [1, 0])
  const place = (cb: number, o: number, tap: number): number => ((taps - 1 - tap) * inputs + o) * blocks + cb
  const order = context.places(`turned kernel ${[inputs, columns, taps, block]}`, () =>
    inputs < block
      ? places(blocks, 1, inputs, taps, (cb, _, o, tap) => place(cb, o, tap))
      : places(blocks, inputs / block, taps, block, (cb, ob, tap, o) => place(cb, ob * block + o, tap)),
  )
  return inOrder(context, rows, order, block, [blocks * block, inputs, ...kernel])
}

/** Numbers of blocks, the last index the fastest. */
function places(
  a: number,
  b: number,
  c: number,
  d: number,
  at: (i: number, j: number, k: number, l: number) => number,
): Int32Array {
  const list = new Int32Array(a * b * c * d)
  let n = 0
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        for (let l = 0; l < d; l++) list[n++] = at(i, j, k, l)
      }
    }
  }
  return list
}

/** Blocks of `block` elements, put in order and named as a filter of this shape. */
function inOrder(context: Context, rows: string, order: string, block: number, shape: readonly number[]): string {
  const blocks = reshapeTo(context, rows, [sizeOf(shape) / block, block])
  return reshapeTo(context, context.emit('Gather', [blocks, order], { axis: 0 }), shape)
}
