/** Options of `export` for flows. */
import { oneOf, options } from '../../../options.ts'

/** Which way the file goes. */
export const directions = ['forward', 'inverse'] as const

export const exportOptions = options({
  direction: {
    flags: '--direction <way>',
    help: 'of flows: forward, from items to latents and log-densities, or inverse (default: forward)',
    parse: oneOf(directions),
  },
})
