/** From codes to items: the mean of the decoder's law, or a draw from it. */
import { drawValues } from '../../diffusion/latent/index.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { fromNetwork } from '../../files/data/frame.ts'
import type { valueChoices } from '../choices.ts'
import { valuesOfLaw } from './law-of.ts'
import type { CodedModel } from './coded-model.ts'

/** What is shown of a law of data. */
export type ValueChoice = (typeof valueChoices)[number]

/** Pictures look better without noise; points without it lie where none are. */
export function usualChoice({ scale }: Pick<CodedModel, 'scale'>): ValueChoice {
  return scale.kind === 'image' ? 'mean' : 'sample'
}

/** Noise from N(0, I), `[count, size]`: of each item it depends on the seed and its own number alone. */
export function priorNoise(size: number, count: number, seed: number): Float32Array {
  const z = new Float32Array(count * size)
  const stream = fold(key(seed), 'code')
  for (let i = 0; i < count; i++) normal(fold(stream, i), z.subarray(i * size, (i + 1) * size))
  return z
}

/**
 * Items `[n, ...item]` as the network has them, from the decoder's outputs.
 *
 * @param draws `sample`: each item's own draw depends on the seed and its number alone
 */
export function itemsOf(
  { law, frame }: Pick<CodedModel, 'law' | 'frame'>,
  outputs: Float32Array,
  { draw, seed }: { readonly draw: ValueChoice; readonly seed: number },
): Float32Array {
  const means = law.name === 'bernoulli' ? outputs.map((logit) => Math.tanh(logit / 2)) : outputs
  const count = means.length / itemSize(frame.network)
  const items = fromNetwork(frame, means, new Float32Array(count * itemSize(frame.item)))
  if (draw === 'mean') return items
  const stream = fold(key(seed), 'values')
  const size = itemSize(frame.item)
  for (let i = 0; i < count; i++) {
    const mean = items.slice(i * size, (i + 1) * size)
    items.set(
      drawValues({ name: law.name, sigma: law.sigma ?? 0, values: valuesOfLaw(law) }, mean, fold(stream, i)),
      i * size,
    )
  }
  return items
}
