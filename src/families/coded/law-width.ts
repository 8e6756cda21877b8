/** The width of the law of data given a code, as a part that is trained beside the network. */
import { mul } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { layoutOf } from '../../engine/nn/layout.ts'
import { inParts, type Initializer, type Scope } from '../../engine/nn/parameters.ts'
import { key } from '../../engine/random/index.ts'
import { partScope, partView, type TrainParts } from '../../tools/train/parts.ts'
import type { LawSpec } from './coded-spec.ts'
import { expressionOf, type ModelLaw } from './law-of.ts'

/** The part's name; the folder's `tweedie.json` holds it. */
const lawPart = 'law'
/** log σ is this times its parameter, so that it moves in pace with the weights: σ often falls to a tenth or less. */
const sigmaPace = 10
const sigmaName = 'log_sigma'

/** The parameter's first value. */
const sigmaInit = (sigma: number): Initializer => inParts(Math.log(sigma) / sigmaPace)

/** The part of a law, with the width that it begins with, which adapters leave as it is; none for a law without one. */
export function widthPart(law: LawSpec): TrainParts {
  if (!expressionOf({ name: law.name, shades: law.shades }).hasSigma) return {}
  const layout = layoutOf([{ name: sigmaName, shape: [1], init: sigmaInit(law.sigma ?? 1) }])
  return { [lawPart]: { layout, weights: initialize(layout, key(0)) } }
}

/** log σ as an expression, `[1]`; undefined for a law without a width. */
export function logSigmaIn(parts: TrainParts, scope: Scope): Tensor | undefined {
  if (!(lawPart in parts)) return undefined
  return mul(partScope(parts, lawPart, scope).parameter(sigmaName, [1], sigmaInit(1)), sigmaPace)
}

/** The law after training. @param flat the values of all parts */
export function trainedLaw({ name, shades }: LawSpec, parts: TrainParts, flat: Float32Array): ModelLaw {
  const sigma = lawPart in parts ? Math.exp(sigmaPace * partView(parts, lawPart, flat)[0]!) : undefined
  return { name, sigma, shades }
}
