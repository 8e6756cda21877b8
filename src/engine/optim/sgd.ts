/** Stochastic gradient descent, with momentum. */
import { TweedieError } from '../../errors.ts'
import { guarded } from './optimizer.ts'
import type { Optimizer } from './optimizer.ts'

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Memory of past gradients, in [0, 1); 0 by default. */
  readonly momentum?: number
  /** Look-ahead by one step of the velocity. Nesterov (1983). */
  readonly nesterov?: boolean
  /** Fraction of a parameter that decays per unit of learning rate, apart from the gradient as in AdamW; 0 by default. */
  readonly weightDecay?: number
}

/**
 * `u ← μ u + g; θ ← (1 − η λ) θ − η u` (Nesterov: `θ ← (1 − η λ) θ − η (g + μ u)`), as in PyTorch but for the weight decay λ, which
 * is apart from the gradient. Slots: `velocity`.
 * Sutskever et al., On the importance of initialization and momentum in deep learning (2013).
 *
 * @example
 * const optimizer = sgd({ momentum: 0.9 })
 */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  if (!(momentum >= 0 && momentum < 1)) {
    throw new TweedieError('usage', `sgd: momentum is ${momentum}, expected a number in [0, 1)`)
  }
  if (!(weightDecay >= 0)) throw new TweedieError('usage', `sgd: weightDecay is ${weightDecay}, expected a number ≥ 0`)
  return Object.freeze<Optimizer>({
    name: 'sgd',
    init: (size) => ({ step: 0, slots: { velocity: new Float32Array(size) } }),
    update(params, gradients, state, rate, update = {}) {
      return guarded(params, gradients, state, update, ({ average, scale, follow }) => {
        state.step++
        const velocity = state.slots['velocity']!
        const [own, past] = nesterov ? [1, momentum] : [0, 1]
        const kept = 1 - rate * weightDecay
        for (let i = 0; i < params.length; i++) {
          const g = gradients[i]! * scale
          const speed = momentum * velocity[i]! + g
          velocity[i] = speed
          const moved = kept * params[i]! - rate * (own * g + past * speed)
          params[i] = moved
          average[i]! += follow * (moved - average[i]!)
        }
      })
    },
  })
}
