/**
 * ᾱ(t): the share of tokens that noise has not touched by time t, falling from 1 at t = 0 to 0 at t = 1.
 *
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), https://arxiv.org/abs/2102.05379 — cosine
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), https://arxiv.org/abs/2107.03006 — linear
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), https://arxiv.org/abs/2406.07524 — log-linear
 */

/** How tokens fade. */
export interface Fade {
  readonly name: string
  /** ᾱ(t). */
  alphaBar(t: number): number
  /** −dᾱ/dt. */
  slope(t: number): number
}

/** ᾱ = 1 − t. In T steps a token is lost in step i with probability 1/(T − i + 1). */
export const linearFade: Fade = Object.freeze({ name: 'linear', alphaBar: (t: number) => 1 - t, slope: () => 1 })

/** The same, as masked diffusion calls it: σ(t) = −log(1 − t) of noise, ᾱ = exp(−σ). */
export const logLinearFade: Fade = Object.freeze({ ...linearFade, name: 'log-linear' })

const offset = 0.008
const angle = (t: number): number => (((t + offset) / (1 + offset)) * Math.PI) / 2
const atStart = Math.cos(angle(0)) ** 2

/** ᾱ = f(t)/f(0), f(t) = cos²(π/2 · (t + s)/(1 + s)) with s = 0.008. */
export const cosineFade: Fade = Object.freeze({
  name: 'cosine',
  alphaBar: (t: number) => (t >= 1 ? 0 : Math.cos(angle(t)) ** 2 / atStart),
  slope: (t: number) => (Math.sin(2 * angle(t)) * Math.PI) / (2 * (1 + offset) * atStart),
})
