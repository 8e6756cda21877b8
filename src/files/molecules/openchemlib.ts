/** The library openchemlib (BSD-3), which knows SMILES and force fields: loaded where it is first needed, with its tables. */
import { TweedieError } from '../../errors.ts'
import { once } from '../../once.ts'
import { optionalPackage } from '../../optional-package.ts'

/** What is used of the module, so that our declarations do not need its own. */
export interface OpenChemLib {
  readonly Molecule: { fromSmiles(smiles: string): OclMolecule; readonly cHelperCIP: number }
  readonly Resources: { registerFromNodejs(): void; registerFromUrl(): Promise<void> }
  readonly ConformerGenerator: (new (seed: number) => OclConformers) & { readonly STRATEGY_LIKELY_RANDOM: number }
  readonly ForceFieldMMFF94: new (molecule: OclMolecule, table: 'MMFF94' | 'MMFF94s' | 'MMFF94s+') => OclForceField
}

/** A molecule of that library. */
export interface OclMolecule {
  addImplicitHydrogens(): void
  ensureHelperArrays(required: number): void
  getAllAtoms(): number
  getAllBonds(): number
  getAtomicNo(atom: number): number
  getAtomCharge(atom: number): number
  getAtomRadical(atom: number): number
  getAtomParity(atom: number): number
  getAtomX(atom: number): number
  getAtomY(atom: number): number
  getAtomZ(atom: number): number
  setAtomX(atom: number, value: number): void
  setAtomY(atom: number, value: number): void
  setAtomZ(atom: number, value: number): void
  getBondAtom(end: 0 | 1, bond: number): number
  getBondOrder(bond: number): number
  getBondParity(bond: number): number
  toIsomericSmiles(): string
}

/** What makes conformers of a molecule. */
export interface OclConformers {
  initializeConformers(
    molecule: OclMolecule,
    options: { readonly strategy: number; readonly maxTorsionSets: number },
  ): boolean
  getNextConformerAsMolecule(): OclMolecule | null
}

/** A force field of a molecule. */
export interface OclForceField {
  getTotalEnergy(): number
  minimise(options?: { readonly maxIts?: number }): number
}

/**
 * The module, without its tables: enough for SMILES.
 *
 * @throws TweedieError `usage` where it is not installed
 */
export const openChemLib: () => Promise<OpenChemLib> = once(async () => {
  const module = await optionalPackage('openchemlib').catch((cause: unknown) => {
    throw new TweedieError(
      'usage',
      'SMILES are read, and force fields computed, by openchemlib, which is not installed',
      {
        hint: 'npm install openchemlib',
        cause,
      },
    )
  })
  return module as unknown as OpenChemLib
})

/** The module with its tables of torsions and of the force field, which lie in a file beside it. */
export const openChemLibWithTables: () => Promise<OpenChemLib> = once(async () => {
  const module = await openChemLib()
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } }
  if (process?.versions?.node === undefined) await module.Resources.registerFromUrl()
  else module.Resources.registerFromNodejs()
  return module
})
