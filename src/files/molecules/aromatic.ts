/** Aromatic rings, and back to single and double bonds. */
import { growBonds } from './bond-orders.ts'
import { valencesOf } from './elements.ts'
import { type Molecule, neighboursOf } from './molecule.ts'
import { smallRings } from './rings.ts'

/**
 * The molecule with the order 4 on the bonds of aromatic rings. A ring of five to seven atoms is aromatic where each atom takes part and
 * their electrons are 4n + 2; two rings that share a bond also together, as in azulene. An atom gives 1 for a double bond in the ring, 2
 * for a lone pair (N, O, S with single bonds only, or a negative charge), 0 for a double bond out of the ring to N, O or S, or for a positive carbon;
 * any other atom takes no part.
 *
 * @param molecule with orders 1, 2 and 3
 */
export function aromatised<Some extends Pick<Molecule, 'atoms' | 'bonds' | 'charges'>>(molecule: Some): Some {
  const rings = smallRings(molecule, 7).filter((ring) => ring.length >= 5)
  if (rings.length === 0) return molecule
  const neighbours = neighboursOf(molecule)
  const bonds = Int32Array.from(molecule.bonds)
  const inRing = rings.map((ring) => bondsOf(ring, neighbours))
  const huckel = (sets: readonly (readonly number[])[]): boolean => {
    const atoms = new Set(sets.flat())
    let electrons = 0
    for (const atom of atoms) {
      const given = electronsOf(molecule, neighbours[atom]!, atom, atoms)
      if (given === undefined) return false
      electrons += given
    }
    return electrons % 4 === 2
  }
  const alone = rings.map((ring) => huckel([ring]))
  alone.forEach((is, i) => is && inRing[i]!.forEach((bond) => (bonds[3 * bond + 2] = 4)))
  for (let i = 0; i < rings.length; i++) {
    for (let j = 0; j < i; j++) {
      if (alone[i] && alone[j]) continue
      const shared = inRing[i]!.filter((bond) => inRing[j]!.includes(bond))
      if (shared.length !== 1 || !huckel([rings[i]!, rings[j]!])) continue
      for (const bond of [...inRing[i]!, ...inRing[j]!]) if (bond !== shared[0]) bonds[3 * bond + 2] = 4
    }
  }
  return { ...molecule, bonds }
}

function bondsOf(ring: readonly number[], neighbours: ReturnType<typeof neighboursOf>): number[] {
  return ring.map((atom, i) => neighbours[atom]!.find(([other]) => other === ring[(i + 1) % ring.length])![1])
}

/** What an atom gives to the rings; undefined where it takes no part. */
function electronsOf(
  { atoms, bonds, charges }: Pick<Molecule, 'atoms' | 'bonds' | 'charges'>,
  around: readonly (readonly [number, number])[],
  atom: number,
  ring: ReadonlySet<number>,
): 0 | 1 | 2 | undefined {
  const order = (bond: number): number => bonds[3 * bond + 2]!
  const charge = charges?.[atom] ?? 0
  const doubles = around.filter(([, bond]) => order(bond) === 2 || order(bond) === 4)
  if (around.some(([, bond]) => order(bond) === 3) || doubles.length > 1) return undefined
  const [double] = doubles
  if (double) {
    if (ring.has(double[0])) return 1
    return [7, 8, 16].includes(atoms[double[0]]!) ? 0 : undefined
  }
  const number = atoms[atom]!
  if ([7, 15].includes(number) && charge === 0 && around.length === 3) return 2
  if ([8, 16, 34].includes(number) && charge === 0 && around.length === 2) return 2
  if ([6, 7].includes(number) && charge === -1) return 2
  if (number === 6 && charge === 1) return 0
  return undefined
}

/**
 * The molecule with single and double bonds in place of aromatic ones; undefined where none give every atom its valence, as where
 * hydrogens are missing. Of the forms of a ring, one is taken.
 */
export function kekulised<Some extends Pick<Molecule, 'atoms' | 'bonds' | 'charges'>>(
  molecule: Some,
): Some | undefined {
  const { atoms, bonds, charges } = molecule
  if (!bonds.some((order, i) => i % 3 === 2 && order === 4)) return molecule
  const count = bonds.length / 3
  const pairs = Array.from({ length: count }, (_, bond) => [bonds[3 * bond]!, bonds[3 * bond + 1]!] as const)
  const isAromatic = pairs.map((_, bond) => bonds[3 * bond + 2] === 4)
  const has = Array.from(atoms, () => 0)
  const aromatic = new Set<number>()
  pairs.forEach(([from, to], bond) => {
    const order = isAromatic[bond] ? 1 : bonds[3 * bond + 2]!
    has[from]! += order
    has[to]! += order
    if (isAromatic[bond]) [from, to].forEach((atom) => aromatic.add(atom))
  })
  const missing = has.map((sum, atom) => {
    if (!aromatic.has(atom)) return 0
    const allowed = valencesOf(atoms[atom]!, charges?.[atom] ?? 0) ?? [sum]
    return (allowed.find((each) => each >= sum) ?? sum) - sum
  })
  const growth = growBonds({ pairs, room: isAromatic.map(Number), missing })
  if (!growth) return undefined
  const orders = Int32Array.from(bonds)
  growth.forEach((each, bond) => {
    if (isAromatic[bond]) orders[3 * bond + 2] = 1 + each
  })
  return { ...molecule, bonds: orders }
}
