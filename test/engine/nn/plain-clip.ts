/** CLIP's layers by loops over plain numbers, in double precision. */

/** The parameters of a tower, by their names in it. */
export type View = (name: string) => ArrayLike<number>

type Rows = readonly (readonly number[])[]

/** `norm(x) γ + β`. */
export function plainNorm(view: View, name: string, x: readonly number[]): number[] {
  const mean = x.reduce((a, b) => a + b) / x.length
  const scale = 1 / Math.sqrt(x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / x.length + 1e-5)
  return x.map((each, i) => (each - mean) * scale * view(`${name}.weight`)[i]! + view(`${name}.bias`)[i]!)
}

/** Transformers' `hidden_states`: what goes into the first layer, and what comes out of each; two heads. */
export function plainLayers(
  view: View,
  first: Rows,
  layers: number,
  { act, causal }: { act: (x: number) => number; causal: boolean },
): Rows[] {
  const affine = (name: string, x: readonly number[]): number[] =>
    Array.from(view(`${name}.bias`), (b, i) =>
      x.reduce((sum, each, j) => sum + view(`${name}.weight`)[i * x.length + j]! * each, b),
    )
  const states = [first]
  for (let layer = 0; layer < layers; layer++) {
    const h = states.at(-1)!
    const at = `encoder.layers.${layer}`
    const normed = h.map((x) => plainNorm(view, `${at}.layer_norm1`, x))
    const [q, k, v] = ['q', 'k', 'v'].map((each) => normed.map((x) => affine(`${at}.self_attn.${each}_proj`, x)))
    const size = h[0]!.length / 2
    states.push(
      h.map((x, place) => {
        const seen = [0, 1].flatMap((head) => {
          const part = (y: readonly number[]): readonly number[] => y.slice(size * head, size * (head + 1))
          const weights = Array.from({ length: causal ? place + 1 : h.length }, (_, other) =>
            Math.exp(part(q![place]!).reduce((sum, each, i) => sum + each * part(k![other]!)[i]!, 0) / Math.sqrt(size)),
          )
          const total = weights.reduce((a, b) => a + b)
          return Array.from({ length: size }, (_, i) =>
            weights.reduce((sum, w, other) => sum + (w / total) * part(v![other]!)[i]!, 0),
          )
        })
        const attended = affine(`${at}.self_attn.out_proj`, seen).map((each, i) => each + x[i]!)
        const thought = affine(`${at}.mlp.fc1`, plainNorm(view, `${at}.layer_norm2`, attended)).map(act)
        return affine(`${at}.mlp.fc2`, thought).map((each, i) => each + attended[i]!)
      }),
    )
  }
  return states
}

export const quickGelu = (x: number): number => x / (1 + Math.exp(-1.702 * x))
