/** A molecule: atoms, bonds, and some arrangements of them in space. */

/** A molecule. */
export interface Molecule {
  readonly name?: string | undefined
  readonly smiles?: string | undefined
  /** The atomic number of each atom, hydrogens among them. */
  readonly atoms: Uint8Array
  /** The bonds, three numbers each: two atoms, and the order (1, 2, 3; 4: aromatic). */
  readonly bonds: Int32Array
  /** The formal charge of each atom; all 0 if left out. */
  readonly charges?: Int32Array | undefined
  /** Its conformers: positions of all atoms in ångström, `[atoms, 3]` each. */
  readonly conformers: readonly Float32Array[]
  /** The energy of each conformer, in the unit of the file that it came from (kcal/mol where we made them). */
  readonly energies?: Float64Array | undefined
}

/** A molecule, and what stands beside it in a file. */
export interface MoleculeRecord {
  readonly molecule: Molecule
  /** Data of the record, by name. */
  readonly fields: Readonly<Record<string, string>>
}

/** A record that is left out. */
export interface LeftOut {
  /** Which one: `molecule 3 (aspirin)` or `line 7`. */
  readonly record: string
  readonly reason: string
}

/** What a file of molecules holds. */
export interface MoleculeFile {
  /** One a record, in the order of the file: several conformers of a molecule are several records. */
  readonly records: readonly MoleculeRecord[]
  readonly leftOut: readonly LeftOut[]
  /** What was guessed or changed, a sentence each. */
  readonly remarks: readonly string[]
}

/** The most atoms of a molecule that is read. */
export const mostAtoms = 512

/** The neighbours of each atom, with the number of the bond. */
export function neighboursOf({
  atoms,
  bonds,
}: Pick<Molecule, 'atoms' | 'bonds'>): (readonly [atom: number, bond: number])[][] {
  const neighbours: (readonly [number, number])[][] = Array.from(atoms, () => [])
  for (let bond = 0; 3 * bond < bonds.length; bond++) {
    const [from, to] = [bonds[3 * bond]!, bonds[3 * bond + 1]!]
    neighbours[from]!.push([to, bond])
    neighbours[to]!.push([from, bond])
  }
  return neighbours
}

/** The number of connected parts. */
export function partsOf(molecule: Pick<Molecule, 'atoms' | 'bonds'>): number {
  const neighbours = neighboursOf(molecule)
  const seen = new Uint8Array(molecule.atoms.length)
  let parts = 0
  for (const start of molecule.atoms.keys()) {
    if (seen[start]) continue
    parts++
    const open = [start]
    seen[start] = 1
    for (let atom = open.pop(); atom !== undefined; atom = open.pop()) {
      for (const [next] of neighbours[atom]!) {
        if (seen[next]) continue
        seen[next] = 1
        open.push(next)
      }
    }
  }
  return parts
}
