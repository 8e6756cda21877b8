/** q(x_t | x₀) as numbers: a row of Q̄_t. */
import type { DiscreteProcess } from '../../../../diffusion/discrete/index.ts'

/**
 * The law of a token at time t, one number for each state.
 *
 * @param token x₀, a category
 */
export function lawOf(process: DiscreteProcess, token: number, t: number): Float64Array {
  const { categories, states } = process
  const law = new Float64Array(states)
  if (t === 0) law[token] = 1
  else if (process.kind === 'absorbing') {
    law[token] = process.fade.alphaBar(t)
    law[process.mask] = 1 - law[token]!
  } else {
    // the evidence of each state for the token is log q(x_t = state | x₀ = token)
    const evidence = new Float64Array(categories)
    for (let state = 0; state < states; state++) {
      evidence.fill(0)
      process.addEvidence(evidence, 0, state, t)
      law[state] = Math.exp(evidence[token]!)
    }
  }
  return law
}
