/**
 * A small convolutional classifier: it tells the class of samples, and its features measure their distance from data.
 * Every level halves the picture first, so that most of the work is done at a quarter of the pixels or fewer.
 */
import { add, mean, silu } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { convolution, groupNorm, linear } from './layers.ts'
import type { Scope } from './parameters.ts'

/** The architecture; it takes images of any size. */
export interface ClassifierConfig {
  readonly classes: number
  /** Channels at half, quarter, eighth … resolution, multiples of 4; by default [16, 64, 64]. */
  readonly channels?: readonly number[]
}

/** The outputs of the classifier for a batch. */
export interface Classified {
  /** `[N, classes]` */
  readonly logits: Tensor
  /** `[N, last of channels]`: the input of the last layer. */
  readonly features: Tensor
}

/** Declares the classifier in `scope` and applies it to `x [N, C, H, W]`. */
export function classify(scope: Scope, x: Tensor, { classes, channels = [16, 64, 64] }: ClassifierConfig): Classified {
  let h = x
  channels.forEach((width, level) => {
    const at = scope.child(`level${level}`)
    const layer = (name: string, from: Tensor, stride = 1): Tensor =>
      silu(groupNorm(at.child(`norm${name}`), convolution(at.child(`conv${name}`), from, width, { stride }), 4, 1e-5))
    h = layer('1', h, 2)
    h = add(h, layer('2', h))
  })
  const features = mean(h, [2, 3])
  return { features, logits: linear(scope.child('head'), features, classes) }
}
