/** The arrangement that a SMILES names, read from an embedding that has it. */
import { openChemLibWithTables } from '../../files/molecules/openchemlib.ts'
import { parseSmiles } from '../../files/molecules/smiles.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import { type Stereo, stereoOf } from './graph/stereo.ts'
import type { Topology } from './graph/topology.ts'

/**
 * Handedness and sides of double bonds as far as the SMILES says them, for a molecule whose atoms are in the order of `moleculeOfSmiles`. What is
 * not said stays open; undefined if nothing is said, or where no embedding was found.
 *
 * @throws TweedieError `usage` where openchemlib is not installed
 */
export async function stereoOfSmiles(molecule: Molecule, topology: Topology): Promise<Stereo | undefined> {
  const { smiles, atoms } = molecule
  if (smiles === undefined || !/[@/\\]/.test(smiles)) return undefined
  const ocl = await openChemLibWithTables()
  const parsed = await parseSmiles(smiles)
  parsed.ensureHelperArrays(ocl.Molecule.cHelperCIP)
  const isSaid = (parity: number): boolean => parity === 1 || parity === 2
  const said = Array.from(atoms, (_, atom) => isSaid(parsed.getAtomParity(atom)))
  const bonds = new Set<string>()
  for (let bond = 0; bond < parsed.getAllBonds(); bond++) {
    if (!isSaid(parsed.getBondParity(bond))) continue
    bonds.add(nameOf(parsed.getBondAtom(0, bond), parsed.getBondAtom(1, bond)))
  }
  const generator = new ocl.ConformerGenerator(1)
  const strategy = ocl.ConformerGenerator.STRATEGY_LIKELY_RANDOM
  if (!generator.initializeConformers(parsed, { strategy, maxTorsionSets: 10 })) return undefined
  const placed = generator.getNextConformerAsMolecule()
  // an embedding has the atoms in their order
  if (!placed || atoms.some((number, atom) => placed.getAtomicNo(atom) !== number)) return undefined
  const positions = Float32Array.from(
    Array.from(atoms, (_, atom) => [placed.getAtomX(atom), placed.getAtomY(atom), placed.getAtomZ(atom)]).flat(),
  )
  const all = stereoOf(topology, positions)
  return {
    orientations: all.orientations.filter(({ centre }) => said[centre]),
    sides: all.sides.filter(({ atoms: [, u, v] }) => bonds.has(nameOf(u, v))),
  }
}

const nameOf = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`
