/**
 * A small convolutional classifier: it tells the class of samples, and its features measure their distance from data.
 * Every level halves the picture first, so that most of the work is done at a quarter of the pixels or fewer.
 */
import { add, mean, silu } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import type { Classified, ClassifierConfig } from './classified.ts'
import { classifyCloud } from './cloud-classifier.ts'
import { convolution, groupNorm, linear } from './layers.ts'
import type { Scope } from './parameters.ts'

export type { Classified, ClassifierConfig } from './classified.ts'

/** Declares the classifier in `scope` and applies it to images `x [N, C, H, W]`, or to clouds `[N, n, d]`: see `classifyCloud`. */
export function classify(scope: Scope, x: Tensor, { classes, channels = [16, 64, 64] }: ClassifierConfig): Classified {
  if (x.shape.length === 3) return classifyCloud(scope, x, { classes })
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
