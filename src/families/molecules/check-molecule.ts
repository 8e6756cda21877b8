/** Whether a model knows a molecule's atoms. */
import { TweedieError } from '../../errors.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import type { MoleculeModel } from './model.ts'

/** @throws TweedieError `usage` for an element that the model has not seen, or more atoms than any molecule that it was trained on had */
export function checkMolecule({ elements, network }: MoleculeModel, { atoms, name, smiles }: Molecule): void {
  const called = name ?? smiles ?? 'the molecule'
  const most = network.inputShape[0]!
  const strange = [...new Set(atoms)].filter((number) => !elements.includes(number))
  if (strange.length > 0) {
    throw new TweedieError(
      'usage',
      `${called}: the model has not seen the elements ${strange.join(', ')} (atomic numbers)`,
      {
        hint: `it knows ${elements.join(', ')}; train one on molecules with the others`,
      },
    )
  }
  if (atoms.length > most) {
    throw new TweedieError(
      'usage',
      `${called}: ${atoms.length} atoms with hydrogens, and the model was trained on up to ${most}`,
      {
        hint: 'train one on molecules of this size',
      },
    )
  }
}
