/** Small rings of a molecule. */
import { type Molecule, neighboursOf } from './molecule.ts'

/**
 * The rings of at most so many atoms that are the shortest through one of their bonds, as atoms in their order round the ring; each once.
 */
export function smallRings(molecule: Pick<Molecule, 'atoms' | 'bonds'>, most = 8): number[][] {
  const { bonds } = molecule
  const neighbours = neighboursOf(molecule)
  const found = new Map<string, number[]>()
  for (let bond = 0; 3 * bond < bonds.length; bond++) {
    const ring = shortestThrough(neighbours, bonds[3 * bond]!, bonds[3 * bond + 1]!, bond, most)
    if (ring) found.set(ring.toSorted((a, b) => a - b).join(' '), ring)
  }
  return [...found.values()]
}

/** The shortest way from one end of a bond to the other without it. */
function shortestThrough(
  neighbours: ReturnType<typeof neighboursOf>,
  from: number,
  to: number,
  without: number,
  most: number,
): number[] | undefined {
  const cameFrom = new Map<number, number>([[from, -1]])
  let front = [from]
  for (let length = 1; length < most && front.length > 0; length++) {
    const next: number[] = []
    for (const atom of front) {
      for (const [other, bond] of neighbours[atom]!) {
        if (bond === without || cameFrom.has(other)) continue
        cameFrom.set(other, atom)
        next.push(other)
      }
    }
    if (cameFrom.has(to)) {
      const ring: number[] = []
      for (let atom = to; atom >= 0; atom = cameFrom.get(atom)!) ring.push(atom)
      return ring
    }
    front = next
  }
  return undefined
}
