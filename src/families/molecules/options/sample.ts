/** Options of `sample` for molecules. */
import { options, text } from '../../../options.ts'
import { gaussianOptions } from '../../options.ts'

const group = 'Molecules'

export const sampleOptions = options({
  molecules: {
    flags: '--molecules <file>',
    help: 'draw conformers of the molecules of this file: .sdf, .mol, .smi, or .xyz with bonds from distances',
    parse: text,
    group,
  },
  smiles: {
    flags: '--smiles <text>',
    help: "of this molecule: 'CCO'; several with blanks between them",
    parse: text,
    group,
    conflicts: ['molecules'],
  },
  sampler: gaussianOptions.sampler,
  steps: gaussianOptions.steps,
  spacing: gaussianOptions.spacing,
  eta: gaussianOptions.eta,
  churn: gaussianOptions.churn,
})
