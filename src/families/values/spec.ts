/**
 * The specification of a training run on images, points or other numbers: everything that decides its result, as plain
 * JSON.
 */
import { type ObjectiveSpec, objectiveOf } from '../../diffusion/denoise/objective-spec.ts'
import { weightingNames } from '../../diffusion/denoise/weighting.ts'
import { type NoiseSpec, scheduleNames, scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { checkBaseSpec, requirePositive, requireShare } from '../../tools/train/spec.ts'
import type { WindowChoice } from '../../files/data/windows.ts'
import { checkStyleSpec, type StyleSpec } from '../pictured/style-spec.ts'
import { type CaptionSpec, checkCaptionSpec } from '../words/caption-spec.ts'
import type { SpecFor } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { requirePart } from '../part.ts'
import { checkFewSteps } from '../../diffusion/distil/few-steps.ts'
import type { AugmentSpec } from './augmented/augment-spec.ts'
import type { PreconditionSpec } from './preconditioned/precondition-spec.ts'
import type { GivenSpec } from './frames/given-condition.ts'
import type { FewStepsSpec } from './few-steps-spec.ts'
import type { Model } from './model.ts'

/** A training run on images, points or any other numbers, with Gaussian noise. */
export interface TrainSpec extends SpecFor<Model> {
  /** Pixels along a patch's side (see `../../files/data/frame.ts`). */
  readonly patch: number
  readonly objective: ObjectiveSpec & {
    /** The probability with which a label is replaced by "no class". */
    readonly labelDropout: number
    /** The name of the user's own loss, in place of the weighted error. */
    readonly loss?: string
    /** Whether it is learned how much each level of noise counts. */
    readonly learnedWeights?: true
  }
  /** A table of noise levels, or a schedule in continuous time. */
  readonly noise: NoiseSpec
  /** Whether images are mirrored at random. */
  readonly flip: boolean
  /** How trajectories are cut into windows, if the data are fields over time. */
  readonly window?: Required<WindowChoice> | undefined
  /** How it learns to sample in few steps, if it does. */
  readonly fewSteps?: FewStepsSpec | undefined
  /** How it learns what captions say, if it does. */
  readonly captions?: CaptionSpec | undefined
  /** How it learns to go on from given frames, if it does. */
  readonly given?: GivenSpec | undefined
  /** How it learns to draw in the style of another picture, if it does. */
  readonly style?: StyleSpec | undefined
  /** What stands before the network, if something does. */
  readonly precondition?: PreconditionSpec | undefined
  /** How pictures are transformed at random, if they are. */
  readonly augment?: AugmentSpec | undefined
  /** Whether the network is told what it estimated a step before. */
  readonly selfConditioning?: true | undefined
}

/**
 * Refuses impossible numbers, and unknown parts.
 *
 * @throws TweedieError `usage` that names the field, `model` for an own part that was not passed
 */
export function checkSpec(spec: TrainSpec, own: OwnComponents = {}): void {
  const { noise, objective, fewSteps, captions, style } = spec
  checkBaseSpec(spec)
  if ('table' in noise) requirePositive({ levels: noise.levels })
  else requirePart(own, 'schedules', noise.schedule, scheduleNames)
  requirePart(own, 'weightings', objective.weighting, weightingNames)
  if (objective.loss !== undefined) requirePart(own, 'objectives', objective.loss, [])
  if (fewSteps) checkFewSteps(fewSteps)
  if (captions) checkCaptionSpec(captions)
  if (style) checkStyleSpec(style)
  requireShare('label dropout', objective.labelDropout)
  objectiveOf(objective, scheduleOfNoise(noise, own.schedules), own.weightings)
}
