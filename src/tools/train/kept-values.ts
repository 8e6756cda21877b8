/** What a training step keeps on the way to the loss until the gradients have used it. */
import { gradients, sizeOf, type Tensor } from '../../engine/graph/index.ts'
import { topological } from '../../engine/graph/traverse.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { takesMemory } from '../../engine/runtime/portions.ts'
import type { TrainProblem } from './problem.ts'

/**
 * How many values: those that the gradients of what learns refer to, each once, through views. Where weights stay as they are, that is less than half of
 * all: a layer's input is needed for the gradient of its weights alone.
 */
export function keptValues({ loss: build }: Pick<TrainProblem, 'loss'>, items: number): number {
  const scope = new Scope()
  const { loss } = build(scope, items)
  const parameters = scope.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const forward = new Set(topological([loss]))
  const kept = new Set<Tensor>()
  for (const tensor of topological(gradients(loss, parameters))) {
    if (forward.has(tensor)) continue
    for (const each of tensor.inputs) {
      const whole = ofView(each)
      if (forward.has(whole) && takesMemory(whole)) kept.add(whole)
    }
  }
  return [...kept].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

function ofView(tensor: Tensor): Tensor {
  return tensor.op === 'reshape' ? ofView(tensor.inputs[0]!) : tensor
}
