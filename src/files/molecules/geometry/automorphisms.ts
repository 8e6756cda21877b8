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
  const maps: Int32Array[] = []
  const complete = search({ order, around, colours, anywhere: heavy }, (image) => {
    if (maps.length === most) return false
    maps.push(Int32Array.from(atoms, (_, atom) => (image[atom]! < 0 ? atom : image[atom]!)))
    return true
  })
  return { heavy, maps, complete }
}

/**
 * The heavy atom of `to` that is each heavy atom of `from`, where they are the same graph in another order; hydrogens are −1. Undefined where they are not.
 */
export function matchOf(from: Graph, to: Graph): Int32Array | undefined {
  const size = from.atoms.length
  const joined: Graph = {
    atoms: Uint8Array.of(...from.atoms, ...to.atoms),
    bonds: Int32Array.of(...from.bonds, ...to.bonds.map((each, i) => (i % 3 === 2 ? each : each + size))),
    charges: Int32Array.of(...chargesOf(from), ...chargesOf(to)),
  }
  const heavy = [...joined.atoms.keys()].filter((atom) => joined.atoms[atom] !== 1)
  const { labels, around } = heavyGraph(joined, new Set(heavy))
  const colours = refined(labels, around)
  const own = heavy.filter((atom) => atom < size)
  const others = heavy.filter((atom) => atom >= size)
  if (own.length !== others.length) return undefined
  let found: Int32Array | undefined
  search({ order: reachable(own, around, colours), around, colours, anywhere: others }, (image) => {
    found = Int32Array.from(from.atoms, (_, atom) => (image[atom]! < 0 ? -1 : image[atom]! - size))
    return false
  })
  return found
}

const chargesOf = ({ atoms, charges }: Graph): Int32Array => charges ?? new Int32Array(atoms.length)

/** How atoms are placed. */
interface Search {
  readonly order: readonly { readonly atom: number; readonly beside: number | undefined }[]
  readonly around: readonly ReadonlyMap<number, number>[]
  readonly colours: readonly number[]
  /** Where an atom may be that lies beside none. */
  readonly anywhere: readonly number[]
}

/** Every way to place the atoms, until `found` wants no more; whether it has had all. */
function search({ order, around, colours, anywhere }: Search, found: (image: Int32Array) => boolean): boolean {
  const image = new Int32Array(around.length).fill(-1)
  const used = new Uint8Array(around.length)
  const fits = (atom: number, candidate: number): boolean => {
    if (around[atom]!.size !== around[candidate]!.size) return false
    for (const [neighbour, bond] of around[atom]!) {
      if (image[neighbour]! >= 0 && around[candidate]!.get(image[neighbour]!) !== bond) return false
    }
    return true
  }
  const place = (depth: number): boolean => {
    if (depth === order.length) return found(image)
    const { atom, beside } = order[depth]!
    // An atom goes where a neighbour of what is placed is; the first of a piece may be anywhere. Its own place comes first.
    const candidates = beside === undefined ? anywhere : [...around[image[beside]!]!.keys()]
    const own = candidates.includes(atom) ? [atom, ...candidates.filter((each) => each !== atom)] : candidates
    for (const candidate of own) {
      if (used[candidate] || colours[candidate] !== colours[atom] || !fits(atom, candidate)) continue
      image[atom] = candidate
      used[candidate] = 1
      const goOn = place(depth + 1)
      image[atom] = -1
      used[candidate] = 0
      if (!goOn) return false
    }
    return true
  }
  return place(0)
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
