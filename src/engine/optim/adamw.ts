/** Adam, with decoupled weight decay. */
import { TweedieError } from '../../errors.ts'
import { guarded } from './optimizer.ts'
import type { Optimizer, Pass } from './optimizer.ts'
import { overArrays } from './simd/memory.ts'

/** Options of {@link adamw}, with PyTorch's names and (but for `weightDecay`) defaults. */
export interface AdamWOptions {
  /** Memory of the gradient's mean and of its square; [0.9, 0.999] by default. */
  readonly betas?: readonly [number, number]
  /** Added to the denominator; 1e-8 by default. */
  readonly epsilon?: number
  /** Fraction of a parameter that decays per unit of learning rate; 0 by default, which is plain Adam. */
  readonly weightDecay?: number
  /** Index ranges `[from, to)` that decay, in rising order; everything by default. */
  readonly decaying?: readonly (readonly [from: number, to: number])[]
}

/**
 * AdamW. With the gradient g and the learning rate η, at update s = 1, 2, …
 *
 *     m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
 *     θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ˢ),  v̂ = v / (1 − β₂ˢ)
 *
 * In single precision; bit for bit the same on every machine. Slots: `m`, `v`. Fastest with arrays from `gathered`.
 * Kingma & Ba, Adam (2015); Loshchilov & Hutter, Decoupled Weight Decay Regularization (2019).
 *
 * @example
 * const optimizer = adamw({ weightDecay: 0.01 })
 * const state = optimizer.init(params.length)
 * const norm = optimizer.update(params, gradients, state, 1e-3, { clipNorm: 1 })
 */
export function adamw(options: AdamWOptions = {}): Optimizer {
  const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, decaying } = options
  check('betas', betas, betas.length === 2 && betas.every((beta) => beta >= 0 && beta < 1), 'two numbers in [0, 1)')
  check('epsilon', epsilon, epsilon > 0, 'a positive number')
  check('weightDecay', weightDecay, weightDecay >= 0, 'a number ≥ 0')

  return Object.freeze<Optimizer>({
    name: 'adamw',
    init: (size) => ({ step: 0, slots: { m: new Float32Array(size), v: new Float32Array(size) } }),
    update(params, gradients, state, rate, update = {}) {
      return guarded(params, gradients, state, update, (pass) => {
        state.step++
        const numbers = adamwNumbers(betas, epsilon, state.step, rate)
        const { m, v } = state.slots as { m: Float32Array; v: Float32Array }
        const decay = rate * weightDecay
        for (const [from, to, decays] of segments(params.length, decaying)) {
          advance(pass, m, v, from, to, betas, numbers.size, numbers.epsilon, decays ? decay : 0)
        }
      })
    },
  })
}

/**
 * `size = η √(1 − β₂ˢ) / (1 − β₁ˢ)` and `epsilon = ε √(1 − β₂ˢ)` at update s = 1, 2, …: since η m̂ / (√v̂ + ε) = size · m / (√v + epsilon), a loop
 * has one root and one quotient.
 */
export function adamwNumbers(
  [beta1, beta2]: readonly [number, number],
  epsilon: number,
  update: number,
  rate: number,
): { readonly size: number; readonly epsilon: number } {
  const root = Math.sqrt(1 - power(beta2, update))
  return { size: (rate * root) / (1 - power(beta1, update)), epsilon: epsilon * root }
}

/** AdamW's update of some index ranges, for optimisers that leave the rest to it: `step` counts this update. */
export function advanceAdamw(
  pass: Pass,
  { m, v, step }: { readonly m: Float32Array; readonly v: Float32Array; readonly step: number },
  ranges: readonly (readonly [from: number, to: number])[],
  rate: number,
  { betas, epsilon, weightDecay }: Required<Pick<AdamWOptions, 'betas' | 'epsilon' | 'weightDecay'>>,
): void {
  const numbers = adamwNumbers(betas, epsilon, step, rate)
  for (const [from, to] of ranges) {
    advance(pass, m, v, from, to, betas, numbers.size, numbers.epsilon, rate * weightDecay)
  }
}

/** The whole update of elements `from ≤ i < to` in one pass over memory. */
function advance(
  { params, gradients, average, scale, follow }: Pass,
  m: Float32Array,
  v: Float32Array,
  from: number,
  to: number,
  [beta1, beta2]: readonly [number, number],
  size: number,
  epsilon: number,
  decay: number,
): void {
  const gain1 = (1 - beta1) * scale
  const gain2 = (1 - beta2) * scale * scale
  // Without an average the parameters stand in for it, so that memory is written only once.
  const averages = average === params ? [] : [average]
  overArrays([gradients, params, m, v, ...averages], from, to, 1, (kernels, length, [g, p, mAt, vAt, a = p]) => {
    kernels.adamw(length, g!, p!, mAt!, vAt!, a!, beta1, gain1, beta2, gain2, size, epsilon, decay, follow)
  })
}

/** The ranges with and without weight decay, in order. */
function segments(
  size: number,
  decaying: AdamWOptions['decaying'],
): readonly (readonly [from: number, to: number, decays: boolean])[] {
  if (decaying === undefined) return [[0, size, true]]
  const pieces: [number, number, boolean][] = []
  let at = 0
  for (const [from, to] of decaying) {
    if (!(at <= from && from <= to && to <= size)) {
      throw new TweedieError('usage', `decaying: [${from}, ${to}) is out of order or outside ${size} parameters`)
    }
    pieces.push([at, from, false], [from, to, true])
    at = to
  }
  return [...pieces, [at, size, false]]
}

/** `baseⁿ` by repeated squaring: the same bits on every machine, which Math.pow does not promise. */
function power(base: number, n: number): number {
  let result = 1
  for (let square = base, rest = n; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square
  }
  return result
}

function check(name: string, value: unknown, holds: boolean, expected: string): void {
  if (!holds) throw new TweedieError('usage', `adamw: ${name} is ${JSON.stringify(value)}, expected ${expected}`)
}
