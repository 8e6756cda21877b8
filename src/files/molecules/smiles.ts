/** SMILES: molecules as words, read by openchemlib. */
import { aromatised } from './aromatic.ts'
import { type LeftOut, type Molecule, type MoleculeFile, type MoleculeRecord, mostAtoms } from './molecule.ts'
import { broken } from './molfile-parts.ts'
import { isTweedieError } from '../../errors.ts'
import { type OclMolecule, openChemLib } from './openchemlib.ts'

/** A SMILES by its letters alone: atoms of the organic subset or in brackets, bonds, branches, rings. */
const word = /^(?:\[[^\s\]]+\]|Br|Cl|[BCNOPSFIbcnops]|[-=#$:/\\.()]|%\d\d|\d)+$/

/**
 * Whether a text is a list of SMILES: every one of its first lines begins with one, brackets close, and there is at least one bond or ring in
 * most of them. What follows a blank is a name.
 */
export function isSmilesList(text: string): boolean {
  const lines = text.split(/\r\n|\r|\n/, 200).filter((line) => line.trim() !== '')
  const [first = ''] = lines
  const listed = /^(?:smiles|smi)\b/i.test(first.trim()) ? lines.slice(1) : lines
  // The last line of what was looked at may be cut.
  const whole = listed.length > 1 && lines.length >= 199 ? listed.slice(0, -1) : listed
  if (whole.length === 0) return false
  const good = whole.filter((line) => looksLikeSmiles(line.trim().split(/\s+/, 1)[0]!)).length
  return good >= 0.9 * whole.length && whole.some((line) => /[=#()[\]\d]/.test(line.trim().split(/\s+/, 1)[0]!))
}

function looksLikeSmiles(text: string): boolean {
  return /^[[A-Zbcnops]/.test(text) && word.test(text) && text.split('(').length === text.split(')').length
}

/**
 * Reads a list of SMILES, one a line, what follows a blank being the name. Hydrogens are added; there are no conformers. A line that cannot be
 * read is left out and named; so is one with a radical or with `*`.
 *
 * @throws TweedieError `usage` where openchemlib is not installed
 */
export async function parseSmilesList(text: string): Promise<MoleculeFile> {
  await openChemLib()
  const records: MoleculeRecord[] = []
  const leftOut: LeftOut[] = []
  let isotopes = 0
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const [smiles = '', ...rest] = line.trim().split(/[\s,;]+/)
    if (smiles === '' || smiles.startsWith('#') || (i === 0 && /^(?:smiles|smi|canonical_smiles)$/i.test(smiles)))
      continue
    try {
      const name = rest.join(' ')
      const molecule = await moleculeOfSmiles(smiles)
      if (/\[\d/.test(smiles)) isotopes++
      records.push({ molecule: { ...molecule, name: name === '' ? undefined : name }, fields: {} })
    } catch (error) {
      if (!isTweedieError(error, 'data')) throw error
      leftOut.push({ record: `line ${i + 1}`, reason: error.message })
    }
  }
  const remarks = isotopes === 0 ? [] : [`${isotopes} molecules name isotopes, which are read as their elements`]
  return { records, leftOut, remarks }
}

/**
 * The molecule of a SMILES with all its hydrogens, which come after the other atoms; without conformers (see `conformersOf`).
 *
 * @throws TweedieError `data` for what is no SMILES, a radical, a wildcard, or too large; `usage` where openchemlib is not installed
 * @example
 * const ethanol = await moleculeOfSmiles('CCO') // 9 atoms
 */
export async function moleculeOfSmiles(smiles: string): Promise<Molecule> {
  const parsed = await parseSmiles(smiles)
  for (let atom = 0; atom < parsed.getAllAtoms(); atom++) {
    if (parsed.getAtomRadical(atom) !== 0) throw broken(`${smiles}: a radical: atom ${atom + 1} has a single electron`)
  }
  return { ...graphOf(parsed), smiles, conformers: [] }
}

/** What openchemlib reads, hydrogens added. */
export async function parseSmiles(smiles: string): Promise<OclMolecule> {
  const ocl = await openChemLib()
  // What refers to reactions or to any atom is no molecule; the length keeps the parser's work small.
  if (smiles.length > 8 * mostAtoms) throw broken(`a SMILES of ${smiles.length} characters is too long`)
  if (/[*>]/.test(smiles)) throw broken(`${smiles}: has * or >, which stand for no one molecule`)
  let molecule: OclMolecule
  try {
    molecule = ocl.Molecule.fromSmiles(smiles)
    molecule.addImplicitHydrogens()
  } catch (cause) {
    const what = cause instanceof Error ? cause.message.replace(/^.*?SmilesParser: /, '') : String(cause)
    throw broken(`${smiles}: is no SMILES: ${what}`)
  }
  const count = molecule.getAllAtoms()
  if (count === 0) throw broken('it has no atoms')
  if (count > mostAtoms) throw broken(`${smiles}: too large: ${count} atoms, at most ${mostAtoms}`)
  return molecule
}

/** Atoms, bonds and charges of a molecule of openchemlib. */
export function graphOf(from: OclMolecule): Pick<Molecule, 'atoms' | 'bonds' | 'charges'> {
  const atoms = Uint8Array.from({ length: from.getAllAtoms() }, (_, atom) => from.getAtomicNo(atom))
  const bonds = Int32Array.from(
    Array.from({ length: from.getAllBonds() }, (_, bond) => [
      from.getBondAtom(0, bond),
      from.getBondAtom(1, bond),
      from.getBondOrder(bond),
    ]).flat(),
  )
  const charges = Int32Array.from(atoms, (_, atom) => from.getAtomCharge(atom))
  return aromatised({ atoms, bonds, charges: charges.some((each) => each !== 0) ? charges : undefined })
}
