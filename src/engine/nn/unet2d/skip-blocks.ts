/**
 * Blocks of NCSN++: besides the features, a small image is carried along, which every resolution reads on the way down
 * and adds to on the way up.
 * Names and numbers of groups are those of diffusers' `SkipDownBlock2D`, `AttnSkipDownBlock2D` and their counterparts.
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), appendix H, https://arxiv.org/abs/2011.13456
 */
import { add, concat, silu } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { convolution, groupNorm } from '../layers.ts'
import type { Scope } from '../parameters.ts'
import { attend, type BlockContext, groupsOf, resnet } from './blocks.ts'
import { firDownsample, firUpsample } from './fir.ts'

/** Residual sums are divided by it. */
const scale = Math.SQRT2
/** Groups of the norms before attention. */
const attentionGroups = 32
const own = { scale, groups: null }

/** The settings of a block. */
export interface SkipBlock {
  readonly channels: number
  readonly layers: number
  readonly attends: boolean
  /** Whether the resolution changes at its end. */
  readonly resizes: boolean
}

/** Features, and the small image beside them. */
export interface Pair {
  readonly h: Tensor
  readonly image: Tensor | undefined
}

/** One resolution on the way down; `skips` receives the activations for the way up. */
export function skipDown(
  scope: Scope,
  { h, image }: Pair,
  block: SkipBlock,
  context: BlockContext,
  skips: Tensor[],
): Pair {
  const { channels, layers, attends, resizes } = block
  for (let layer = 0; layer < layers; layer++) {
    h = resnet(scope.child('resnets').child(layer), h, channels, context, own)
    if (attends) h = attend(scope.child('attentions').child(layer), h, context, { groups: attentionGroups, scale })
    skips.push(h)
  }
  if (!resizes) return { h, image }
  h = resnet(scope.child('resnet_down'), h, channels, context, { ...own, resample: 'down', filtered: true })
  const smaller = firDownsample(image!)
  h = add(convolution(scope.child('skip_conv'), smaller, channels, { kernel: 1 }), h)
  skips.push(h)
  return { h, image: smaller }
}

/** One resolution on the way up; takes the activations of the way down from the end of `waiting`. */
export function skipUp(
  scope: Scope,
  { h, image }: Pair,
  block: SkipBlock,
  context: BlockContext,
  waiting: Tensor[],
): Pair {
  const { channels, layers, attends, resizes } = block
  for (let layer = 0; layer < layers; layer++) {
    const skip = waiting.pop()!
    const features = h.shape[1]!
    // as in diffusers for blocks with attention
    const groups = attends ? Math.min(features + Math.floor(skip.shape[1]! / 4), 32) : null
    h = resnet(scope.child('resnets').child(layer), concat([h, skip], 1), channels, context, {
      ...own,
      groups,
      groupsOut: null,
    })
  }
  if (attends) h = attend(scope.child('attentions').child(0), h, context, { groups: attentionGroups, scale })
  const larger = image && firUpsample(image)
  if (!resizes) return { h, image: larger }
  const normal = groupNorm(scope.child('skip_norm'), h, groupsOf(null, channels), context.epsilon)
  const seen = convolution(scope.child('skip_conv'), silu(normal), imageChannels)
  h = resnet(scope.child('resnet_up'), h, channels, context, { ...own, resample: 'up', filtered: true })
  return { h, image: larger ? add(larger, seen) : seen }
}

/** The image beside the features has three channels, as in diffusers. */
export const imageChannels = 3
