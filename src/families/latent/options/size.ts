/** Options for pictures of another size than a model has learned, and for the memory of decoding them. */
import { TweedieError } from '../../../errors.ts'
import { options, whole } from '../../../options.ts'
import type { Size } from '../sized-autoencoder.ts'

const group = 'Size'

/** Height and width. */
export const sizeOptions = options({
  size: {
    flags: '--size <HxW>',
    help: 'height and width of the pictures, such as 512x768 (default: as the model has learned)',
    parse: sides,
    group,
  },
})

/** Tiles. */
export const tileOptions = options({
  decodeTile: {
    flags: '--decode-tile <n>',
    help: 'decode in overlapping tiles of n × n places of the code, such as 64: less memory, and nearly the same picture',
    parse: whole({ min: 4, max: 4096 }),
    group,
  },
})

function sides(text: string): Size {
  const [, height, width = height] = /^(\d+)(?:[x×](\d+))?$/.exec(text.trim()) ?? []
  if (height !== undefined) return [Number(height), Number(width)]
  throw new TweedieError('usage', 'It must be a height and a width in pixels: 512x768.')
}
