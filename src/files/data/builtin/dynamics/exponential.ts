/** e^x by additions and products alone, since `Math.exp` differs between machines in the last bit. */
export function exponential(x: number): number {
  let [halvings, small] = [0, x]
  while (Math.abs(small) > 0.125) {
    small /= 2
    halvings++
  }
  let [term, total] = [1, 1]
  for (let n = 1; n <= 14; n++) {
    term *= small / n
    total += term
  }
  for (let k = 0; k < halvings; k++) total *= total
  return total
}
