/**
 * A process that turns tokens into noise, each token on its own: a Markov chain over categories with transition matrices
 * Q_{s→t}, so that q(x_t | x₀) is row x₀ of Q_{0→t}, and
 *
 *     q(x_s | x_t, x₀) = Q_{s→t}[x_s, x_t] Q_{0→s}[x₀, x_s] / Q_{0→t}[x₀, x_t].
 *
 * No kernel is a matrix where its structure gives the entries: uniform and absorbing kernels take O(K) a token.
 *
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), https://arxiv.org/abs/2102.05379
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), https://arxiv.org/abs/2107.03006
 */
import { absorbingProcess } from './absorbing.ts'
import { denseProcess } from './dense.ts'
import { gaussianTables } from './gaussian.ts'
import { neighbourTables } from './neighbour.ts'
import type { DiscreteProcess } from './process-methods.ts'
import { checkDiscreteSpec, type DiscreteSpec } from './spec.ts'
import { uniformProcess } from './uniform.ts'

export type {
  AbsorbingProcess,
  DenseProcess,
  DiscreteProcess,
  ProcessMethods,
  UniformProcess,
} from './process-methods.ts'

/**
 * The process of a specification.
 *
 * @param categories K, the number of categories of the data
 * @throws TweedieError `usage` for settings that make no sense, or tables that would be too large
 * @example
 * const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 65)
 */
export function processOf(spec: DiscreteSpec, categories: number): DiscreteProcess {
  checkDiscreteSpec(spec, categories)
  switch (spec.kernel) {
    case 'absorbing':
      return absorbingProcess(spec, categories)
    case 'uniform':
      return uniformProcess(spec, categories)
    case 'gaussian':
      return denseProcess(spec, gaussianTables(spec, categories))
    case 'neighbour':
      return denseProcess(spec, neighbourTables(spec, categories))
  }
}
