/** The specification of a training run of a variational autoencoder: everything that decides its result, as plain JSON. */
import * as z from 'zod'
import { type DecoderLawName, decoderLawNames } from '../../diffusion/latent/index.ts'
import { TweedieError } from '../../errors.ts'
import { checkBaseSpec, requirePositive } from '../../tools/train/spec.ts'
import type { SpecFor } from '../family.ts'
import { specParser } from '../spec-parser.ts'
import type { VaeModel } from './model.ts'

/** The law of data given a code. */
export interface LawSpec {
  readonly name: DecoderLawName
  /** Of `discretised`: how many values there are. */
  readonly shades?: number | undefined
  /** Of laws with a width: σ at the beginning, of data as the network sees them. */
  readonly sigma?: number | undefined
}

/** A training run of an autoencoder: `network` is its class and configuration. */
export interface VaeTrainSpec extends SpecFor<VaeModel> {
  readonly law: LawSpec
  readonly bound: {
    /** The weight of the divergence; 1: the evidence bound. */
    readonly klWeight: number
    /** Steps over which the weight rises in a straight line. */
    readonly warmup: number
    /** Nats without a penalty for each dimension or channel. */
    readonly freeBits: number
    /** Draws of each code; more than 1: the importance-weighted bound. */
    readonly draws: number
  }
}

const notNegative = z.number().min(0)

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => VaeTrainSpec = specParser<VaeTrainSpec>({
  law: z.object({
    name: z.enum(decoderLawNames),
    shades: z.int().min(2).max(65_536).optional(),
    sigma: z.number().positive().optional(),
  }),
  bound: z.object({
    klWeight: notNegative,
    warmup: z.int().min(0),
    freeBits: notNegative,
    draws: z.int().min(1).max(10_000),
  }),
})

/** Refuses impossible numbers, and those that would have no effect. @throws TweedieError `usage` that names the field */
export function checkVaeSpec(spec: VaeTrainSpec): void {
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
