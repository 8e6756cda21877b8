/** The specification of a training run of a variational autoencoder: everything that decides its result, as plain JSON. */
import { checkCodedSpec, type CodedSpec } from '../coded/coded-spec.ts'
import { codedFields } from '../coded/spec-fields.ts'
import type { SpecFor } from '../family.ts'
import { specParser } from '../spec-parser.ts'
import type { VaeModel } from './model.ts'

/** A training run of an autoencoder: `network` is its class and configuration; free bits are of each dimension, or channel. */
export interface VaeTrainSpec extends SpecFor<VaeModel>, CodedSpec {}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => VaeTrainSpec = specParser<VaeTrainSpec>(codedFields)

/** Refuses impossible numbers, and those that would have no effect. @throws TweedieError `usage` that names the field */
export const checkVaeSpec: (spec: VaeTrainSpec) => void = checkCodedSpec
