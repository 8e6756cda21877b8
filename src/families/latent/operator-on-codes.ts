/** Measurements of what is decoded, as measurements of codes. */
import { type DecodedOperator, decodedOperator } from '../../compiled/decoded-operator.ts'
import { constantsOf } from '../../compiled/part-weights.ts'
import { cropped } from '../../diffusion/latent/index.ts'
import type { Operator } from '../../diffusion/measure/operator.ts'
import { add, constant, mul, reshape, type Tensor } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { Affine } from '../../files/data/dataset.ts'
import { expressionOf } from '../coded/law-of.ts'
import type { Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import type { VaeModel } from '../vae/model.ts'
import type { LatentModel } from './model.ts'

/** Codes as a network sees them. */
export interface SeenCodes {
  readonly autoencoder: VaeModel
  /** The shape of a code, channels first. */
  readonly from: readonly number[]
  /** From what the network sees to codes, by channel. */
  readonly affine: Affine
}

/** Those of a model. */
export function codesOf({ autoencoder, prior }: Pick<LatentModel, 'autoencoder' | 'prior'>): SeenCodes {
  return { autoencoder, from: prior.frame.item, affine: prior.scale.affine! }
}

/** A measurement of items as one of codes, as the network sees them: A ∘ E[x | z]. */
export function operatorOnCodes(
  { autoencoder: model, from, affine: { shift, scale } }: SeenCodes,
  operator: Operator,
  batch: number,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
): Promise<DecodedOperator> {
  const { autoencoder, frame, law } = model
  const byChannel = [shift.length, ...from.slice(1).map(() => 1)]
  const decode = (x: Tensor): Tensor => {
    const z = add(mul(x, constant(scale, [1, ...byChannel])), constant(shift, [1, ...byChannel]))
    const code = [x.shape[0]!, ...autoencoder.latentShape]
    const mean = expressionOf(law).mean(autoencoder.decode(new Scope(), reshape(z, code)))
    return cropped(mean, frame.item.length === 3 ? frame.item : undefined)
  }
  const options = { from, decode, constants: constantsOf(model), batch, ...sessionOf(setting) }
  return decodedOperator(operator, setting.engine, options)
}
