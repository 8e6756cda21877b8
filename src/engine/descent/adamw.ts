/** AdamW as an expression. */
import { add, div, mul, sqrt, sub } from '../graph/index.ts'
import { adamw, adamwNumbers } from '../optim/adamw.ts'
import type { AdamWOptions } from '../optim/adamw.ts'
import type { DescentRule } from './rule.ts'

/**
 * AdamW, in the order of operations of `adamw` of `optim/`: without clipping, the same bits on a CPU. With the gradient g and
 * the learning rate η, at update s = 1, 2, …
 *
 *     m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − (η λ θ + size · m / (√v + ε'))
 *
 * with `size = η √(1 − β₂ˢ) / (1 − β₁ˢ)` and `ε' = ε √(1 − β₂ˢ)`, which are inputs, as is `decay = η λ` unless λ is 0.
 * Kingma & Ba, Adam (2015); Loshchilov & Hutter, Decoupled Weight Decay Regularization (2019).
 *
 * @throws TweedieError `usage` for options that {@link adamw} refuses
 */
export function adamwRule(options: Omit<AdamWOptions, 'decaying'> = {}): DescentRule {
  const { name } = adamw(options)
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options
  const [beta1, beta2] = betas
  return Object.freeze<DescentRule>({
    name,
    slots: ['m', 'v'],
    numbersAt: (step, rate) => ({
      ...adamwNumbers(betas, epsilon, step + 1, rate),
      ...(weightDecay > 0 && { decay: rate * weightDecay }),
    }),
    update(params, gradient, slots, numbers) {
      const m = add(mul(slots['m']!, beta1), mul(gradient, 1 - beta1))
      const v = add(mul(slots['v']!, beta2), mul(mul(gradient, 1 - beta2), gradient))
      const move = div(mul(m, numbers['size']!), add(sqrt(v), numbers['epsilon']!))
      const decay = numbers['decay']
      const way = decay === undefined ? move : add(mul(params, decay), move)
      return { params: sub(params, way), slots: { m, v } }
    },
  })
}
