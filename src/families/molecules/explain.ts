/** A training run on molecules in words. */
import type { MoleculeDataset } from '../../files/data/molecules.ts'
import { thousands } from '../../words.ts'
import { noiseText } from '../explain-run.ts'
import type { Row } from '../family.ts'
import type { MoleculeTrainSpec } from './spec.ts'

/** The data, the network, and what is minimised. */
export function explain(
  { network, elements, noise, stereoDropout }: MoleculeTrainSpec,
  data: MoleculeDataset,
): readonly Row[] {
  const withPositions = data.molecules.filter(({ conformers }) => conformers.length > 0)
  const conformers = withPositions.reduce((sum, each) => sum + each.conformers.length, 0)
  const without = data.length - withPositions.length
  const { width, pair_width: pairWidth, layers, centres } = network.config
  return [
    ['data', `${data.name}: ${thousands(withPositions.length)} molecules, ${thousands(conformers)} conformers`],
    ['left out', without > 0 ? `${thousands(without)} molecules without conformers` : undefined],
    ['atoms', `up to ${data.shape[0]} with hydrogens, of the elements ${elements.join(', ')} (atomic numbers)`],
    ['network', `${network.className}, ${width} features of an atom, ${pairWidth} of a pair, ${layers} rounds`],
    [
      'handedness',
      Number(centres) > 0
        ? `up to ${centres} centres, left open ${100 * stereoDropout} % of the time`
        : 'none in the data',
    ],
    ['objective', `edm on noise ${noiseText(noise)}, without a centre`],
  ]
}
