/**
 * Features of an untrained convolutional network: its random filters still respond to edges, textures and colours,
 * need no labels, and are the same for everyone with the same seed.
 *
 * Naeem et al., Reliable fidelity and diversity metrics for generative models (2020), which also tries random embeddings.
 */
import { concat, input, mean, silu, sizeOf } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { featureSet } from '../metrics/features.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { convolution } from '../../engine/nn/layers.ts'
import { layoutOf } from '../../engine/nn/layout.ts'
import { Scope, normalWith } from '../../engine/nn/parameters.ts'
import { fold, key } from '../../engine/random/index.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { FeatureNetwork } from './feature-network.ts'
import { mapBatches } from './map-batches.ts'

/** Channels at half, quarter and eighth resolution: the features are the means of all of them. */
const widths = [16, 24, 24]

/**
 * A random network for images of a shape.
 *
 * @param shape `[C, H, W]`
 */
export function randomFeatures(
  shape: readonly number[],
  engine: Engine,
  { seed = 0, ...session }: { readonly seed?: number } & Pick<SessionOptions, 'device' | 'threads'> = {},
): FeatureNetwork {
  return {
    name: 'random convolutions',
    id: `random-${widths.join('-')}-${seed}`,
    async extract(items, patience) {
      const size = sizeOf(shape)
      const batch = Math.min(100, items.length / size)
      const scope = new Scope()
      const features = build(scope, input('x', [batch, ...shape]))
      const layout = layoutOf(scope.specs)
      const params = initialize(layout, fold(key(seed), 'random features'))
      const constants = new Map(Array.from(layout.toMap(params), ([name, { data }]) => [name, data]))
      using program = await compile({ features }, engine, { ...session, constants })
      const run = async (x: Float32Array) => (await program.run({ x })) as { features: Float32Array }
      return featureSet((await mapBatches(items, size, batch, run, patience)).features, features.shape[1]!)
    },
  }
}

function build(scope: Scope, x: Tensor): Tensor {
  const means: Tensor[] = []
  let h = x
  widths.forEach((width, level) => {
    // Kaiming's spread keeps the size of activations from layer to layer.
    const init = normalWith(Math.sqrt(2 / (9 * h.shape[1]!)))
    h = silu(convolution(scope.child(`level${level}`), h, width, { stride: 2, init }))
    means.push(mean(h, [2, 3]))
  })
  return concat(means, 1)
}
