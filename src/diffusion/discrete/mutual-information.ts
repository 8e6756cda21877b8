/**
 * The schedule along which the mutual information of x_t and x₀ falls linearly, I(x_t; x₀) = (1 − t) I(x₀; x₀). For the
 * absorbing kernel
 * that is ᾱ = 1 − t, whatever the data; for others it is solved for.
 *
 * Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), section 3.2, https://arxiv.org/abs/2107.03006
 */
import type { Fade } from './fade.ts'

/**
 * ᾱ at `nodes` times by bisection, and straight lines in between.
 *
 * @param information I(x_t; x₀) in nats as a rising function of ᾱ
 */
export function mutualInformationFade(information: (alphaBar: number) => number, nodes: number): Fade {
  const whole = information(1)
  const table = Float64Array.from({ length: nodes + 1 }, (_, i) => 1 - i / nodes)
  for (let i = 1; i < nodes; i++) {
    const wanted = (1 - i / nodes) * whole
    let [low, high] = [0, table[i - 1]!]
    while (high - low > 1e-12 * high) {
      const middle = (low + high) / 2
      if (information(middle) < wanted) low = middle
      else high = middle
      if (middle === 0) break
    }
    table[i] = (low + high) / 2
  }
  const piece = (t: number): number => Math.max(0, Math.min(nodes - 1, Math.floor(t * nodes)))
  const drop = (i: number): number => table[i]! - table[i + 1]!
  return Object.freeze({
    name: 'mutual-information',
    alphaBar: (t: number) => {
      const i = piece(t)
      return t >= 1 ? 0 : table[i]! - (t * nodes - i) * drop(i)
    },
    slope: (t: number) => drop(piece(t)) * nodes,
  })
}

/**
 * I(x_t; x₀) of the uniform kernel: H(ᾱ p + (1 − ᾱ)/K) less the entropy of what a known token becomes.
 *
 * @param marginal p, the categories' shares, which sum to 1
 */
export function uniformInformation(marginal: readonly number[]): (alphaBar: number) => number {
  const k = marginal.length
  return (alphaBar) => {
    const any = (1 - alphaBar) / k
    const mixed = marginal.reduce((sum, p) => sum + entropyOf(alphaBar * p + any), 0)
    return mixed - entropyOf(alphaBar + any) - (k - 1) * entropyOf(any)
  }
}

/** −p log p. */
export const entropyOf = (p: number): number => (p > 0 ? -p * Math.log(p) : 0)

/** Shares that sum to 1; equal by default. */
export function sharesOf(marginal: readonly number[] | undefined, categories: number): readonly number[] {
  const shares = marginal ?? Array.from({ length: categories }, () => 1)
  const total = shares.reduce((sum, each) => sum + each, 0)
  return shares.map((each) => each / total)
}
