/** A small classifier of sets of points: the order of points means nothing to it. Qi et al., PointNet (2017). */
import { concat, mean, reduceMax, silu } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import type { Classified, ClassifierConfig } from './classified.ts'
import { layerNorm, linear } from './layers.ts'
import type { Scope } from './parameters.ts'
import { waves } from './point-waves.ts'

/** Features of a point, layer by layer. */
const widths = [48, 96] as const

/**
 * Declares the classifier in `scope` and applies it to `x [N, n, d]`: each point by itself through a few layers, then the largest and the mean of each feature
 * over all points, and two layers more.
 */
export function classifyCloud(scope: Scope, x: Tensor, { classes }: Pick<ClassifierConfig, 'classes'>): Classified {
  let h = waves(x, 3)
  widths.forEach((width, layer) => {
    const own = scope.child(`point${layer}`)
    h = silu(layerNorm(own.child('norm'), linear(own.child('linear'), h, width)))
  })
  const pooled = concat([reduceMax(h, 1), mean(h, 1)], 1)
  const features = silu(layerNorm(scope.child('norm'), linear(scope.child('set'), pooled, 128)))
  return { features, logits: linear(scope.child('head'), features, classes) }
}
