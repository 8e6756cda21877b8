/** The law of data given a code, with its values as the network sees them. */
import { decoderLaw, type DecoderLaw, type DecoderLawName } from '../../diffusion/latent/index.ts'
import type { Bins } from '../../diffusion/likelihood/discretised-gaussian.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import { areBytes } from '../../files/data/normalise.ts'

/** A law with its numbers. */
export interface ModelLaw {
  readonly name: DecoderLawName
  /** Its width, of data as the network sees them; undefined where it has none. */
  readonly sigma: number | undefined
  /** Of `discretised`: how many values there are. */
  readonly shades: number | undefined
}

/** The values of data of so many shades. */
export function valuesOfLaw({ shades }: Pick<ModelLaw, 'shades'>): Bins {
  return { low: -1, high: 1, ...(shades !== undefined && { count: shades }) }
}

/** The expression of a law. */
export function expressionOf(law: Pick<ModelLaw, 'name' | 'shades'>): DecoderLaw {
  return decoderLaw(law.name, valuesOfLaw(law))
}

/**
 * The law by which likelihoods are reported. Bytes have probabilities and no densities: where a Gaussian was fitted to them, its mass
 * in their bins counts, with the same mean and width.
 */
export function reportedLaw(law: ModelLaw, scale: DataScale): ModelLaw {
  return law.name === 'gaussian' && areBytes(scale) ? { ...law, name: 'discretised', shades: 256 } : law
}
