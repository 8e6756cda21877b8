/** The loss of an autoencoder and the model of its codes as a graph. */
import { add, constant, input, mul, reshape, sub, type Tensor } from '../../../engine/graph/index.ts'
import type { Dropout, Network } from '../../../engine/nn/network.ts'
import type { Scope } from '../../../engine/nn/parameters.ts'
import type { LossGraph } from '../../../diffusion/denoise/objective.ts'
import type { Objective } from '../../../diffusion/denoise/objective-spec.ts'
import { cropped, drawGaussian, jointLoss, sumOverItem } from '../../../diffusion/latent/index.ts'
import type { Affine } from '../../../files/data/dataset.ts'
import type { Frame } from '../../../files/data/frame.ts'
import { partScope, type TrainParts } from '../../../tools/train/parts.ts'
import { expressionOf } from '../../coded/law-of.ts'
import { logSigmaIn } from '../../coded/law-width.ts'
import type { VaeModel } from '../../vae/model.ts'
import { partName } from '../../vae/parts.ts'
import { itemsIn, seenIn } from './frame-graph.ts'
import { mixtureIn } from './mixed-output.ts'

/** What the loss is of. */
export interface JointSetting {
  readonly parts: TrainParts
  /** The part that is the prior's network. */
  readonly prior: string
  readonly network: Network
  /** How the network sees codes, and the map from what it sees to codes. */
  readonly frame: Frame
  readonly affine: Affine
  readonly objective: Objective
  readonly start: VaeModel
}

/**
 * The loss of so many items, in nats for each. Inputs: `x` `[N, ...inputShape]` and `code` `[N, ...prior's inputShape]`, ε of the draw of the
 * code, and of what is padded, which is a draw of its own from the law at the edge; and those of `jointLoss`.
 */
export function lossOf(setting: JointSetting, dropout: Dropout, scope: Scope, items: number): LossGraph {
  const { parts, prior, network, frame, affine, objective, start } = setting
  const { autoencoder, law } = start
  const scopeOfVae = partScope(parts, partName, scope)
  const x = input('x', [items, ...autoencoder.inputShape])
  const code = autoencoder.encode(scopeOfVae, x, { dropout })
  const each = (value: (channel: number) => number): Tensor =>
    perChannel(
      affine.scale.map((_, c) => value(c)),
      code.mean,
    )
  const [shift, scale] = [each((c) => affine.shift[c]!), each((c) => affine.scale[c]!)]
  const seen = seenIn(frame)
  const posterior = {
    mean: seen(
      mul(
        sub(code.mean, shift),
        each((c) => 1 / affine.scale[c]!),
      ),
    ),
    logVariance: seen(
      sub(
        code.logVariance!,
        each((c) => 2 * Math.log(affine.scale[c]!)),
      ),
    ),
  }
  const z0 = drawGaussian(posterior, input('code', posterior.mean.shape))
  const z = add(shift, mul(scale, itemsIn(frame)(z0)))
  const within = start.frame.item.length === 3 ? start.frame.item : undefined
  const output = cropped(autoencoder.decode(scopeOfVae, z, { dropout }), within)
  const { loss, total } = jointLoss({
    network,
    scope: partScope(parts, prior, scope),
    mixture: mixtureIn(parts, scope, network),
    objective,
    posterior,
    z0,
    dropout,
    logLikelihood: sumOverItem(expressionOf(law).logProbability(cropped(x, within), output, logSigmaIn(parts, scope))),
  })
  return { loss, itemLoss: total }
}

/** Numbers for each channel, in a shape that broadcasts to codes'. */
function perChannel(values: readonly number[], codes: Tensor): Tensor {
  return reshape(constant([...values], [values.length]), [1, values.length, ...codes.shape.slice(2).map(() => 1)])
}
