/** Options of `edit` for models of an autoencoder's codes. */
import { options } from '../../../options.ts'
import { sizeOptions, tileOptions } from './size.ts'
import { editOptions as ofValues } from '../../values/options/edit.ts'

const { clip: _, noClip: __, style: ___, ...shared } = ofValues

export const editOptions = options({ ...shared, ...sizeOptions, ...tileOptions })
