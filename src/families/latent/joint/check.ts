/** What cannot be trained together with an autoencoder. */
import { learnsVariance } from '../../../diffusion/denoise/objectives/learned-variance.ts'
import { TweedieError } from '../../../errors.ts'
import { networkOf } from '../../network-of.ts'
import type { OwnComponents } from '../../own-parts.ts'
import type { TrainSpec } from '../../values/spec.ts'

/** @throws TweedieError `usage` that names what does not go together with `joint` */
export function checkJoint(
  { objective, network, fewSteps }: Pick<TrainSpec, 'objective' | 'network' | 'fewSteps'>,
  own: OwnComponents,
): void {
  const { parametrisation, times, loss } = objective
  if (parametrisation !== 'v') {
    throw refused(
      `the mixture with the score of N(0, I) is one of v, and not of ${parametrisation}`,
      '`parametrisation: v`',
    )
  }
  if (times !== undefined && times.name !== 'importance') {
    throw refused(
      `times are drawn in proportion to the fall of the log-SNR, and not ${times.name}`,
      'leave out `times`',
    )
  }
  if (loss !== undefined) throw refused('the loss is the bound, and none of your own', 'leave out `objective`')
  if (fewSteps) throw refused('a model of few steps is trained on codes that stay', 'train jointly first, then distil')
  if (learnsVariance(networkOf(network, own))) {
    throw refused('the bound of the codes is for steps of known variances', 'leave out `learnVariance`')
  }
}

function refused(why: string, hint: string): TweedieError {
  return new TweedieError('usage', `\`joint\`: ${why}`, { hint })
}
