/** The options of `train` for molecules. */
import { options, real } from '../../../options.ts'
import { sizeOptions } from '../../train-options.ts'

export const trainOptions = options({
  widths: sizeOptions.widths,
  depth: sizeOptions.depth,
  stereoDropout: {
    flags: '--stereo-dropout <p>',
    help: 'how often handedness and sides of double bonds are left open (default: 0.1)',
    parse: real({ min: 0, max: 0.999 }),
    group: 'More: molecules',
  },
})
