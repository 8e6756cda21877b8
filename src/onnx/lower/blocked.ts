/**
 * Convolutions in ONNX Runtime's blocked layout, [N, C / B, H, W, B], which its fastest CPU kernels work in.
 *
 * The runtime switches to that layout by itself only where kernels are constants. Its operators can be called directly,
 * though, and then weights that change every step, as in training, run as fast: the kernel is brought into blocks by a
 * transpose and a gather of whole blocks, which cost little beside the convolution. B is 16 or 8 by processor
 * (see `../../runtime/block-size.ts`); without blocks, `blockedConv` answers undefined and a plain Conv does it.
 */
import type { Window } from '../../graph/ops.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Context } from './context.ts'
import { padAxes, reshapeTo, transposeTo } from './movement.ts'
import type { Typed } from './rule.ts'
import { windowAttributes } from './window.ts'

const blocked = Object.freeze({ domain: 'com.microsoft.nchwc' })

/** A kernel `[O, C, …K]`; `turned`: with inputs and outputs exchanged and every tap list reversed. */
export interface Kernel {
  readonly name: string
  readonly shape: readonly number[]
  readonly turned: boolean
  /** `[O]`, added to every channel of the result. */
  readonly bias?: string
}

/** The convolution of `x` with a kernel, or undefined where the blocked kernels do not take it. */
export function blockedConv(
  context: Context,
  x: string,
  from: Typed,
  kernel: Kernel,
  window: Window,
): string | undefined {
  const { block } = context.target
  const [rows, columns, ...taps] = kernel.shape as [number, number, ...number[]]
  const [out, channels] = kernel.turned ? [columns, rows] : [rows, columns]
  if (block === undefined || taps.length !== 2 || window.groups !== 1 || from.dtype !== 'float32') return undefined
  if (channels % block !== 0 && channels >= block) return undefined

  const filter = (kernel.turned ? turnedFilter : straightFilter)(context, kernel, block)
  // Fewer channels than a block are read from the plain layout.
  const input = channels < block ? x : context.emit('ReorderInput', [x], {}, blocked)
  const bias = kernel.bias === undefined ? [] : [padToBlock(context, kernel.bias, 0, out, block)]
  const y = context.emit('Conv', [input, filter, ...bias], windowAttributes(window, taps), blocked)
  return context.emit('ReorderOutput', [y], { channels: out }, blocked)
}

const roundUp = (size: number, block: number): number => Math.ceil(size / block) * block

/** Zeros behind axis `axis` up to a whole number of blocks. */
function padToBlock(context: Context, name: string, axis: number, size: number, block: number): string {
  return padAxes(context, name, [axis], [0], [roundUp(size, block) - size], context.fill('float32', 0, []))
}

/** `[O, C, K]` → blocks `[O / B, C / B, K, B in, B out]`, or `[O / B, C, K, B out]` where C < B. */
function straightFilter(context: Context, { name, shape }: Kernel, block: number): string {
  const [out, channels, ...kernel] = shape as [number, number, ...number[]]
  const taps = sizeOf(kernel)
  const blocks = roundUp(out, block) / block
  const padded = reshapeTo(context, padToBlock(context, name, 0, out, block), [blocks, block, channels * taps])
  const rows = transposeTo(context, padded, [0, 2, 1])
  const order =
    channels < block
      ? undefined
      : places(blocks, channels / block, taps, block, (ob, cb, tap, c) => (ob * channels + cb * block + c) * taps + tap)
  return finish(context, rows, order, blocks * channels * taps, block, [blocks * block, channels, ...kernel])
}

/** `[O, C, K]` → blocks of the turned kernel, `[C / B, O / B, K reversed, B in (of O), B out (of C)]`. */
function turnedFilter(context: Context, { name, shape }: Kernel, block: number): string {
  const [rowsIn, columns, ...kernel] = shape as [number, number, ...number[]]
  const taps = sizeOf(kernel)
  const blocks = roundUp(columns, block) / block
  const padded = reshapeTo(context, padToBlock(context, name, 1, columns, block), [rowsIn * blocks, block, taps])
  const rows = transposeTo(context, padded, [0, 2, 1])
  const per = Math.min(rowsIn, block)
  const order = places(
    blocks,
    rowsIn / per,
    taps,
    per,
    (cb, ob, tap, o) => ((ob * per + o) * blocks + cb) * taps + (taps - 1 - tap),
  )
  return finish(
    context,
    rows,
    rowsIn < block ? reorderTaps(order, blocks, taps, per) : order,
    rowsIn * blocks * taps,
    block,
    [blocks * block, rowsIn, ...kernel],
  )
}

/** Row numbers in the order outer, inner, tap, lane. */
function places(
  outer: number,
  inner: number,
  taps: number,
  lanes: number,
  at: (o: number, i: number, tap: number, lane: number) => number,
): number[] {
  const list: number[] = []
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let tap = 0; tap < taps; tap++) {
        for (let lane = 0; lane < lanes; lane++) list.push(at(o, i, tap, lane))
      }
    }
  }
  return list
}

/** With fewer inputs than a block the layout has taps innermost: outer, lane, tap. */
function reorderTaps(order: readonly number[], outer: number, taps: number, lanes: number): number[] {
  return places(outer, 1, lanes, taps, (o, _, lane, tap) => order[(o * taps + tap) * lanes + lane]!)
}

function finish(
  context: Context,
  rows: string,
  order: readonly number[] | undefined,
  count: number,
  block: number,
  shape: readonly number[],
): string {
  const flat = reshapeTo(context, rows, [count, block])
  return reshapeTo(
    context,
    order === undefined ? flat : context.emit('Gather', [flat, context.int64(order)], { axis: 0 }),
    shape,
  )
}
