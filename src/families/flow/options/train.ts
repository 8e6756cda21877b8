/** The options of `train` for flows. */
import { options, real, whole } from '../../../options.ts'
import { labelDropout, sizeOptions } from '../../train-options.ts'

const group = 'More: flows'

export const trainOptions = options({
  ...sizeOptions,
  flip: { flags: '--flip', help: 'mirror images at random', group: 'Data' },
  labelDropout,
  dropout: {
    flags: '--dropout <p>',
    help: 'how much of the activations is dropped in training (default: 0; pictures of up to 256 numbers: 0.5)',
    parse: real({ min: 0, max: 0.9 }),
    group,
  },
  values: {
    flags: '--values <n>',
    help: 'how many shades the images have, equally spaced (default: as counted, at most 256)',
    parse: whole({ min: 2, max: 65_536 }),
    group,
  },
})
