/** Options of `export` for hierarchies of codes. */
import { hierarchyParts } from '../../choices.ts'
import { oneOf, options } from '../../../options.ts'

export const exportOptions = options({
  part: {
    flags: '--part <which>',
    help: `${hierarchyParts.join(', ')} (default: generator); generator: noise of all levels to means of data; decoder: the lowest code (with skip connections the codes of all levels) to means of data; encoder: data to means and log-variances of all codes, one after the other`,
    parse: oneOf(hierarchyParts),
  },
})
