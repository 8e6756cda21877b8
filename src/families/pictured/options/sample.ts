/** Options of drawing in the style of a picture. */
import { options, text } from '../../../options.ts'

/** A picture whose style is drawn in. */
export const styledOptions = options({
  style: {
    flags: '--style <picture>',
    help: 'draw in the style of this picture, of a model that learned it; repeat for several, in turn (default: any style)',
    parse: text,
    repeated: true,
    group: 'Words',
  },
})
