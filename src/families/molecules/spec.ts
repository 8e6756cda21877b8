/** The specification of a training run on molecules: everything that decides its result, as plain JSON. */
import * as z from 'zod/mini'
import { type ObjectiveSpec, objectiveOf } from '../../diffusion/denoise/objective-spec.ts'
import { type NoiseSpec, scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { checkBaseSpec, requireShare } from '../../tools/train/spec.ts'
import type { SpecFor } from '../family.ts'
import { noiseSchema, specParser } from '../spec-parser.ts'
import type { MoleculeModel } from './model.ts'

/** A training run on conformers of molecules. */
export interface MoleculeTrainSpec extends SpecFor<MoleculeModel> {
  /** The atomic numbers of the elements that it learns, rising. */
  readonly elements: readonly number[]
  readonly objective: ObjectiveSpec
  readonly noise: NoiseSpec
  /** How often a molecule's stereo arrangement is left open in training, so that molecules may be drawn without one. */
  readonly stereoDropout: number
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => MoleculeTrainSpec = specParser<MoleculeTrainSpec>({
  elements: z.array(z.int().check(z.minimum(1), z.maximum(118))).check(z.minLength(1)),
  objective: z.looseObject({ parametrisation: z.string(), weighting: z.string() }),
  noise: noiseSchema,
  stereoDropout: z.number().check(z.minimum(0), z.lt(1)),
})

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkMoleculeSpec(spec: MoleculeTrainSpec): void {
  checkBaseSpec(spec)
  requireShare('stereo dropout', spec.stereoDropout)
  objectiveOf(spec.objective, scheduleOfNoise(spec.noise))
}
