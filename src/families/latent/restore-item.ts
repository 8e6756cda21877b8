/** The ability to restore: codes are drawn whose decoded pictures fit a damaged one, and decoded. */
import { constantsOf } from '../../compiled/part-weights.ts'
import { type DecodedOperator, decodedOperator } from '../../compiled/decoded-operator.ts'
import { cropped } from '../../diffusion/latent/index.ts'
import { type PosteriorMethodName, posteriorMethods } from '../../diffusion/guidance/methods.ts'
import { observation } from '../../diffusion/measure/observation.ts'
import type { Operator } from '../../diffusion/measure/operator.ts'
import { add, constant, mul, type Tensor } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { expressionOf } from '../coded/law-of.ts'
import { usualChoice } from '../coded/values-of.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { type Restored, restoreThrough } from '../values/restore-item.ts'
import type { RestoreValues } from '../values/restore-task.ts'
import { workOn } from '../warm.ts'
import { decodedItems } from './codes.ts'
import { fillIn, fillsIn } from './masked.ts'
import type { LatentModel } from './model.ts'
import type { tileOptions } from './options/size.ts'
import { defined } from '../defined.ts'
import { fewOf } from './of-pipeline.ts'
import { type Size, sized } from './sized.ts'

/** Draws clean pictures that fit a damaged one. */
export async function restoreItem(
  whole: LatentModel,
  item: Item,
  given: OptionValues,
  setting: Setting,
): Promise<Drawn> {
  const options: OptionValues = { ...(given.to === undefined && fewOf(whole)), ...defined(given) }
  const model = sized(whole, options.size as Size | undefined, setting.own)
  const { autoencoder, prior } = model
  const { seed = 0, method, decodeTile: tile } = options as ValuesOf<typeof tileOptions> & OptionValues
  if (fillsIn(model)) return fillIn(model, item, options as RestoreValues, setting)
  requireThroughDecoder(method as PosteriorMethodName | undefined)
  let operator: DecodedOperator | undefined
  const restored: Restored = {
    model: prior,
    shown: autoencoder,
    async measured(observed, batch) {
      operator = await operatorOnCodes(model, observed.operator, batch, setting)
      return observation(operator, observed.y, observed.sigma)
    },
    async pictures(codes) {
      using work = workOn(setting.kept, setting.signal)
      const how = { draw: usualChoice(autoencoder), seed: Number(seed), tile, signal: setting.signal }
      return await decodedItems(model, codes, how, setting, work.compiled)
    },
  }
  try {
    return await restoreThrough(restored, item, options, setting)
  } finally {
    operator?.[Symbol.dispose]()
  }
}

/** A measurement of items as one of codes, as the network sees them: A ∘ E[x | z]. */
export function operatorOnCodes(
  { autoencoder: model, prior }: Pick<LatentModel, 'autoencoder' | 'prior'>,
  operator: Operator,
  batch: number,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
): Promise<DecodedOperator> {
  const { autoencoder, frame, law } = model
  const { item: from } = prior.frame
  const { shift, scale } = prior.scale.affine!
  const byChannel = [shift.length, ...from.slice(1).map(() => 1)]
  const decode = (x: Tensor): Tensor => {
    const z = add(mul(x, constant(scale, [1, ...byChannel])), constant(shift, [1, ...byChannel]))
    const mean = expressionOf(law).mean(autoencoder.decode(new Scope(), z))
    return cropped(mean, frame.item.length === 3 ? frame.item : undefined)
  }
  const options = { from, decode, constants: constantsOf(model), batch, ...sessionOf(setting) }
  return decodedOperator(operator, setting.engine, options)
}

/** Refuses methods that need more of a measurement than its derivatives. */
function requireThroughDecoder(method: PosteriorMethodName | undefined): void {
  if (method === undefined || posteriorMethods[method].takes === 'any') return
  const able = Object.entries(posteriorMethods).flatMap(([name, { takes }]) => (takes === 'any' ? [name] : []))
  throw new TweedieError(
    'usage',
    `\`method: ${method}\` is for measurements that are matrices, and this one goes through the decoder`,
    { hint: `these go by its derivatives: ${able.join(', ')}` },
  )
}
