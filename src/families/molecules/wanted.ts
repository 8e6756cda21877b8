/** Of which molecules conformers are drawn, and which arrangement they have. */
import { TweedieError } from '../../errors.ts'
import { createMolecules, type Molecule, type MoleculeDataset } from '../../files/data/molecules.ts'
import { moleculeOfSmiles } from '../../files/molecules/smiles.ts'
import type { Setting } from '../family.ts'
import type { WantedConformers } from './generate.ts'
import { sharedStereo, type Stereo } from './graph/stereo.ts'
import { type Topology, topologyOf } from './graph/topology.ts'
import { stereoOfSmiles } from './stereo-of-smiles.ts'

/** The options that name molecules. */
export interface MoleculeNames {
  /** A file; of programs also the molecules themselves. */
  readonly molecules?: unknown
  readonly smiles?: string | undefined
}

/** Conformers where nothing says how many. */
const usualCount = 10

/**
 * The molecules that options name, with the arrangement that their conformers share, or that of their SMILES.
 *
 * @param count conformers of each; by default twice as many as there are references, or ten
 * @throws TweedieError `usage` if none are named, `data` for a file that cannot be read
 */
export async function wantedOf(
  names: MoleculeNames,
  count: number | undefined,
  setting: Setting,
): Promise<WantedConformers[]> {
  const dataset = await namedMolecules(names, setting)
  for (const remark of dataset.remarks ?? []) setting.onRemark?.(remark)
  const skipped = dataset.skipped ?? []
  if (skipped.length > 0) {
    setting.onRemark?.(
      `${skipped.length} molecules are left out: ${skipped[0]!.file}: ${skipped[0]!.reason}${skipped.length > 1 ? '; …' : ''}`,
    )
  }
  const wanted: WantedConformers[] = []
  for (const molecule of dataset.molecules) {
    const stereo = await arrangementOf(molecule, topologyOf(molecule))
    wanted.push({ molecule, stereo, count: count ?? (2 * molecule.conformers.length || usualCount) })
  }
  return wanted
}

/** That which all conformers share, or that of the SMILES; undefined: open. */
export async function arrangementOf(molecule: Molecule, topology: Topology): Promise<Stereo | undefined> {
  return molecule.conformers.length > 0
    ? sharedStereo(topology, molecule.conformers)
    : stereoOfSmiles(molecule, topology)
}

async function namedMolecules({ molecules, smiles }: MoleculeNames, { access }: Setting): Promise<MoleculeDataset> {
  if (smiles !== undefined) {
    const all = await Promise.all(smiles.trim().split(/\s+/).map(moleculeOfSmiles))
    return createMolecules({ name: 'SMILES', molecules: all })
  }
  if (Array.isArray(molecules)) return createMolecules({ name: 'molecules', molecules: molecules as Molecule[] })
  if (typeof molecules !== 'string') {
    throw new TweedieError('usage', 'a model of molecules draws conformers of given molecules: of which?', {
      hint: "`smiles: 'CCO'` for one, or `molecules: file.sdf`",
    })
  }
  const data = await access.unseen(molecules)
  if (data.kind === 'molecules') return data
  throw new TweedieError('data', `${molecules}: holds ${data.kind}, where molecules are needed`, {
    hint: '.sdf, .mol, .xyz, .smi, or an .npz of molecules',
  })
}
