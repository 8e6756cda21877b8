/** The options under which a model of molecules is trained further. */
import { TweedieError } from '../../errors.ts'
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import type { OptionValues } from '../../options.ts'
import type { MoleculeModel } from './model.ts'

/** Its network and elements. @throws TweedieError `usage` for molecules with other elements */
export function further({ network, elements }: MoleculeModel, data: MoleculeDataset): OptionValues {
  const strange = [...new Set(data.molecules.flatMap(({ atoms }) => Array.from(atoms)))].filter(
    (each) => !elements.includes(each),
  )
  if (strange.length > 0) {
    throw new TweedieError(
      'usage',
      `${data.name}: the model does not know the elements ${strange.join(', ')} (atomic numbers)`,
      {
        hint: `it was trained on ${elements.join(', ')}: train a new one on all of them`,
      },
    )
  }
  const { className, config } = network
  return { network: { className, config }, elements }
}
