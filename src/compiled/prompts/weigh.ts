/** Weights of words: vectors of places moved away from those of the empty prompt, or towards them. */

/**
 * `z ← z₀ + w (z − z₀)` at each place, z₀ being the empty prompt's vector there: w = 1 changes nothing, w = 0 takes the word's vector
 * away, w > 1 stresses it. Behind an encoder with flags z₀ is zero, so that w scales; a word of weight 0 is then flagged as absent, and not
 * attended to. compel's rule for weights above 1, here for all of them.
 *
 * @param hidden `[places, width]`, changed in place
 * @param empty `[places, width]`
 * @param weights one for each place
 * @param masked whether the last number of each vector is a flag
 */
export function weigh(hidden: Float32Array, empty: Float32Array, weights: Float32Array, masked: boolean): void {
  const width = hidden.length / weights.length
  const size = width - Number(masked)
  weights.forEach((weight, place) => {
    if (weight === 1) return
    for (let i = place * width; i < place * width + size; i++) hidden[i] = empty[i]! + weight * (hidden[i]! - empty[i]!)
    if (masked && weight === 0) hidden[place * width + size] = 0
  })
}
