/** The blocks of a U-Net: residual block, attention, halving and doubling of the resolution. Names are diffusers'. */
import { add, averagePool, mul, reshape, slice, split, transpose, upsample } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { selfAttention } from '../attention.ts'
import { convolution, groupNorm, linear } from '../layers.ts'
import type { Initializer, Scope } from '../parameters.ts'
import type { Resample } from './fields.ts'
import { firDownsample, firUpsample } from './fir.ts'

/** What all blocks share. */
export interface BlockContext {
  /** The activated time (and class) embedding `[N, E]`; left out: blocks know no time, as in an autoencoder. */
  readonly time?: Tensor
  readonly act: (x: Tensor) => Tensor
  readonly drop: (x: Tensor) => Tensor
  /** Groups of norms; null: a quarter of the channels, at most 32. */
  readonly groups: number | null
  readonly epsilon: number
  /** Whether time scales and shifts the second norm, instead of being added before it. */
  readonly scaleShift: boolean
  /** Features of an attention head; null: one head. */
  readonly headDim: number | null
  /** First values of the last weights of every branch that is added to what is there already; left out: those of other weights. */
  readonly last?: Initializer | undefined
  /** What images do to each other behind every layer, such as the frames of a video; left out: nothing. */
  readonly across?: ((scope: Scope, x: Tensor) => Tensor) | undefined
  /** Images side by side as one, such as the frames of a video, for the attention in the middle; left out: it sees single images. */
  readonly together?: ((attend: (x: Tensor) => Tensor, x: Tensor) => Tensor) | undefined
}

/** Options of {@link resnet}. */
export interface ResnetOptions {
  /** Also change the resolution, before the first convolution. */
  readonly resample?: 'down' | 'up'
  /** The residual sum is divided by it. */
  readonly scale?: number
  /** Groups of the first norm, if not those of all blocks. */
  readonly groups?: number | null
  /** Groups of the second norm, if not those of the first. */
  readonly groupsOut?: number | null
  /** Whether the resolution changes by a filter, and the short cut is a convolution even where the channels stay. */
  readonly filtered?: boolean
}

/** The number of groups of a norm over so many channels. */
export function groupsOf(groups: number | null, channels: number): number {
  return groups ?? Math.min(Math.floor(channels / 4), 32)
}

/**
 * Residual block: `(x + conv2(drop(act(norm2(conv1(act(norm1(x))) + time))))) / scale`, without `time` if there is none; a 1×1 convolution on the short
 * cut where the channels differ. `x [N, C, H, W] → [N, channels, H', W']`.
 */
export function resnet(scope: Scope, x: Tensor, channels: number, context: BlockContext, options: ResnetOptions = {}) {
  const { act, drop, epsilon, time, scaleShift, last } = context
  const { resample, scale = 1, filtered = false } = options
  const { groups = context.groups, groupsOut = groups } = options
  const resized = (h: Tensor): Tensor => {
    if (resample === 'down') return filtered ? firDownsample(h) : averagePool(h, [2, 2])
    if (resample === 'up') return filtered ? firUpsample(h) : upsample(h, [2, 2])
    return h
  }

  let h = resized(act(groupNorm(scope.child('norm1'), x, groupsOf(groups, x.shape[1]!), epsilon)))
  h = convolution(scope.child('conv1'), h, channels)
  const [first, second] = time ? timeTerms(scope.child('time_emb_proj'), time, channels, scaleShift) : []
  if (first && !second) h = add(h, first)
  h = groupNorm(scope.child('norm2'), h, groupsOf(groupsOut, channels), epsilon)
  if (first && second) h = add(mul(h, add(first, 1)), second)
  h = convolution(scope.child('conv2'), drop(act(h)), channels, last && { init: last })

  const short = resized(x)
  const same = x.shape[1] === channels && !filtered
  return rescale(
    add(same ? short : convolution(scope.child('conv_shortcut'), short, channels, { kernel: 1 }), h),
    scale,
  )
}

/** What time adds to every channel; or its scale and its shift of them. Each is `[N, channels, 1, 1]`. */
function timeTerms(scope: Scope, time: Tensor, channels: number, scaleShift: boolean): Tensor[] {
  const terms = linear(scope, time, scaleShift ? 2 * channels : channels)
  return split(reshape(terms, [...terms.shape, 1, 1]), 1, scaleShift ? [channels, channels] : [channels])
}

/**
 * Self-attention over the pixels, with a residual connection: `(x + to_out(attention(norm(x)))) / scale`.
 *
 * @param options `groups`: of the norm in front, 0: none
 */
export function attend(
  scope: Scope,
  x: Tensor,
  { epsilon, groups: shared, headDim, last }: BlockContext,
  { groups = shared, scale = 1 }: { readonly groups?: number | null; readonly scale?: number } = {},
): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const normal = groups === 0 ? x : groupNorm(scope.child('group_norm'), x, groupsOf(groups, channels), epsilon)
  const tokens = transpose(reshape(normal, [batch, channels, height * width]), [0, 2, 1])
  const out = selfAttention(scope, tokens, channels / (headDim ?? channels), { out: last })
  return rescale(add(x, reshape(transpose(out, [0, 2, 1]), x.shape)), scale)
}

/** Behind layer `layer` of a block: what images do to each other, if they do anything. */
export function acrossImages(block: Scope, layer: number, x: Tensor, { across }: BlockContext): Tensor {
  return across ? across(block.child('across').child(layer), x) : x
}

/** Half the resolution: a convolution of stride 2, or a residual block that averages. */
export function downsample(scope: Scope, x: Tensor, type: Resample, padding: 0 | 1, context: BlockContext): Tensor {
  const channels = x.shape[1]!
  if (type === 'resnet') return resnet(scope, x, channels, context, { resample: 'down' })
  const edge = [padding, 1] as const
  return convolution(scope.child('conv'), x, channels, { stride: 2, padding: [edge, edge] })
}

/**
 * Twice the resolution: every pixel repeated, then a convolution; or a residual block that does it.
 *
 * @param size of the result, if the last row or column is left out: what was halved had an odd size
 */
export function doubled(
  scope: Scope,
  x: Tensor,
  type: Resample,
  context: BlockContext,
  size?: readonly [height: number, width: number],
): Tensor {
  const channels = x.shape[1]!
  if (type === 'resnet') return resnet(scope, x, channels, context, { resample: 'up' })
  const large = upsample(x, [2, 2])
  const [height, width] = size ?? (large.shape.slice(2) as [number, number])
  return convolution(scope.child('conv'), slice(slice(large, 2, 0, height), 3, 0, width), channels)
}

const rescale = (x: Tensor, scale: number): Tensor => (scale === 1 ? x : mul(x, 1 / scale))
