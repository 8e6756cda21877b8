/** The options of `train` for noisy embeddings. */
import { options } from '../../../options.ts'
import { dropout, noiseOptions, objective, selfConditioning, sizeOptions } from '../../train-options.ts'

export const trainOptions = options({ ...sizeOptions, dropout, objective, selfConditioning, ...noiseOptions })
