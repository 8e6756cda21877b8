/** The bound of a trained autoencoder as a program: items and noise in, its terms out. */
import { constant, input, square, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { compile, type Program } from '../../engine/runtime/program.ts'
import { autoencoderBound, logWeightsOf } from '../../diffusion/latent/index.ts'
import type { Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import type { BoundRun } from '../coded/bound-sums.ts'
import type { BoundShape } from '../coded/bounds-of-items.ts'
import { expressionOf, type ModelLaw } from '../coded/law-of.ts'
import { meanWithin } from '../coded/mean-within.ts'
import type { VaeModel } from './model.ts'

/**
 * Compiles it. Inputs: `x` `[items, ...inputShape]` and `noise` `[items, draws, ...latentShape]`. Outputs: the terms `[items]`,
 * `klByDimension` and the encoder's `mean` `[items, ...latentShape]`, `logWeights` `[items · draws]`, and `squaredError` `[items]`, the
 * mean over the values of an item of (x − E[x | z])², z the mean code.
 */
export async function boundProgram(
  { autoencoder, layout, weights, frame }: VaeModel,
  law: ModelLaw,
  { items, draws }: BoundShape,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
): Promise<Program> {
  const scope = new Scope()
  const expression = expressionOf(law)
  const x = input('x', [items, ...autoencoder.inputShape])
  const within = frame.item.length === 3 ? frame.item : undefined
  const bound = autoencoderBound(autoencoder, scope, expression, {
    x,
    noise: input('noise', [items, draws, ...autoencoder.latentShape]),
    logSigma: law.sigma === undefined ? undefined : constant([Math.log(law.sigma)], [1]),
    within,
  })
  const again = expression.mean(autoencoder.decode(scope, bound.posterior.mean))
  const outputs: Record<keyof BoundRun, Tensor> = {
    ...bound.terms,
    klByDimension: bound.klByDimension,
    mean: bound.posterior.mean,
    logWeights: logWeightsOf(bound),
    squaredError: meanWithin(square(sub(x, again)), frame.item),
  }
  const constants = new Map(Array.from(layout.toMap(weights), ([name, { data }]) => [name, data]))
  return compile(outputs, setting.engine, { ...sessionOf(setting), constants })
}
