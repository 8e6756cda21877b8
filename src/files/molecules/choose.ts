/** Which molecules of a file can be used: one piece each, every atom with its valence; records of one molecule are its conformers. */
import { aromatised, kekulised } from './aromatic.ts'
import { symbols, valencesOf } from './elements.ts'
import { type LeftOut, type Molecule, type MoleculeFile, type MoleculeRecord, partsOf } from './molecule.ts'

/** Molecules, each with its conformers. */
export interface ChosenMolecules {
  readonly molecules: readonly Molecule[]
  readonly leftOut: readonly LeftOut[]
  readonly remarks: readonly string[]
}

/** Names of fields that hold an energy, as programs write them. */
const energyField = /energy|^e_?tot(?:al)?$/i

/**
 * Leaves out molecules of several fragments, with too many bonds at an atom, or with a single electron; marks aromatic bonds in one way
 * ({@link aromatised}); and joins records of the same name, atoms, bonds and charges, in the same order of atoms.
 */
export function chooseMolecules({ records, leftOut, remarks }: MoleculeFile): ChosenMolecules {
  const left: LeftOut[] = [...leftOut]
  const groups = new Map<string, { molecule: Molecule; conformers: Float32Array[]; energies: number[] }>()
  let bare = 0
  for (const [i, record] of records.entries()) {
    const checked = checkRecord(record)
    if ('reason' in checked) {
      const { name } = record.molecule
      left.push({ record: `molecule ${i + 1}${name === undefined ? '' : ` (${name})`}`, reason: checked.reason })
      continue
    }
    if (checked.bare) bare++
    const { molecule } = checked
    const id = identity(molecule)
    const group = groups.get(id) ?? { molecule, conformers: [], energies: [] }
    groups.set(id, group)
    group.conformers.push(...molecule.conformers)
    group.energies.push(...(molecule.energies ?? molecule.conformers.map(() => energyOf(record.fields))))
  }
  const molecules = [...groups.values()].map(({ molecule, conformers, energies }) => ({
    ...molecule,
    conformers,
    energies: energies.length > 0 && energies.every(Number.isFinite) ? Float64Array.from(energies) : undefined,
  }))
  const said =
    bare === 0
      ? []
      : [`${bare} of ${records.length} records have no hydrogens: their conformers are of the other atoms`]
  return { molecules, leftOut: left, remarks: [...remarks, ...said] }
}

function energyOf(fields: Readonly<Record<string, string>>): number {
  const name = Object.keys(fields).find((each) => energyField.test(each))
  return name === undefined ? Number.NaN : Number.parseFloat(fields[name]!)
}

function checkRecord({
  molecule,
}: MoleculeRecord): { readonly molecule: Molecule; readonly bare: boolean } | { readonly reason: string } {
  const parts = partsOf(molecule)
  if (parts > 1) return { reason: `${parts} fragments, such as a salt: one molecule a record` }
  const plain = kekulised(molecule)
  const fault = valenceFault(plain ?? molecule)
  const hasHydrogens = molecule.atoms.includes(1)
  const bare = !hasHydrogens && (fault?.kind === 'missing' || !plain)
  if (fault && !bare) return { reason: fault.reason }
  if (!plain && hasHydrogens)
    return { reason: 'its aromatic bonds cannot be single and double ones: a missing hydrogen or charge' }
  return { molecule: plain ? aromatised(plain) : molecule, bare }
}

/** The first atom whose bonds do not fit its valence; undefined where all do. Atoms with bonds of the order 4 are not looked at. */
export function valenceFault({
  atoms,
  bonds,
  charges,
}: Pick<Molecule, 'atoms' | 'bonds' | 'charges'>):
  | { readonly kind: 'exceeded' | 'missing'; readonly reason: string }
  | undefined {
  const sums = new Float64Array(atoms.length)
  for (let i = 0; i < bonds.length; i += 3) {
    const order = bonds[i + 2] === 4 ? Number.NaN : bonds[i + 2]!
    for (const end of [0, 1]) sums[bonds[i + end]!]! += order
  }
  let missing: { readonly kind: 'missing'; readonly reason: string } | undefined
  for (const [atom, number] of atoms.entries()) {
    const allowed = valencesOf(number, charges?.[atom] ?? 0)
    const sum = sums[atom]!
    if (!allowed || Number.isNaN(sum) || allowed.includes(sum)) continue
    const which = `atom ${atom + 1} (${symbols[number]})`
    const bondsText = `${sum} bond${sum === 1 ? '' : 's'}`
    if (sum > Math.max(...allowed))
      return { kind: 'exceeded', reason: `${which} has ${bondsText}, at most ${Math.max(...allowed)} with its charge` }
    missing ??= { kind: 'missing', reason: `a radical, or a missing hydrogen: ${which} has ${bondsText}` }
  }
  return missing
}

function identity({ name = '', smiles = '', atoms, bonds, charges }: Molecule): string {
  const sorted = Array.from({ length: bonds.length / 3 }, (_, i) => {
    const [from, to, order] = [bonds[3 * i]!, bonds[3 * i + 1]!, bonds[3 * i + 2]!]
    return `${Math.min(from, to)}-${Math.max(from, to)}-${order}`
  }).toSorted()
  return [name, smiles, atoms.join(), sorted.join(), charges?.join() ?? ''].join('|')
}
