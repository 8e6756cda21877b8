/** One path of the chain: x₀, x₁/T, x₂/T …, each drawn from the one before. */
import type { DiscreteProcess } from '../../../../diffusion/discrete/index.ts'
import { fold, key, uniform } from '../../../../engine/random/index.ts'
import { steps } from './kernels.ts'

/** x at the time nearest to t: a longer way continues a shorter one. */
export function walked(process: DiscreteProcess, x0: ArrayLike<number>, t: number, seed: string): Int32Array {
  const x = Int32Array.from(x0)
  const uniforms = new Float64Array(x.length)
  for (let i = 1; i <= Math.round(t * steps); i++) {
    uniform(fold(key(seed), i), uniforms)
    process.corrupt(x.slice(), i / steps, uniforms, x, (i - 1) / steps)
  }
  return x
}
