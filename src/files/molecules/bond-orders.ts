/** Orders of bonds from valences: which bonds are double and triple, so that every atom has as many as it may. */

/** A problem: bonds that may have more than one, and how much each atom still lacks. */
export interface OrderProblem {
  /** Two atoms each. */
  readonly pairs: readonly (readonly [number, number])[]
  /** By how much each bond may grow. */
  readonly room: readonly number[]
  /** What each atom lacks. */
  readonly missing: readonly number[]
  /** What it costs to let a bond grow by one; of several solutions the cheapest is taken. */
  readonly cost?: readonly number[] | undefined
}

/** How many steps of the search are made at most, and how many solutions are compared. */
const limits = { steps: 20_000, solutions: 64 } as const

/**
 * By how much each bond grows, so that no atom lacks anything; undefined where there is no such way, or the search is too long. It is
 * complete up to 20,000 steps: the atom with the fewest open bonds is settled first, so that chains settle themselves.
 */
export function growBonds({ pairs, room, missing, cost }: OrderProblem): number[] | undefined {
  const lack = [...missing]
  if (lack.some((each) => each < 0)) return undefined
  const growth = pairs.map(() => 0)
  const settled = pairs.map((_, bond) => room[bond] === 0)
  const at: number[][] = lack.map(() => [])
  pairs.forEach(([from, to], bond) => {
    at[from]!.push(bond)
    at[to]!.push(bond)
  })
  const other = (bond: number, atom: number): number => (pairs[bond]![0] === atom ? pairs[bond]![1] : pairs[bond]![0])
  const price = (bond: number): number => cost?.[bond] ?? 0
  let steps: number = limits.steps
  let solutions = 0
  let best: number[] | undefined
  let bestCost = Infinity
  const spent = (): number => growth.reduce((sum, each, bond) => sum + each * price(bond), 0)

  const search = (): void => {
    if (steps-- <= 0 || solutions >= limits.solutions) return
    let chosen = -1
    let fewest = Infinity
    for (const [atom, each] of lack.entries()) {
      if (each === 0) continue
      const open = at[atom]!.filter((bond) => !settled[bond] && lack[other(bond, atom)]! > 0)
      if (open.reduce((sum, bond) => sum + Math.min(room[bond]!, lack[other(bond, atom)]!), 0) < each) return
      if (open.length < fewest) [chosen, fewest] = [atom, open.length]
    }
    if (chosen < 0) {
      solutions++
      const total = spent()
      if (total < bestCost) [best, bestCost] = [[...growth], total]
      return
    }
    const open = at[chosen]!.filter((bond) => !settled[bond] && lack[other(bond, chosen)]! > 0)
    const [bond] = open.toSorted((a, b) => price(a) - price(b))
    if (bond === undefined) return
    const to = other(bond, chosen)
    settled[bond] = true
    for (let grow = Math.min(room[bond]!, lack[chosen]!, lack[to]!); grow >= 0; grow--) {
      growth[bond] = grow
      lack[chosen]! -= grow
      lack[to]! -= grow
      search()
      lack[chosen]! += grow
      lack[to]! += grow
    }
    growth[bond] = 0
    settled[bond] = false
  }
  search()
  return best
}
