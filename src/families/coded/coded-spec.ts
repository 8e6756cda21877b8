/** What specifications of models of codes have in common: the law of data given a code, and the bound that is made small. */
import type { DecoderLawName } from '../../diffusion/latent/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset, DataScale } from '../../files/data/dataset.ts'
import { areBytes } from '../../files/data/normalise.ts'
import { type BaseSpec, checkBaseSpec, requirePositive } from '../../tools/train/spec.ts'

/** The law of data given a code. */
export interface LawSpec {
  readonly name: DecoderLawName
  /** Of `discretised`: how many values there are. */
  readonly shades?: number | undefined
  /** Of laws with a width: σ at the beginning, of data as the network sees them. */
  readonly sigma?: number | undefined
}

/** What is made small. */
export interface BoundSpec {
  /** The weight of the divergence; 1: the evidence bound. */
  readonly klWeight: number
  /** Steps over which the weight rises in a straight line. */
  readonly warmup: number
  /** Nats without a penalty. */
  readonly freeBits: number
  /** Draws of each code; more than 1: the importance-weighted bound. */
  readonly draws: number
}

/** Both, in a specification. */
export interface CodedSpec extends BaseSpec {
  readonly law: LawSpec
  readonly bound: BoundSpec
}

/** Choices of a user: whatever is left out has a default. */
export interface CodedChoices {
  readonly law?: { readonly [K in keyof LawSpec]?: LawSpec[K] | undefined } | undefined
  readonly bound?: { readonly [K in keyof BoundSpec]?: BoundSpec[K] | undefined } | undefined
}

/** The evidence bound. */
export const plainBound: BoundSpec = Object.freeze({ klWeight: 1, warmup: 0, freeBits: 0, draws: 1 })

/** The default law: bytes have probabilities, other numbers densities. */
export function lawFor(scale: DataScale, { name, shades, sigma }: NonNullable<CodedChoices['law']> = {}): LawSpec {
  const bytes = areBytes(scale)
  const law = name ?? (bytes ? 'discretised' : 'gaussian')
  const count = shades ?? (bytes ? 256 : undefined)
  return {
    name: law,
    ...(law === 'discretised' && count !== undefined && { shades: count }),
    ...(law !== 'bernoulli' && { sigma: sigma ?? 0.3 }),
  }
}

/** Refuses impossible numbers, and those that would have no effect. @throws TweedieError `usage` that names the field */
export function checkCodedSpec(spec: CodedSpec): void {
  checkBaseSpec(spec)
  const { klWeight, warmup, freeBits, draws } = spec.bound
  requirePositive({ 'importance samples': draws, ...(spec.law.sigma !== undefined && { sigma: spec.law.sigma }) })
  for (const [name, value] of Object.entries({ 'kl weight': klWeight, 'kl warm-up': warmup, 'free bits': freeBits })) {
    if (value >= 0 && Number.isFinite(value)) continue
    throw new TweedieError('usage', `${name} is ${value}: must not be negative`)
  }
  if (draws > 1 && freeBits > 0) {
    throw new TweedieError('usage', '`freeBits` is for one draw: the importance-weighted bound has no divergence', {
      hint: '`importanceSamples: 1`, or no `freeBits`',
    })
  }
  if (klWeight === 0 && (warmup > 0 || freeBits > 0)) {
    throw new TweedieError('usage', '`klWeight: 0` leaves nothing for `warmupKl` and `freeBits`')
  }
}

/** Refuses options of the law that would have no effect, or are missing. @throws TweedieError `usage` */
export function requireLawEffect(
  { shades, sigma }: { readonly shades?: number | undefined; readonly sigma?: number | undefined },
  law: LawSpec,
  { name }: Pick<ArrayDataset, 'name'>,
): void {
  if (shades !== undefined && law.name !== 'discretised') {
    throw new TweedieError('usage', `\`shades\` is for \`decoderLaw: discretised\`, and the law is ${law.name}`)
  }
  if (law.name === 'discretised' && law.shades === undefined) {
    throw new TweedieError(
      'usage',
      `${name}: \`decoderLaw: discretised\` needs the number of values: these are no bytes`,
      {
        hint: '`shades: 17`, or however many there are, equally spaced',
      },
    )
  }
  if (sigma !== undefined && law.name === 'bernoulli') {
    throw new TweedieError('usage', '`sigma` is for laws with a width, and `decoderLaw: bernoulli` has none')
  }
}
