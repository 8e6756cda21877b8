/** Formal charges that a file does not have. */
import { kekulised } from './aromatic.ts'
import { valencesOf } from './elements.ts'
import { type Molecule, neighboursOf } from './molecule.ts'

type Graph = Pick<Molecule, 'atoms' | 'bonds'>

/**
 * Formal charges of atoms of B, N and O that have one bond more or fewer than their element; undefined where all are 0. Carbon is
 * left: three bonds do not say which sign.
 */
export function impliedCharges(graph: Graph): Int32Array | undefined {
  const { atoms } = graph
  const bonds = plain(graph)
  const sums = new Float64Array(atoms.length)
  for (let i = 0; i < bonds.length; i += 3) for (const end of [0, 1]) sums[bonds[i + end]!]! += bonds[i + 2]!
  const charges = Int32Array.from(atoms, (number, i) => {
    if (![5, 7, 8].includes(number) || valencesOf(number, 0)!.includes(sums[i]!)) return 0
    return [1, -1].find((charge) => valencesOf(number, charge)!.includes(sums[i]!)) ?? 0
  })
  return charges.some((each) => each !== 0) ? charges : undefined
}

/** Single and double bonds: without charges, or with one on an aromatic nitrogen of three neighbours. */
function plain(graph: Graph): Int32Array {
  const { atoms, bonds } = graph
  const found = kekulised(graph)
  if (found) return found.bonds
  const around = neighboursOf(graph)
  for (const [atom, number] of atoms.entries()) {
    if (number !== 7 || around[atom]!.length !== 3 || !around[atom]!.some(([, bond]) => bonds[3 * bond + 2] === 4))
      continue
    const charged = kekulised({ ...graph, charges: Int32Array.from(atoms, (_, i) => Number(i === atom)) })
    if (charged) return charged.bonds
  }
  return bonds
}
