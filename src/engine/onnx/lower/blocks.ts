/**
 * Values in ONNX Runtime's blocked layout, [N, C / B, H, W, B], beside the plain one.
 *
 * A convolution reads and writes blocks. Operators that work element by element, along the channels or per channel work
 * on blocks too, so that nothing is reordered between convolutions. A value has its name in the plain layout, and
 * may have a second one in blocks; a reordering that nothing uses is left out at the end.
 */
import { sizeOf } from '../../graph/shape.ts'
import type { Context } from './context.ts'
import type { Typed } from './rule.ts'

/** The domain of the operators on blocks. */
export const nchwc = Object.freeze({ domain: 'com.microsoft.nchwc' })

/** Whether a value of this shape can be in blocks. */
export const hasBlocks = ({ target: { block } }: Context, { shape, dtype }: Typed): boolean =>
  block !== undefined && shape.length === 4 && dtype === 'float32' && shape[1]! % block === 0

/** The value in blocks, brought there if it is not yet. */
export const toBlocks = (context: Context, name: string): string =>
  context.blocks.get(name) ?? context.emit('ReorderInput', [name], {}, nchwc)

/** The plain name of a value that is in blocks, `channels` of them its own. */
export function fromBlocks(context: Context, blocked: string, channels: number): string {
  const { block } = context.target
  const plain = context.emit('ReorderOutput', [blocked], { channels }, nchwc)
  if (block !== undefined && channels % block === 0) context.blocks.set(plain, blocked)
  return plain
}

/**
 * The value of an operator that works in any layout, in blocks; undefined if it must be computed in the plain layout:
 * in a graph that does not stay in blocks, or if none of its operands is in blocks yet. Operands are as large as the
 * result but for their
 * channels, or have one element.
 */
export function overBlocks(
  context: Context,
  node: Typed & { readonly inputs: readonly Typed[] },
  names: readonly string[],
  make: (names: readonly string[]) => string,
): string | undefined {
  if (!context.staysInBlocks || !hasBlocks(context, node)) return undefined
  const isWhole = node.inputs.map(({ shape }) => sizeOf(shape) > 1)
  const alike = ({ shape }: Typed): boolean => shape.every((dim, axis) => axis === 1 || dim === node.shape[axis])
  const fits = node.inputs.every((each, i) => !isWhole[i] || (hasBlocks(context, each) && alike(each)))
  if (!fits || !names.some((name) => context.blocks.has(name))) return undefined
  const inBlocks = names.map((name, i) => (isWhole[i] ? toBlocks(context, name) : name))
  return fromBlocks(context, make(inBlocks), node.shape[1]!)
}
