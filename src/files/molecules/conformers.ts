/** Conformers from a force field, by openchemlib. */
import { fold, key, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { Molecule } from './molecule.ts'
import { type OclMolecule, openChemLibWithTables } from './openchemlib.ts'
import { graphOf, parseSmiles } from './smiles.ts'

/** How conformers are made. */
export interface ConformersOptions {
  /** How many at most; fewer come where the molecule has fewer sets of torsions. Default 10. */
  readonly count?: number | undefined
  /** A whole number: the same seed makes the same conformers. Default 0. */
  readonly seed?: number | undefined
  /** Whether MMFF94 brings each to the nearest minimum (default), or they are as the library of torsions makes them. */
  readonly minimise?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** By how much positions are shaken before the force field sees them, in ångström: it has no gradient where a chain is quite straight. */
const shake = 0.01

/**
 * Conformers of the molecule that a SMILES says: torsions from openchemlib's library of those in crystals, then MMFF94 (Halgren, 1996).
 * Hydrogens are added after the other atoms; centres and double bonds have the hands that the SMILES says. `energies` are in kcal/mol.
 *
 * @throws TweedieError `data` for what is no SMILES, or where no conformer can be made; `usage` where openchemlib is not installed; `interrupted`
 * @example
 * const butanol = await conformersOf('CCCCO', { count: 5, seed: 1 })
 * butanol.conformers.length // up to 5
 */
export async function conformersOf(smiles: string, options: ConformersOptions = {}): Promise<Molecule> {
  const { count = 10, seed = 0, minimise = true, signal } = options
  if (!(Number.isInteger(count) && count > 0))
    throw new TweedieError('usage', `\`count: ${count}\`: a whole number from 1 on`)
  const ocl = await openChemLibWithTables()
  const molecule = await parseSmiles(smiles)
  const graph = graphOf(molecule)
  const generator = new ocl.ConformerGenerator(seed)
  const strategy = ocl.ConformerGenerator.STRATEGY_LIKELY_RANDOM
  const conformers: Float32Array[] = []
  const energies: number[] = []
  if (generator.initializeConformers(molecule, { strategy, maxTorsionSets: 100 * count })) {
    while (conformers.length < count) {
      throwIfAborted(signal)
      const made = generator.getNextConformerAsMolecule()
      if (!made) break
      shakePositions(made, fold(key(seed), `conformer ${conformers.length}`))
      const field = minimise ? new ocl.ForceFieldMMFF94(made, 'MMFF94') : undefined
      field?.minimise()
      const positions = positionsOf(made)
      if (positions.every(Number.isFinite)) {
        conformers.push(positions)
        energies.push(field?.getTotalEnergy() ?? Number.NaN)
      }
    }
  }
  if (conformers.length === 0) throw new TweedieError('data', `${smiles}: no conformer can be made of it`)
  const known = energies.every(Number.isFinite)
  return { ...graph, smiles, conformers, energies: known ? Float64Array.from(energies) : undefined }
}

function shakePositions(molecule: OclMolecule, from: ReturnType<typeof fold>): void {
  const count = molecule.getAllAtoms()
  const moves = normal(from, new Float64Array(3 * count))
  for (let atom = 0; atom < count; atom++) {
    molecule.setAtomX(atom, molecule.getAtomX(atom) + shake * moves[3 * atom]!)
    molecule.setAtomY(atom, molecule.getAtomY(atom) + shake * moves[3 * atom + 1]!)
    molecule.setAtomZ(atom, molecule.getAtomZ(atom) + shake * moves[3 * atom + 2]!)
  }
}

function positionsOf(molecule: OclMolecule): Float32Array {
  return Float32Array.from(
    Array.from({ length: molecule.getAllAtoms() }, (_, atom) => [
      molecule.getAtomX(atom),
      molecule.getAtomY(atom),
      molecule.getAtomZ(atom),
    ]).flat(),
  )
}
