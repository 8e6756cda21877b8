/** Conformers of molecules: three-dimensional arrangements of the atoms of a given graph. */
import { TweedieError } from '../../errors.ts'
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { describe } from './describe.ts'
import { conformerFormats, painter } from './draw.ts'
import { explain } from './explain.ts'
import { further } from './further.ts'
import { moleculeFolderOf, type MoleculeModel, moleculeModelOf } from './model.ts'
import { evaluate } from './judge.ts'
import { preview } from './preview.ts'
import { moleculeProblem } from './problem.ts'
import { specOf } from './spec-of.ts'
import { checkMoleculeSpec, type MoleculeTrainSpec, parseSpec } from './spec.ts'

export const moleculeFamily: Family<MoleculeTrainSpec, MoleculeDataset, MoleculeModel> = Object.freeze<
  Family<MoleculeTrainSpec, MoleculeDataset, MoleculeModel>
>({
  name: 'molecules',
  specOf,
  parseSpec,
  explain,
  further,
  problem(spec, data, own) {
    requireMolecules(data)
    checkMoleculeSpec(spec)
    return moleculeProblem(spec, data, own)
  },
  read: moleculeModelOf,
  write: moleculeFolderOf,
  describe,
  preview,
  formats: () => conformerFormats,
  can: { draw: painter, evaluate, export: exportNetwork },
})

function requireMolecules(data: TrainData): void {
  if (data.kind === 'molecules') return
  throw new TweedieError('usage', `${data.name}: ${data.kind}, where molecules are needed`, {
    hint: 'leave `model` out: there are models of them',
  })
}
