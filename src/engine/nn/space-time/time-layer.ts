/** Layers along time: every place of the image sees itself in other frames. At first they change nothing. */
import { add, concat, matmul, pad, reshape, silu, slice, softmax, transpose } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { layerNorm, linear } from '../layers.ts'
import { zeros } from '../parameters.ts'
import type { Scope } from '../parameters.ts'
import { rotary } from '../rotary.ts'
import { fromTime, overTime } from './frames.ts'

/** What layers along time are made of. */
export const timeLayers = Object.freeze(['attention', 'convolution', 'both'] as const)

/** One of {@link timeLayers}. */
export type TimeLayer = (typeof timeLayers)[number]

/**
 * A layer along time with a residual connection, `x [N · T, C, H, W]`, same shape. Its last weights begin at zero, so at first it is the identity.
 * Ho et al., Video Diffusion Models (2022), section 3, https://arxiv.org/abs/2204.03458
 *
 * @param headDim at most so many features to a head of attention
 */
export function timeLayer(scope: Scope, x: Tensor, frames: number, kind: TimeLayer, headDim: number): Tensor {
  let h = overTime(x, frames)
  if (kind !== 'attention') h = add(h, timeConvolution(scope.child('time_conv'), h))
  if (kind !== 'convolution') h = add(h, timeAttention(scope.child('time_attention'), h, headDim))
  return fromTime(h, x.shape)
}

/**
 * A convolution of three taps along the first axis, padded by zeros, behind a norm: `x [T, B, C]`, same shape. The response to a clip that comes
 * later is the same response, later.
 */
export function timeConvolution(scope: Scope, x: Tensor): Tensor {
  const [frames, , channels] = x.shape as [number, number, number]
  const wide = pad(silu(layerNorm(scope.child('norm'), x)), [1, 0, 0], [1, 0, 0])
  const taps = concat(
    [0, 1, 2].map((from) => slice(wide, 0, from, from + frames)),
    2,
  )
  return linear(scope.child('conv'), taps, channels, { init: zeros })
}

/**
 * Attention along the first axis, behind a norm: `x [T, B, C]`, same shape. Queries and keys are turned by their frame (rotary positions), so that
 * what a frame sees in another depends on how far apart they are, for any number of frames.
 */
export function timeAttention(scope: Scope, x: Tensor, headDim: number): Tensor {
  const [frames, batch, channels] = x.shape as [number, number, number]
  const features = featuresOf(channels, headDim)
  const heads = channels / features
  const normal = layerNorm(scope.child('norm'), x)
  const project = (name: string): Tensor => linear(scope.child(name), normal, channels, { bias: false })
  // [T, B · heads, d] → [B · heads, T, d]
  const byHead = (h: Tensor): Tensor => transpose(h, [1, 0, 2])
  const q = byHead(rotary(project('to_q'), heads, 1 / Math.sqrt(features)))
  const k = byHead(rotary(project('to_k'), heads))
  const v = byHead(reshape(project('to_v'), [frames, batch * heads, features]))
  const seen = byHead(matmul(softmax(matmul(q, k, { transposeB: true })), v))
  return linear(scope.child('to_out').child(0), reshape(seen, x.shape), channels, { init: zeros })
}

/** Features of a head: the largest even divisor of the channels that is at most so large. */
function featuresOf(channels: number, most: number): number {
  for (let features = Math.min(channels, most); features > 2; features--) {
    if (channels % features === 0 && features % 2 === 0) return features
  }
  return 2
}
