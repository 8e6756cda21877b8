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
}

/**
 * `u ← μ u + g; θ ← θ − η u` (Nesterov: `θ ← θ − η (g + μ u)`), as in PyTorch. Slots: `velocity`.
 * Sutskever et al., On the importance of initialization and momentum in deep learning (2013).
 *
 * @example
 * const optimizer = sgd({ momentum: 0.9 })
 */
export function sgd({ momentum = 0, nesterov = false }: SgdOptions = {}): Optimizer {
  if (!(momentum >= 0 && momentum < 1)) {
    throw new TweedieError('usage', `sgd: momentum is ${momentum}, expected a number in [0, 1)`)
  }
  return Object.freeze<Optimizer>({
    name: 'sgd',
    init: (size) => ({ step: 0, slots: { velocity: new Float32Array(size) } }),
    update(params, gradients, state, rate, update = {}) {
      return guarded(params, gradients, state, update, ({ average, scale, follow }) => {
        state.step++
        const velocity = state.slots['velocity']!
        const [own, past] = nesterov ? [1, momentum] : [0, 1]
        for (let i = 0; i < params.length; i++) {
          const g = gradients[i]! * scale
          const speed = momentum * velocity[i]! + g
          velocity[i] = speed
          const moved = params[i]! - rate * (own * g + past * speed)
          params[i] = moved
          average[i]! += follow * (moved - average[i]!)
        }
      })
    },
  })
}
