/** The numbers of EDM's preconditioning, worked out inside a network from its time 250 ln σ. */
import { add, div, exp, mul, reshape, sqrt, square, type Tensor } from '../../graph/index.ts'

/** Numbers of each item, `[B, 1, 1]`. */
export interface NoiseNumbers {
  /** c_out = σ σ_data / √(σ² + σ_data²): how far what the network says is from the state. */
  readonly reach: Tensor
  /** σ / (σ_data + √(σ² + σ_data²)): how much of its input the network's output has where nothing moves. */
  readonly skip: Tensor
}

/**
 * The network sees x_in = x / r with r = √(σ² + σ_data²), and answers F with D(x) = c_skip x + c_out F. Positions begin at y = σ_data x_in, which
 * has the size of the data at every noise level, and move by c_out Δ. That y becomes D(x) makes F = Δ + (r − σ_data)/σ · x_in.
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), table 1, https://arxiv.org/abs/2206.00364
 */
export function noiseNumbers(t: Tensor, sigmaData: number): NoiseNumbers {
  const sigma = reshape(exp(mul(t, 1 / 250)), [t.shape[0]!, 1, 1])
  const radius = sqrt(add(square(sigma), sigmaData ** 2))
  return { reach: div(mul(sigma, sigmaData), radius), skip: div(sigma, add(radius, sigmaData)) }
}
