/**
 * The law of what a model samples, and its likelihoods, by enumeration: p(x₁) = prior, p(x_s | x_t) = Π_i p(x_s,i | x_t), over all
 * states of a few tokens.
 */
import type { CategoricalDenoiser } from '../../../src/diffusion/discrete/index.ts'

/** Every state of `length` tokens, the first slowest. */
export const allStates = (states: number, length: number): readonly (readonly number[])[] =>
  Array.from({ length: states ** length }, (_, n) =>
    Array.from({ length }, (__, i) => Math.floor(n / states ** (length - 1 - i)) % states),
  )

/** p(x_s | x_t) for every pair of states, row x_t, as the product over tokens. */
export async function reverseTable(denoiser: CategoricalDenoiser, s: number, t: number): Promise<number[][]> {
  const { process, shape } = denoiser
  const { categories, states } = process
  const [length] = shape as [number]
  const all = allStates(states, length)
  const out = new Float64Array(states)
  const rows: number[][] = []
  for (const xt of all) {
    const logP0 = await denoiser.logits(Int32Array.from(xt), t, 1)
    const laws = xt.map((token, i) => {
      if (s > 0) process.reverse(logP0, i * categories, token, s, t, out)
      else out.forEach((_, k) => (out[k] = k < categories ? logP0[i * categories + k]! : -Infinity))
      return [...out].map(Math.exp)
    })
    // states that no data lead to have no posterior
    rows.push(
      all.map((xs) => xs.reduce((p, token, i) => p * laws[i]![token]!, 1)).map((p) => (Number.isNaN(p) ? 0 : p)),
    )
  }
  return rows
}

/** The prior of every state, by what is drawn from evenly spread numbers. */
export function priorTable({ process, shape }: CategoricalDenoiser): number[] {
  const n = 720
  const drawn = new Int32Array(n)
  process.drawPrior(
    Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n),
    drawn,
  )
  const share = Array.from({ length: process.states }, (_, k) => drawn.filter((token) => token === k).length / n)
  return allStates(process.states, shape[0]!).map((x) => x.reduce((p, token) => p * share[token]!, 1))
}

/** The law of samples along falling times, over all states. */
export async function sampledLaw(denoiser: CategoricalDenoiser, times: readonly number[]): Promise<number[]> {
  let law = priorTable(denoiser)
  for (let i = 0; i + 1 < times.length; i++) {
    const table = await reverseTable(denoiser, times[i + 1]!, times[i]!)
    law = law.map((_, x) => table.reduce((sum, row, from) => sum + law[from]! * row[x]!, 0))
  }
  return law
}

/** χ² of counts against probabilities, over what is expected at least five times, and its degrees of freedom. */
export function chiSquare(counts: readonly number[], law: readonly number[]): { chi: number; freedom: number } {
  const n = counts.reduce((sum, each) => sum + each, 0)
  let [chi, freedom, restSeen, rest] = [0, -1, 0, 0]
  counts.forEach((count, i) => {
    const expected = n * law[i]!
    if (expected < 5) {
      restSeen += count
      rest += expected
      return
    }
    chi += (count - expected) ** 2 / expected
    freedom++
  })
  if (rest > 0.5) {
    chi += (restSeen - rest) ** 2 / rest
    freedom++
  } else if (restSeen > 5) chi = Infinity
  return { chi, freedom }
}
