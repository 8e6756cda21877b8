/** Options of `restore` for models of an autoencoder's codes. */
import { options } from '../../../options.ts'
import { restoreOptions as ofValues } from '../../values/options/restore.ts'
import { sizeOptions, tileOptions } from './size.ts'

const { style: _, ...shared } = ofValues

export const restoreOptions = options({ ...shared, ...sizeOptions, ...tileOptions })
