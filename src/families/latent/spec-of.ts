/** From encoded data and options to the specification of a training run. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import type { OwnParts } from '../family.ts'
import { specOf as specOfValues } from '../values/spec-of.ts'
import type { LatentData } from './data.ts'
import { checkJoint } from './joint/check.ts'
import { asValues, type LatentTrainSpec } from './spec.ts'

/**
 * The specification: that of values, for codes. Codes have variance 1, and so has `sigmaData` unless it is set.
 *
 * @throws TweedieError `usage` for options that contradict each other, the data, or change nothing
 */
export async function specOf(data: LatentData, options: OptionValues, own: OwnParts): Promise<LatentTrainSpec> {
  const { latents: _, joint, mixture, flip, ...values } = options
  if (options.stylePictures === true) {
    throw new TweedieError('usage', '`stylePictures` is for models of pixels, and not of codes', {
      hint: 'leave out `latents`; or let the class be the style',
    })
  }
  const { family: __, ...spec } = await specOfValues(data, values, own)
  const { path, sum, whole } = data.codes
  const sigmaData = options.sigmaData as number | undefined
  const wanted = {
    ...spec,
    family: 'latent',
    objective: { ...spec.objective, ...(spec.fewSteps?.teacher === undefined && { sigmaData: sigmaData ?? 1 }) },
    flip: Boolean(flip),
    ...(joint === true && { joint: { mixture: mixture ?? 0.5 } }),
    autoencoder: { ...(path !== undefined && { path }), sum, ...(whole && { whole }) },
  } as object as LatentTrainSpec
  if (joint === true && spec.window) {
    throw new TweedieError(
      'usage',
      '`joint` is not for windows of fields: their autoencoder sees one state at a time',
      {
        hint: 'leave `joint` out',
      },
    )
  }
  if (joint === true && spec.objective.learnedWeights) {
    throw new TweedieError('usage', '`learnedWeights` and `joint` do not go together', {
      hint: 'the bound says how much each level counts',
    })
  }
  if (joint === true && spec.selfConditioning) {
    throw new TweedieError('usage', '`selfConditioning` and `joint` do not go together', {
      hint: 'leave `joint` out: the codes then stay as they are',
    })
  }
  if (joint === true && spec.captions) {
    throw new TweedieError('usage', '`captions` are not learned together with the autoencoder', {
      hint: 'leave `joint` out: the model of codes learns them',
    })
  }
  if (joint === true) checkJoint(asValues(wanted), own)
  else if (mixture !== undefined) {
    throw new TweedieError('usage', '`mixture` is for training with the autoencoder', { hint: '`joint`' })
  }
  return wanted
}
