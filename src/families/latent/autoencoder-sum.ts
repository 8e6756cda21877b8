/** A checksum of an autoencoder: codes, and models of codes, belong to one autoencoder alone. */
import { partSum } from '../coded/part-sum.ts'
import type { VaeModel } from '../vae/model.ts'

/** Of its class, configuration, weights, and the law of data given a code. */
export function autoencoderSum({ law, ...part }: Pick<VaeModel, 'autoencoder' | 'weights' | 'law'>): string {
  return partSum(part, [law.name, law.sigma ?? null, law.shades ?? null])
}
