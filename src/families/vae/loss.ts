/** The loss of an autoencoder as a graph: the bound, its divergence weighted, or the importance-weighted bound. */
import { input } from '../../engine/graph/index.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { autoencoderBound } from '../../diffusion/latent/index.ts'
import { partScope, type TrainParts } from '../../tools/train/parts.ts'
import { expressionOf } from '../coded/law-of.ts'
import { logSigmaIn } from '../coded/law-width.ts'
import { boundLoss } from '../coded/loss.ts'
import { partName } from './parts.ts'
import type { VaeTrainSpec } from './spec.ts'

/** What the loss is of. */
export interface LossSetting {
  readonly autoencoder: Autoencoder
  readonly spec: Pick<VaeTrainSpec, 'law' | 'bound'>
  /** One item, within what the network sees. */
  readonly item: readonly number[]
  readonly parts: TrainParts
  readonly dropout?: Dropout | undefined
}

/**
 * The loss of so many items, in nats for each. Inputs: `x` `[N, ...inputShape]`, `noise` `[N, draws, ...latentShape]`, and
 * `kl_weight` `[N]`, the weight of the divergence at this step, and the masks of `dropout`.
 */
export function vaeLoss(
  { autoencoder, spec, item, parts, dropout }: LossSetting,
  scope: Scope,
  items: number,
): LossGraph {
  const { law, bound } = spec
  const made = autoencoderBound(
    autoencoder,
    partScope(parts, partName, scope),
    expressionOf({ name: law.name, shades: law.shades }),
    {
      x: input('x', [items, ...autoencoder.inputShape]),
      noise: input('noise', [items, bound.draws, ...autoencoder.latentShape]),
      logSigma: logSigmaIn(parts, scope),
      within: item.length === 3 ? item : undefined,
      dropout,
    },
  )
  return boundLoss({ ...made, ...made.terms, klParts: made.klByDimension }, bound, items)
}
