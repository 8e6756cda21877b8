/** The specification of a training run on codes: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { SpecFor } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { parseSpec as parseValues } from '../values/parse-spec.ts'
import { checkSpec, type TrainSpec } from '../values/spec.ts'
import { checkJoint } from './joint/check.ts'
import type { LatentModel } from './model.ts'

/** A training run on the codes of an autoencoder, with Gaussian noise. */
export interface LatentTrainSpec
  extends SpecFor<LatentModel>, Pick<TrainSpec, 'patch' | 'objective' | 'noise' | 'flip' | 'fewSteps' | 'captions'> {
  /** The autoencoder: its folder, unless it was a model in memory, and its checksum. */
  readonly autoencoder: {
    readonly path?: string | undefined
    readonly sum: string
    /** Set where codes are scaled as the model has it that the autoencoder lies in. */
    readonly whole?: true | undefined
  }
  /** Set where the autoencoder goes on learning, together with the model of its codes: the network's share in the mixed score at first. */
  readonly joint?: { readonly mixture: number } | undefined
}

const schema = z.looseObject({
  autoencoder: z.object({ path: z.optional(z.string()), sum: z.string(), whole: z.optional(z.literal(true)) }),
  joint: z.optional(z.object({ mixture: z.number().check(z.gt(0), z.lt(1)) })),
})

/** A specification that was read from a file. */
export function parseSpec(value: unknown, source: string): LatentTrainSpec {
  const { autoencoder, joint } = parseConfig(schema, value, source)
  return { ...(parseValues(value, source) as object), autoencoder, ...(joint && { joint }) } as LatentTrainSpec
}

/** The run as one of values: those of the codes. Items are mirrored before they are encoded, and not their codes. */
export function asValues({ autoencoder: _, joint: __, ...spec }: LatentTrainSpec): TrainSpec {
  return { ...(spec as unknown as TrainSpec), family: 'values', flip: false }
}

/** Refuses impossible numbers, and unknown parts. @throws TweedieError `usage` that names the field */
export function checkLatentSpec(spec: LatentTrainSpec, own: OwnComponents = {}): void {
  checkSpec(asValues(spec), own)
  if (spec.joint) checkJoint(spec, own)
}
