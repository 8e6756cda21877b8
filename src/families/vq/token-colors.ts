/** Colours of tokens for pictures of their maps: tokens with vectors alike have colours alike. */
import type { QuantiserWeights } from '../../compiled/quantiser.ts'
import { sizeOf } from '../../engine/graph/index.ts'

/** The name of the codebook among the parameters. */
const codebook = 'quantize.embedding.weight'

/**
 * A colour `[red, green, blue]`, 0 … 255, for each token: the ranks of the first three numbers of its vector, spread evenly over the
 * brightness of a channel, so that vectors far from the others do not make them all alike.
 */
export function tokenColors({ autoencoder, layout, weights }: QuantiserWeights): readonly (readonly number[])[] {
  const { codes } = autoencoder
  const vectors = layout.view(weights, codebook)
  const size = sizeOf([vectors.length]) / codes
  const channels = [0, 1, 2].map((channel) => ranks(codes, (token) => vectors[token * size + (channel % size)]!))
  return Array.from({ length: codes }, (_, token) =>
    channels.map((rank) => Math.round((255 * rank[token]!) / Math.max(1, codes - 1))),
  )
}

/** The place of each of so many values in their order; of equal ones the first comes first. */
function ranks(count: number, value: (i: number) => number): Uint32Array {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => value(a) - value(b) || a - b)
  const rank = new Uint32Array(count)
  order.forEach((i, place) => (rank[i] = place))
  return rank
}
