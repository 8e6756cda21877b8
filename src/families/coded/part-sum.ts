/** A checksum of an autoencoder: codes, and models of codes, belong to one autoencoder alone. */
import type { AutoencoderWeights } from '../../compiled/autoencoder.ts'
import { checksum } from '../../files/io/checksum.ts'

/** Fields of a configuration that change no weight and no code: how models of codes scale them. */
const scaling = new Set([
  'latents_mean',
  'latents_std',
  'scaling_factor',
  'shift_factor',
  '_class_name',
  '_diffusers_version',
])

/** Of its class, configuration and weights. @param facts what else decides codes, and what is made of them */
export function partSum(
  { autoencoder, weights }: Pick<AutoencoderWeights, 'autoencoder' | 'weights'>,
  facts: readonly unknown[] = [],
): string {
  const { className, config } = autoencoder
  const own = Object.entries(config)
    .filter(([name]) => !scaling.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const { buffer, byteOffset, byteLength } = weights
  const text = JSON.stringify([className, own, ...facts])
  return checksum(new Uint8Array(buffer, byteOffset, byteLength), new TextEncoder().encode(text))
}
