/** From molecules and options to the specification of a training run. */
import { TweedieError } from '../../errors.ts'
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import type { NetworkSpec } from '../network-of.ts'
import { defaultMoleculeSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { checkMoleculeSpec, type MoleculeTrainSpec } from './spec.ts'

/** The options as they are given. */
export type MoleculeTrainValues = SharedTrainValues &
  ValuesOf<typeof trainOptions> & {
    /** Of a model that is trained further: its network, and the elements that it knows. */
    readonly network?: NetworkSpec | undefined
    readonly elements?: readonly number[] | undefined
  }

/** The most atoms of a molecule: the network looks at every pair of them. */
const mostAtoms = 128

/** The specification. @throws TweedieError `usage` for options that contradict each other, and for molecules that are too large or have no positions */
export function specOf(data: MoleculeDataset, values: OptionValues): MoleculeTrainSpec {
  const options: MoleculeTrainValues = values
  if ((options.widths?.length ?? 0) > 2) {
    throw new TweedieError('usage', '`widths`: one for atoms, and one for pairs of them', { hint: '`widths: 96,48`' })
  }
  const [most] = data.shape
  if (most! > mostAtoms) {
    throw new TweedieError('usage', `${data.name}: a molecule has ${most} atoms; at most ${mostAtoms} are learned`, {
      hint: 'leave the large ones out of the file',
    })
  }
  if (data.molecules.every(({ conformers }) => conformers.length === 0)) {
    throw new TweedieError('usage', `${data.name}: no molecule has a conformer to learn from`, {
      hint: 'train on a file with positions, such as an .sdf: SMILES have none',
    })
  }
  const { widths, depth, stereoDropout, network, elements } = options
  const sizes = { widths, depth, network: network?.config, elements }
  const spec = defaultMoleculeSpec(data, { ...sharedChoices(options), ...sizes, stereoDropout })
  checkMoleculeSpec(spec)
  return spec
}
