/** A second average of the weights beside the first, as a part of any optimiser: so that other widths can be made of both afterwards. */
import { add, mul, sub } from '../../engine/graph/index.ts'
import type { DescentRule } from '../../engine/descent/index.ts'
import { powerEma, updateEma } from '../../engine/optim/ema.ts'
import type { OptimizerState } from '../../engine/optim/optimizer.ts'
import type { AverageSpec } from './average.ts'
import type { AnyOptimizer } from './optimizer-of.ts'

/** Where the second average lies among the optimiser's slots, which checkpoints and devices carry along. */
export const secondSlot = 'second average'

/** The same optimiser, with a second average behind each update where one is kept. */
export function withSecondAverage(optimizer: AnyOptimizer, ema: AverageSpec): AnyOptimizer {
  if (typeof ema === 'number' || ema.kept === undefined) return optimizer
  const decay = powerEma(ema.kept.width)
  const { name } = optimizer
  const init = (size: number): OptimizerState => {
    const { step, slots } = optimizer.init(size)
    return { step, slots: { ...slots, [secondSlot]: new Float32Array(size) } }
  }
  const follow = (params: Float32Array, state: OptimizerState, norm: number): number => {
    if (Number.isFinite(norm)) updateEma(state.slots[secondSlot]!, params, decay(state.step - 1))
    return norm
  }
  if (!('forTensors' in optimizer)) {
    return {
      name,
      init,
      update: (params, gradients, state, ...rest) =>
        follow(params, state, optimizer.update(params, gradients, state, ...rest)),
    }
  }
  return {
    name,
    init,
    async forTensors(...asked) {
      const placed = await optimizer.forTensors(...asked)
      return {
        name,
        update: async (params, gradients, state, ...rest) =>
          follow(params, state, await placed.update(params, gradients, state, ...rest)),
        dispose: () => placed.dispose(),
        [Symbol.dispose]: () => placed.dispose(),
      }
    },
  }
}

/** The same as an expression. */
export function ruleWithSecondAverage(rule: DescentRule, ema: AverageSpec): DescentRule {
  if (typeof ema === 'number' || ema.kept === undefined) return rule
  const decay = powerEma(ema.kept.width)
  return {
    name: rule.name,
    slots: [...rule.slots, secondSlot],
    numbersAt: (step, rate) => ({ ...rule.numbersAt(step, rate), followSecond: 1 - decay(step) }),
    update(params, gradient, { [secondSlot]: second, ...slots }, { followSecond, ...numbers }) {
      const next = rule.update(params, gradient, slots, numbers)
      const near = add(second!, mul(sub(next.params, second!), followSecond!))
      return { params: next.params, slots: { ...next.slots, [secondSlot]: near } }
    },
  }
}
