/** What follows from the bonds of a molecule: neighbours, distances along bonds, rings, and which atoms look alike. */
import type { Molecule } from '../../../files/data/molecules.ts'

/** A neighbour of an atom. */
export interface Neighbour {
  readonly atom: number
  /** 1, 2, 3; 4: aromatic. */
  readonly order: number
}

/** The topology of a molecule. */
export interface Topology {
  readonly neighbours: readonly (readonly Neighbour[])[]
  /** The fewest bonds between two atoms, `[atoms · atoms]`; 255: they are not connected. */
  readonly hops: Uint8Array
  /** The size of the smallest ring known that has both atoms, `[atoms · atoms]` (with itself: its smallest ring); 0: none. */
  readonly rings: Uint8Array
  /** Atoms with different colours differ; those of one colour look alike from all sides. */
  readonly colours: Int32Array
}

/** Works it out. */
export function topologyOf(molecule: Pick<Molecule, 'atoms' | 'bonds' | 'charges'>): Topology {
  const count = molecule.atoms.length
  const neighbours = neighboursOf(molecule)
  const hops = new Uint8Array(count * count)
  for (let from = 0; from < count; from++) hops.set(hopsFrom(neighbours, from), from * count)
  return Object.freeze({
    neighbours,
    hops,
    rings: ringsOf(molecule, neighbours),
    colours: coloursOf(molecule, neighbours),
  })
}

/** The distance of atoms that no path of bonds connects. */
export const unconnected = 255

function neighboursOf({ atoms, bonds }: Pick<Molecule, 'atoms' | 'bonds'>): Neighbour[][] {
  const lists: Neighbour[][] = Array.from(atoms, () => [])
  for (let i = 0; i < bonds.length; i += 3) {
    const [from, to, order] = [bonds[i]!, bonds[i + 1]!, bonds[i + 2]!]
    lists[from]!.push({ atom: to, order })
    lists[to]!.push({ atom: from, order })
  }
  return lists
}

/** Distances from an atom; a bond may be left out. */
function hopsFrom(neighbours: readonly (readonly Neighbour[])[], from: number): Uint8Array {
  const found = new Uint8Array(neighbours.length).fill(unconnected)
  found[from] = 0
  for (const queue = [from]; queue.length > 0;) {
    const atom = queue.shift()!
    for (const { atom: next } of neighbours[atom]!) {
      if (found[next] !== unconnected) continue
      found[next] = Math.min(unconnected - 1, found[atom]! + 1)
      queue.push(next)
    }
  }
  return found
}

/** For every bond the shortest way around it; all atoms of that ring are in a ring with each other. */
function ringsOf(
  { atoms, bonds }: Pick<Molecule, 'atoms' | 'bonds'>,
  neighbours: readonly (readonly Neighbour[])[],
): Uint8Array {
  const count = atoms.length
  const rings = new Uint8Array(count * count)
  for (let i = 0; i < bonds.length; i += 3) {
    const way = wayAround(neighbours, bonds[i]!, bonds[i + 1]!)
    if (!way) continue
    const size = Math.min(way.length, 255)
    for (const a of way) {
      for (const b of way) {
        const known = rings[a * count + b]!
        if (known === 0 || size < known) rings[a * count + b] = size
      }
    }
  }
  return rings
}

/** The atoms of a shortest path between two neighbours that does not use their bond. */
function wayAround(neighbours: readonly (readonly Neighbour[])[], from: number, to: number): number[] | undefined {
  const before = new Int32Array(neighbours.length).fill(-1)
  before[from] = from
  for (const queue = [from]; queue.length > 0;) {
    const atom = queue.shift()!
    for (const { atom: next } of neighbours[atom]!) {
      if (before[next] !== -1 || (atom === from && next === to)) continue
      before[next] = atom
      queue.push(next)
    }
  }
  if (before[to] === -1) return undefined
  const way = [to]
  while (way.at(-1) !== from) way.push(before[way.at(-1)!]!)
  return way
}

/** Colours are refined by those of neighbours until no further atoms are told apart. Weisfeiler & Leman (1968). */
function coloursOf(
  { atoms, charges }: Pick<Molecule, 'atoms' | 'charges'>,
  neighbours: readonly (readonly Neighbour[])[],
): Int32Array {
  let names = Array.from(atoms, (number, i) => `${number} ${charges?.[i] ?? 0}`)
  for (let known = 0; ;) {
    const sorted = [...new Set(names)].sort()
    const colours = Int32Array.from(names, (name) => sorted.indexOf(name))
    if (sorted.length === known) return colours
    known = sorted.length
    names = Array.from(colours, (colour, i) => {
      const around = neighbours[i]!.map(({ atom, order }) => `${order}:${colours[atom]}`)
      return `${colour} ${around.sort().join(' ')}`
    })
  }
}
