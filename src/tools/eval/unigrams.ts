/** The frequencies of characters in samples. */

/**
 * The Jensen–Shannon divergence of the characters of samples from those of a corpus, in bits,
 *
 *     ½ D_KL(p ‖ m) + ½ D_KL(q ‖ m),    m = (p + q)/2,
 *
 * in [0, 1] and finite whatever occurs in one of them only. Few samples raise it: n characters by about (kinds − 1)/(8 n ln 2).
 *
 * Divergence Measures Based on the Shannon Entropy (Lin, 1991), https://doi.org/10.1109/18.61115
 *
 * @param samples texts, counted together
 */
export function unigramDivergence(samples: readonly string[], corpus: string): number {
  const [p, q] = [sharesOf(samples), sharesOf([corpus])]
  let bits = 0
  for (const character of new Set([...p.keys(), ...q.keys()])) {
    const [a, b] = [p.get(character) ?? 0, q.get(character) ?? 0]
    const middle = (a + b) / 2
    for (const share of [a, b]) if (share > 0) bits += (share * Math.log2(share / middle)) / 2
  }
  return bits
}

/** The share of each character. */
function sharesOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  let total = 0
  for (const text of texts) {
    for (const character of text) {
      counts.set(character, (counts.get(character) ?? 0) + 1)
      total++
    }
  }
  return new Map([...counts].map(([character, count]) => [character, count / total]))
}
