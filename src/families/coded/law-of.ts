/** The law of data given a code, with its values as the network sees them. */
import { decoderLaw, type DecoderLaw, type DecoderLawName, decoderLawNames } from '../../diffusion/latent/index.ts'
import type { Bins } from '../../diffusion/likelihood/discretised-gaussian.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import { areBytes } from '../../files/data/normalise.ts'
import { TweedieError } from '../../errors.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'

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

/** The law that `tweedie.json` records. @throws TweedieError `model` for one that is not known */
export function lawOfMeta({ objective }: TweedieMeta): ModelLaw {
  const { name, sigma, shades } = Object(objective.law) as Partial<Record<keyof ModelLaw, unknown>>
  const isWidth = typeof sigma === 'number' && sigma > 0
  const isCount = Number.isInteger(shades) && (shades as number) >= 2 && (shades as number) <= 65_536
  const known = decoderLawNames.includes(name as DecoderLawName)
  if (!known || (name !== 'bernoulli' && !isWidth) || (name === 'discretised' && !isCount)) {
    throw new TweedieError('model', `tweedie.json: objective.law is ${JSON.stringify(objective.law)}`, {
      hint: `a name (${decoderLawNames.join(', ')}), a positive sigma, and of discretised the number of shades`,
    })
  }
  return {
    name: name as DecoderLawName,
    sigma: isWidth ? sigma : undefined,
    shades: isCount ? (shades as number) : undefined,
  }
}
