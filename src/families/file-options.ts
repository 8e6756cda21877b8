/** What files of all families take. */
import { oneOf, options, whole } from '../options.ts'
import { weightFormats } from './choices.ts'

export const fileOptions = options({
  batch: { flags: '--batch <n>', help: 'fix the batch size (default: any)', parse: whole({ max: 65_536 }) },
  weights: {
    flags: '--weights <format>',
    help: `bits of the large weights: ${weightFormats.join(', ')}`,
    parse: oneOf(weightFormats),
    default: 'float32',
  },
})
