/** The specification of a training run of a hierarchy of codes: everything that decides its result, as plain JSON. */
import { checkCodedSpec, type CodedSpec } from '../coded/coded-spec.ts'
import { codedFields } from '../coded/spec-fields.ts'
import type { SpecFor } from '../family.ts'
import { specParser } from '../spec-parser.ts'
import type { HvaeModel } from './model.ts'

/** A training run: `network` is the class and configuration of all levels; free bits are of each level. */
export interface HvaeTrainSpec extends SpecFor<HvaeModel>, CodedSpec {}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => HvaeTrainSpec = specParser<HvaeTrainSpec>(codedFields)

/** Refuses impossible numbers, and those that would have no effect. @throws TweedieError `usage` that names the field */
export const checkHvaeSpec: (spec: HvaeTrainSpec) => void = checkCodedSpec
