/** Molecules: graphs of atoms and bonds, each with some arrangements of its atoms in space. */
import { TweedieError } from '../../errors.ts'
import { joinFloats } from '../../join-bytes.ts'
import type { Molecule } from '../molecules/molecule.ts'
import type { SkippedFile } from './dataset.ts'
import type { PackedArray, PackedRecords, RecordSet } from './records.ts'

export type { Molecule } from '../molecules/molecule.ts'

/** What a set of molecules is made of. */
export interface MoleculeParts {
  readonly name: string
  readonly molecules: readonly Molecule[]
  readonly skipped?: readonly SkippedFile[] | undefined
  readonly remarks?: readonly string[] | undefined
}

/** Molecules in memory; the items are molecules, and their size is the number of atoms of the largest. */
export interface MoleculeDataset extends MoleculeParts, RecordSet {
  readonly kind: 'molecules'
}

/**
 * Checks that the parts of each molecule fit together.
 *
 * @throws TweedieError `data` for no molecules, a bond to an atom that is not there, or positions that do not fit or are not finite
 */
export function createMolecules(parts: MoleculeParts): MoleculeDataset {
  const { name, molecules } = parts
  if (molecules.length === 0) throw new TweedieError('data', `${name}: there are no molecules`)
  molecules.forEach((molecule, i) => checkMolecule(molecule, `${name}: ${molecule.name ?? `molecule ${i + 1}`}`))
  const set: MoleculeDataset = {
    ...parts,
    kind: 'molecules',
    shape: [molecules.reduce((most, { atoms }) => Math.max(most, atoms.length), 0)],
    length: molecules.length,
    select: (indices) =>
      createMolecules({ ...parts, molecules: Array.from(indices, (index) => molecules[index]!) }) as never,
    packed: () => packedMolecules(parts),
  }
  return Object.freeze(set)
}

/** The molecules that were packed. */
export function unpackMolecules({ facts, arrays }: PackedRecords): MoleculeDataset {
  const { molecules, ...rest } = facts as unknown as Omit<MoleculeParts, 'molecules'> & {
    readonly molecules: readonly (Pick<Molecule, 'name' | 'smiles'> & { readonly conformers: number })[]
  }
  return createMolecules({
    ...rest,
    molecules: molecules.map((facts, i) => {
      const atoms = arrays[`atoms/${i}`] as Uint8Array
      const positions = (arrays[`positions/${i}`] as Float32Array | undefined) ?? new Float32Array(0)
      const size = 3 * atoms.length
      return {
        ...facts,
        atoms,
        bonds: (arrays[`bonds/${i}`] as Int32Array | undefined) ?? new Int32Array(0),
        charges: arrays[`charges/${i}`] as Int32Array | undefined,
        energies: arrays[`energies/${i}`] as Float64Array | undefined,
        conformers: Array.from({ length: facts.conformers }, (_, k) => positions.slice(k * size, (k + 1) * size)),
      }
    }),
  })
}

function packedMolecules({ molecules, skipped: _, remarks: __, ...facts }: MoleculeParts): PackedRecords {
  const arrays: Record<string, PackedArray> = {}
  molecules.forEach(({ atoms, bonds, charges, conformers, energies }, i) => {
    arrays[`atoms/${i}`] = atoms
    if (bonds.length > 0) arrays[`bonds/${i}`] = bonds
    if (charges) arrays[`charges/${i}`] = charges
    if (conformers.length > 0) arrays[`positions/${i}`] = joinFloats(conformers)
    if (energies) arrays[`energies/${i}`] = energies
  })
  const each = molecules.map(({ name, smiles, conformers }) => ({ name, smiles, conformers: conformers.length }))
  return { facts: { ...facts, molecules: each }, arrays }
}

function checkMolecule({ atoms, bonds, charges, conformers, energies }: Molecule, source: string): void {
  if (atoms.length === 0) throw new TweedieError('data', `${source}: has no atoms`)
  if (atoms.some((number) => number < 1 || number > 118)) {
    throw new TweedieError('data', `${source}: an atomic number is outside 1 … 118`)
  }
  if (bonds.length % 3 !== 0) throw new TweedieError('data', `${source}: bonds are three numbers each`)
  for (let i = 0; i < bonds.length; i += 3) {
    const [from, to, order] = [bonds[i]!, bonds[i + 1]!, bonds[i + 2]!]
    const isAtom = (atom: number): boolean => atom >= 0 && atom < atoms.length
    if (isAtom(from) && isAtom(to) && from !== to && order >= 1 && order <= 4) continue
    throw new TweedieError('data', `${source}: there is no bond ${from}–${to} of order ${order}`)
  }
  if (charges && charges.length !== atoms.length) {
    throw new TweedieError('data', `${source}: ${charges.length} charges of ${atoms.length} atoms`)
  }
  if (energies && energies.length !== conformers.length) {
    throw new TweedieError('data', `${source}: ${energies.length} energies of ${conformers.length} conformers`)
  }
  for (const positions of conformers) {
    if (positions.length !== 3 * atoms.length) {
      throw new TweedieError('data', `${source}: ${positions.length / 3} positions of ${atoms.length} atoms`)
    }
    if (!positions.every(Number.isFinite)) throw new TweedieError('data', `${source}: a position is not finite`)
  }
}
