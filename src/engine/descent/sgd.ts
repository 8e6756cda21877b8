/** Stochastic gradient descent as an expression. */
import { add, mul, sub } from '../graph/index.ts'
import { sgd } from '../optim/sgd.ts'
import type { SgdOptions } from '../optim/sgd.ts'
import type { DescentRule } from './rule.ts'

/**
 * `u ← μ u + g; θ ← (1 − η λ) θ − η u` (Nesterov: `θ ← (1 − η λ) θ − η (g + μ u)`), as `sgd` of `optim/`, in single precision.
 * The learning rate η is an input, as is `1 − η λ` unless λ is 0. Without momentum there is no slot: nothing is remembered.
 * Sutskever et al., On the importance of initialization and momentum in deep learning (2013).
 *
 * @throws TweedieError `usage` for options that {@link sgd} refuses
 */
export function sgdRule(options: SgdOptions = {}): DescentRule {
  const { name } = sgd(options)
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options
  return Object.freeze<DescentRule>({
    name,
    slots: momentum > 0 ? ['velocity'] : [],
    numbersAt: (_, rate) => ({ rate, ...(weightDecay > 0 && { kept: 1 - rate * weightDecay }) }),
    update(params, gradient, slots, numbers) {
      const velocity = momentum === 0 ? gradient : add(mul(slots['velocity']!, momentum), gradient)
      const speed = nesterov ? add(gradient, mul(velocity, momentum)) : velocity
      const kept = numbers['kept']
      const before = kept === undefined ? params : mul(params, kept)
      return { params: sub(before, mul(speed, numbers['rate']!)), slots: momentum > 0 ? { velocity } : {} }
    },
  })
}
