/** The specification of a training run on noisy embeddings: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { type NoiseSpec, scheduleNames, scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { checkBaseSpec, requirePositive } from '../../tools/train/spec.ts'
import { noiseSchema, specParser } from '../spec-parser.ts'
import type { SpecFor } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { requirePart } from '../part.ts'
import type { EmbeddingModel } from './model.ts'

/** A training run on tokens as noisy embeddings, which are learned with the network (Diffusion-LM). */
export interface EmbeddedTrainSpec extends SpecFor<EmbeddingModel> {
  readonly embeddings: {
    /** The noise schedule; its noise at time 0 is that of x₀ around its embedding. */
    readonly noise: NoiseSpec
  }
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => EmbeddedTrainSpec = specParser<EmbeddedTrainSpec>({
  embeddings: z.looseObject({ noise: noiseSchema }),
})

/**
 * Refuses impossible values. @throws TweedieError `usage` that names the field, `model` for an own noise schedule that
 * was not passed
 */
export function checkEmbeddedSpec(spec: EmbeddedTrainSpec, own: OwnComponents = {}): void {
  const { noise } = spec.embeddings
  checkBaseSpec(spec)
  if ('table' in noise) requirePositive({ levels: noise.levels })
  else requirePart(own, 'schedules', noise.schedule, scheduleNames)
  scheduleOfNoise(noise, own.schedules)
}
