/** Symmetries of a molecule's graph: the ways in which its heavy atoms may be exchanged so that every bond stays a bond. */
import { type Molecule, neighboursOf } from '../molecule.ts'

/** The symmetries of a molecule. */
export interface Automorphisms {
  /** The heavy atoms, in their order; all atoms where there are no heavy ones. */
  readonly heavy: readonly number[]
  /** One a symmetry: the atom that takes the place of each, by the numbers of atoms. Hydrogens stay. The identity is first. */
  readonly maps: readonly Int32Array[]
  /** Whether these are all. */
  readonly complete: boolean
}

/** How many symmetries are kept at most, unless the caller says otherwise. */
const mostMaps = 20_000

type Graph = Pick<Molecule, 'atoms' | 'bonds' | 'charges'>

/**
 * All symmetries of the graph of heavy atoms: elements, charges, numbers of hydrogens and orders of bonds stay. Oxygen (or
 * sulphur) atoms that differ only by where a double bond and a charge are drawn, as in nitro and carboxylate groups, are the same.
 *
 * Atoms get colours, which are refined by the colours of their neighbours until nothing changes; then atoms are placed one after another, next
 * to one that is placed, wherever colours and bonds fit. At most `most` are found, and `complete` says whether there may be more.
 */
export function automorphismsOf(molecule: Graph, most = mostMaps): Automorphisms {
  const { atoms } = molecule
  const some = [...atoms.keys()].filter((atom) => atoms[atom] !== 1)
  const heavy = some.length > 0 ? some : [...atoms.keys()]
  const { labels, around } = heavyGraph(molecule, new Set(heavy))
  const colours = refined(labels, around)
  const order = reachable(heavy, around, colours)
  const identity = Int32Array.from(atoms.keys())
  const maps: Int32Array[] = []
  const image = new Int32Array(atoms.length).fill(-1)
  const used = new Uint8Array(atoms.length)
  let complete = true
  const place = (depth: number): void => {
    if (!complete) return
    if (depth === order.length) {
      if (maps.length === most) complete = false
      else maps.push(Int32Array.from(identity, (atom) => (image[atom]! < 0 ? atom : image[atom]!)))
      return
    }
    const { atom, beside } = order[depth]!
    // Candidates lie at the neighbour of an atom that is placed; the first of a piece may be anywhere. Itself comes first.
    const candidates = beside === undefined ? heavy : [...around[image[beside]!]!.keys()]
    for (const candidate of candidates.includes(atom)
      ? [atom, ...candidates.filter((each) => each !== atom)]
      : candidates) {
      if (used[candidate] || colours[candidate] !== colours[atom]) continue
      if (!fits(atom, candidate)) continue
      image[atom] = candidate
      used[candidate] = 1
      place(depth + 1)
      image[atom] = -1
      used[candidate] = 0
    }
  }
  const fits = (atom: number, candidate: number): boolean => {
    for (const [neighbour, order] of around[atom]!) {
      if (image[neighbour]! >= 0 && around[candidate]!.get(image[neighbour]!) !== order) return false
    }
    return true
  }
  place(0)
  return { heavy, maps, complete }
}

/** What every heavy atom is, in words, and its heavy neighbours with the kind of bond. */
function heavyGraph(
  molecule: Graph,
  heavy: ReadonlySet<number>,
): { readonly labels: readonly string[]; readonly around: readonly ReadonlyMap<number, number>[] } {
  const { atoms, bonds, charges } = molecule
  const neighbours = neighboursOf(molecule)
  const hydrogens = neighbours.map((each) => each.filter(([atom]) => !heavy.has(atom)).length)
  // Ends of oxygen or sulphur on one atom, of which one has the double bond and another the charge: the same.
  const isEnd = (atom: number): boolean => [8, 16].includes(atoms[atom]!) && neighbours[atom]!.length === 1
  const shared = new Set<number>()
  for (const each of neighbours) {
    const ends = each.filter(([atom]) => isEnd(atom))
    const double = ends.find(([, bond]) => bonds[3 * bond + 2] === 2)
    if (!double) continue
    const alike = ends.filter(([atom]) => atoms[atom] === atoms[double[0]])
    if (alike.length > 1) for (const [atom] of alike) shared.add(atom)
  }
  const around = neighbours.map(
    (each, atom) =>
      new Map(
        each
          .filter(([other]) => heavy.has(atom) && heavy.has(other))
          .map(([other, bond]) => [other, shared.has(atom) || shared.has(other) ? 5 : bonds[3 * bond + 2]!] as const),
      ),
  )
  const labels = Array.from(atoms, (number, atom) =>
    [number, shared.has(atom) ? 0 : (charges?.[atom] ?? 0), hydrogens[atom]].join(),
  )
  return { labels, around }
}

/** Colours of atoms, refined until atoms of one colour have neighbours of the same colours (Morgan, 1965; Weisfeiler and Leman, 1968). */
export function refined(labels: readonly string[], around: readonly ReadonlyMap<number, number>[]): number[] {
  let colours = numbered(labels)
  for (let count = 0; ;) {
    const next = numbered(
      colours.map((colour, atom) =>
        [colour, ...Array.from(around[atom]!, ([other, order]) => `${order}:${colours[other]}`).toSorted()].join(' '),
      ),
    )
    const found = new Set(next).size
    colours = next
    if (found === count) return colours
    count = found
  }
}

function numbered(labels: readonly string[]): number[] {
  const sorted = [...new Set(labels)].toSorted()
  const numbers = new Map(sorted.map((label, i) => [label, i] as const))
  return labels.map((label) => numbers.get(label)!)
}

/** Atoms so that each lies beside one before it, starting from the rarest colour; the first of every piece lies beside none. */
function reachable(
  heavy: readonly number[],
  around: readonly ReadonlyMap<number, number>[],
  colours: readonly number[],
): { readonly atom: number; readonly beside: number | undefined }[] {
  const size = new Map<number, number>()
  for (const atom of heavy) size.set(colours[atom]!, (size.get(colours[atom]!) ?? 0) + 1)
  const rarest = heavy.toSorted((a, b) => size.get(colours[a]!)! - size.get(colours[b]!)!)
  const order: { atom: number; beside: number | undefined }[] = []
  const seen = new Set<number>()
  for (const start of rarest) {
    if (seen.has(start)) continue
    seen.add(start)
    order.push({ atom: start, beside: undefined })
    for (let i = order.length - 1; i < order.length; i++) {
      const { atom } = order[i]!
      for (const next of around[atom]!.keys()) {
        if (seen.has(next)) continue
        seen.add(next)
        order.push({ atom: next, beside: atom })
      }
    }
  }
  return order
}
