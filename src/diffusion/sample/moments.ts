/**
 * Quadrature weights from moments. A multistep method replaces a prediction m by the polynomial through its known values
 * at nodes v_k, and integrates that. The weights are those that are exact for every power up to the number of nodes,
 *
 *     Σ_k w_k v_k^j = M_j    for j = 0 … n − 1,
 *
 * where M_j is the integral of v^j. Adams–Bashforth, DEIS, DPM-Solver and UniPC differ in their moments only.
 */

/** The weights of the nodes, given as many moments. Nodes must differ; order and scale are free. */
export function weightsOfMoments(nodes: readonly number[], moments: readonly number[]): number[] {
  return nodes.map((node, k) => {
    // the Lagrange polynomial of node k by its coefficients, the constant first
    let polynomial = [1]
    for (const [other, root] of nodes.entries()) {
      if (other === k) continue
      const shifted = [0, ...polynomial]
      polynomial = shifted.map((value, j) => (value - root * (polynomial[j] ?? 0)) / (node - root))
    }
    return polynomial.reduce((sum, value, j) => sum + value * moments[j]!, 0)
  })
}

/** M_j = ∫₀¹ v^j dv = 1/(j + 1), the moments of a plain integral. */
export function plainMoments(count: number): number[] {
  return Array.from({ length: count }, (_, j) => 1 / (j + 1))
}

/**
 * M_j = ∫₀¹ z e^{−z(1−v)} v^j dv, the moments of an exponential integral, by parts: M_0 = 1 − e^{−z} and
 * M_j = 1 − (j/z) M_{j−1}. For z < 0 all of them times e^z, so that nothing overflows.
 */
export function exponentialMoments(z: number, count: number): number[] {
  const one = z < 0 ? Math.exp(z) : 1
  const moments = [z < 0 ? Math.expm1(z) : -Math.expm1(-z)]
  for (let j = 1; j < count; j++) moments.push(one - (j / z) * moments[j - 1]!)
  return moments
}
