/** Options of training with pictures as conditions. */
import { options, real } from '../../../options.ts'

/** How styles are learned. */
export const styleOptions = options({
  stylePictures: {
    flags: '--style-pictures',
    help: 'learn to draw in the style of another picture, for --style: in training, another picture of the same class',
    group: 'Captions',
  },
  styleDropout: {
    flags: '--style-dropout <p>',
    help: 'how often that picture is left out, which guidance needs (default: 0.1)',
    parse: real({ min: 0, max: 0.999 }),
    group: 'More: captions',
  },
})
