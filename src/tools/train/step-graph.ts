/** The graph of a training step: a portion's share of the loss and of the gradients of everything that learns. */
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { gradients, mul } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { CompileOptions, Program } from '../../engine/runtime/program.ts'
import { portionOf } from '../../engine/runtime/portions.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { frozenConstants, type TrainParts } from './parts.ts'
import type { OwnStep, TrainProblem } from './problem.ts'

/** The most values between data and loss in a portion; with more, memory becomes the limit. */
const portionValues = 2.5e8

/** How many items of a batch go through the graph at a time, from the graph of all; the gradients of all portions add up. */
export function trainingPortion(whole: Pick<LossGraph, 'loss'>, batch: number): number {
  return portionOf([whole.loss], batch, portionValues)
}

/** The same for a step of the problem's own. */
export function ownPortion(step: OwnStep, batch: number): number {
  return portionOf(step.kept(batch), batch, portionValues)
}

/** The loss of so many items as a graph, with the scope that has its parameters. */
export function lossGraph(problem: Pick<TrainProblem, 'loss'>, items: number) {
  const scope = new Scope()
  return { scope, ...problem.loss(scope, items) }
}

/**
 * A portion's share of the step's loss and gradients as a program; the parameters that learn are inputs, and each gradient an output
 * of its own. Frozen parameters are constants.
 *
 * @param portions of the whole step, of which this is one
 */
export async function compileStep(
  { scope, loss: mean, itemLoss }: ReturnType<typeof lossGraph>,
  parts: TrainParts,
  layout: Layout,
  portions: number,
  engine: Engine,
  options: CompileOptions,
): Promise<Program> {
  const loss = portions > 1 ? mul(mean, 1 / portions) : mean
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs: Record<string, Tensor> = { loss, itemLoss }
  gradients(loss, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))
  const constants = frozenConstants(parts)
  return compile(outputs, engine, { ...options, ...(constants.size > 0 && { constants }) })
}

/** Views of a flat array by parameter name. */
export function named(prefix: string, layout: Layout, flat: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(layout.specs.map(({ name }) => [prefix + name, layout.view(flat, name)]))
}
