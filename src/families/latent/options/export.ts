/** Options of `export` for models of an autoencoder's codes. */
import { options } from '../../../options.ts'
import { exportOptions as ofValues } from '../../values/options/export.ts'
import { exportOptions as ofAutoencoders } from '../../vae/options/export.ts'

export const exportOptions = options({
  ...ofValues,
  half: {
    ...ofAutoencoders.half,
    help: 'half of the autoencoder instead: decoder, codes to means of data, or encoder, data to means and log-variances (default: the network that sees noisy codes)',
  },
})
