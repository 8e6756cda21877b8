/** The forward stochastic differential equation, simulated step by step: for study, and to check a schedule. */
import type { FloatArray } from '../../engine/random/index.ts'
import type { Schedule } from './schedule.ts'

/**
 * Euler–Maruyama on dx = f(t) x dt + g(t) dw along rising times: x_s = x_t + f x_t (s − t) + g √(s − t) z. As the steps
 * shrink its law tends to the kernel N(α_t x₀, σ_t²) that `jump` draws from at once.
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), equation 5, https://arxiv.org/abs/2011.13456
 *
 * @param x the state at `times[0]`, changed in place and yielded at each of the later times
 * @param draw fills an array with standard normal noise, new at every call
 */
export function* forwardSde<T extends FloatArray>(
  schedule: Schedule,
  times: readonly number[],
  x: T,
  draw: (out: T) => void,
): Generator<{ readonly t: number; readonly x: T }> {
  const z = x.slice() as T
  for (let k = 1; k < times.length; k++) {
    const [from, to] = [times[k - 1]!, times[k]!]
    // f and g half-way: some schedules begin with an infinite slope, and none has one inside
    const middle = (from + to) / 2
    const drift = schedule.drift(middle) * (to - from)
    const noise = Math.sqrt(schedule.diffusion(middle) * (to - from))
    draw(z)
    for (let i = 0; i < x.length; i++) x[i]! += drift * x[i]! + noise * z[i]!
    yield { t: to, x }
  }
}
