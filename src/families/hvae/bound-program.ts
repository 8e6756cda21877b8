/** The bound of a trained hierarchy as a program: items and noise in, its terms out. */
import { constantsOf } from '../../compiled/part-weights.ts'
import { add, constant, filled, input, square, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { compile, type Program } from '../../engine/runtime/program.ts'
import { hierarchyBound, inferLevels, networkHierarchy } from '../../diffusion/latent/index.ts'
import type { BoundRun } from '../coded/bound-sums.ts'
import type { BoundShape } from '../coded/bounds-of-items.ts'
import { expressionOf, type ModelLaw } from '../coded/law-of.ts'
import { meanWithin } from '../coded/mean-within.ts'
import type { DrawSetting } from '../coded/painter.ts'
import { sessionOf } from '../session-of.ts'
import { type HvaeModel, latentsOf } from './model.ts'

/**
 * Compiles it. Inputs: `x` `[items, ...inputShape]` and `noise` `[items, draws, latents]`. Outputs: those of {@link BoundRun}; the
 * squared error is of E[x | z₁], every code the mean of its law given the means before it.
 */
export async function boundProgram(
  model: HvaeModel,
  law: ModelLaw,
  { items, draws }: BoundShape,
  setting: DrawSetting,
): Promise<Program> {
  const { network, frame } = model
  const expression = expressionOf(law)
  const hierarchy = networkHierarchy(network, new Scope())
  const x = input('x', [items, ...network.inputShape])
  const bound = hierarchyBound(hierarchy, expression, {
    x,
    noise: input('noise', [items, draws, latentsOf(network)]),
    logSigma: law.sigma === undefined ? undefined : constant([Math.log(law.sigma)], [1]),
  })
  const silence = network.latentShapes.map((shape) => filled(0, [items, ...shape]))
  const codes = inferLevels(hierarchy, hierarchy.features(x), silence).map(({ z }) => z)
  const again = expression.mean(hierarchy.output(codes))
  const outputs: Record<Exclude<keyof BoundRun, 'mean'>, Tensor> = {
    reconstruction: bound.terms.reconstruction!,
    kl: bound.kl,
    klByDimension: bound.klByDimension,
    logWeights: add(bound.logLikelihood, bound.logRatio),
    squaredError: meanWithin(square(sub(x, again)), frame.item),
  }
  return compile(outputs, setting.engine, { ...sessionOf(setting), constants: constantsOf(model) })
}
