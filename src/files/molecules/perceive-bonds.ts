/** Bonds of atoms of which only positions are known. */
import { aromatised } from './aromatic.ts'
import { growBonds } from './bond-orders.ts'
import { covalentRadius, symbols, valencesOf } from './elements.ts'
import { type Molecule, partsOf } from './molecule.ts'
import { broken } from './molfile-parts.ts'
import { distance } from './plausible.ts'

/** Atoms are bonded where they are no further apart than their covalent radii and this, in ångström. */
const slack = 0.35
/** Atoms that are nearer than this part of their radii are an error of the file. */
const nearest = 0.55

type Bare = Pick<Molecule, 'name' | 'atoms' | 'conformers'>

/**
 * A molecule with bonds of its first conformer. Atoms are bonded where they are at most 0.35 Å further apart than their covalent radii;
 * orders are those that give every atom its valence, the shorter bonds having the higher ones; where no uncharged molecule comes out,
 * pairs of charges are tried (N⁺ and O⁻, as in a nitro group). Rings of 4n + 2 electrons are aromatic.
 *
 * @throws TweedieError `data` where atoms lie on each other, are in several pieces, or no orders give every atom its valence
 */
export function withBonds(bare: Bare): Molecule {
  const { atoms, conformers } = bare
  const positions = conformers[0]!
  const pairs: (readonly [number, number])[] = []
  const cost: number[] = []
  for (let i = 0; i < atoms.length; i++) {
    for (let j = 0; j < i; j++) {
      const usual = covalentRadius(atoms[i]!) + covalentRadius(atoms[j]!)
      const length = distance(positions, i, j)
      if (length < nearest * usual) {
        throw broken(
          `atoms ${j + 1} and ${i + 1} (${symbols[atoms[j]!]}, ${symbols[atoms[i]!]}) are ${length.toFixed(2)} Å apart: too near`,
        )
      }
      if (length > usual + slack || (atoms[i] === 1 && atoms[j] === 1 && atoms.length > 2)) continue
      pairs.push([j, i])
      cost.push(length / usual)
    }
  }
  const kept = withinValences(atoms, pairs, cost)
  const flat = Int32Array.from(kept.pairs.flatMap(([i, j]) => [i, j, 1]))
  const parts = partsOf({ atoms, bonds: flat })
  if (parts > 1) throw broken(`${parts} fragments: by their distances, its atoms are not one molecule`)
  const found = ordersOf(atoms, kept.pairs, kept.cost)
  if (!found) throw broken('its bonds do not come out: a radical, an ion, a missing hydrogen, or broken distances')
  found.orders.forEach((order, bond) => (flat[3 * bond + 2] = order))
  const charges = found.charges.some((each) => each !== 0) ? Int32Array.from(found.charges) : undefined
  return aromatised({ ...bare, bonds: flat, charges })
}

/** Without the longest bonds, for their radii, of atoms that have more than they may: distances across small rings are short. */
function withinValences(
  atoms: Uint8Array,
  pairs: readonly (readonly [number, number])[],
  cost: readonly number[],
): { readonly pairs: readonly (readonly [number, number])[]; readonly cost: readonly number[] } {
  const most = Array.from(atoms, (number) =>
    Math.max(...[0, 1].flatMap((charge) => valencesOf(number, charge) ?? [Infinity])),
  )
  const degree = Array.from(atoms, () => 0)
  for (const pair of pairs) for (const atom of pair) degree[atom]!++
  const left = new Set(pairs.keys())
  for (const bond of [...left].toSorted((a, b) => cost[b]! - cost[a]!)) {
    const [from, to] = pairs[bond]!
    if (degree[from]! <= most[from]! && degree[to]! <= most[to]!) continue
    left.delete(bond)
    degree[from]!--
    degree[to]!--
  }
  return { pairs: pairs.filter((_, i) => left.has(i)), cost: cost.filter((_, i) => left.has(i)) }
}

/** Charges that an atom of an element may have in a pair, the likelier first. */
const positive = [7, 15, 8, 16]
const negative = [8, 16, 7, 6, 5]
const mostPairs = 3
/** How many ways to place charges are tried at most. */
const mostTries = 500

function ordersOf(
  atoms: Uint8Array,
  pairs: readonly (readonly [number, number])[],
  cost: readonly number[],
): { readonly orders: readonly number[]; readonly charges: readonly number[] } | undefined {
  const degree = Array.from(atoms, () => 0)
  for (const pair of pairs) for (const atom of pair) degree[atom]!++
  const solve = (charges: readonly number[]): readonly number[] | undefined => {
    for (const missing of lacks(atoms, degree, charges)) {
      const growth = growBonds({ pairs, room: pairs.map(() => 2), missing, cost })
      if (growth) return growth.map((each) => each + 1)
    }
    return undefined
  }
  let tries = 0
  for (let count = 0; count <= mostPairs; count++) {
    for (const charges of chargings(atoms, degree, count)) {
      if (tries++ === mostTries) return undefined
      const orders = solve(charges)
      if (orders) return { orders, charges }
    }
  }
  return undefined
}

/** What each atom lacks, in the ways in which atoms of several valences may have them: all the lowest, or one atom a higher one. */
function* lacks(atoms: Uint8Array, degree: readonly number[], charges: readonly number[]): Generator<number[]> {
  const open = Array.from(atoms, (number, i) =>
    (valencesOf(number, charges[i]!) ?? [degree[i]!]).filter((each) => each >= degree[i]!),
  )
  if (open.some((each) => each.length === 0)) return
  const lowest = open.map((each, i) => each[0]! - degree[i]!)
  yield lowest
  const several = [...open.keys()].filter((i) => open[i]!.length > 1)
  // A few atoms of sulphur and phosphorus at most: all combinations.
  const combinations = several
    .slice(0, 4)
    .reduce((all, i) => all.flatMap((each) => open[i]!.map((valence) => ({ ...each, [i]: valence - degree[i]! }))), [
      {},
    ] as Record<number, number>[])
  for (const each of combinations.slice(1)) yield lowest.map((value, i) => each[i] ?? value)
}

/** Ways to put so many charges of each sign on atoms; those that have more bonds than their valence are charged in any case. */
function* chargings(atoms: Uint8Array, degree: readonly number[], count: number): Generator<number[]> {
  const heavy = [...atoms.keys()].filter((i) => atoms[i] !== 1)
  const forced = heavy.filter((i) => Math.max(...(valencesOf(atoms[i]!, 0) ?? [Infinity])) < degree[i]!)
  if (forced.length > count) return
  const byElement = (list: readonly number[], chosen: (i: number) => boolean): number[] =>
    list.flatMap((number) => heavy.filter((i) => atoms[i] === number && chosen(i)))
  const plus = byElement(positive, (i) => !forced.includes(i) && degree[i]! >= 1 && degree[i]! <= 3)
  const minus = byElement(negative, (i) => degree[i]! <= (valencesOf(atoms[i]!, -1)?.[0] ?? 0))
  for (const positives of choices(plus, count - forced.length)) {
    for (const negatives of choices(minus, count)) {
      if (negatives.some((i) => positives.includes(i) || forced.includes(i))) continue
      const charges = Array.from(atoms, () => 0)
      for (const i of [...forced, ...positives]) charges[i] = 1
      for (const i of negatives) charges[i] = -1
      yield charges
    }
  }
}

function* choices(from: readonly number[], count: number, start = 0): Generator<number[]> {
  if (count === 0) yield []
  else
    for (let i = start; i < from.length; i++)
      for (const rest of choices(from, count - 1, i + 1)) yield [from[i]!, ...rest]
}
