/** A checksum of an autoencoder: codes, and models of codes, belong to one autoencoder alone. */
import { checksum } from '../../files/io/checksum.ts'
import type { VaeModel } from '../vae/model.ts'

/** Fields of a configuration that change no weight and no code: how models of codes scale them. */
const scaling = new Set([
  'latents_mean',
  'latents_std',
  'scaling_factor',
  'shift_factor',
  '_class_name',
  '_diffusers_version',
])

/** Of its class, configuration, weights, and the law of data given a code. */
export function autoencoderSum({
  autoencoder,
  weights,
  law,
}: Pick<VaeModel, 'autoencoder' | 'weights' | 'law'>): string {
  const { className, config } = autoencoder
  const own = Object.entries(config)
    .filter(([name]) => !scaling.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const facts = JSON.stringify([className, own, law.name, law.sigma ?? null, law.shades ?? null])
  const { buffer, byteOffset, byteLength } = weights
  return checksum(new Uint8Array(buffer, byteOffset, byteLength), new TextEncoder().encode(facts))
}
