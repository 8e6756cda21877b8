/** The size to which the images of a folder are scaled. */
import { TweedieError } from '../../../errors.ts'
import type { ImageFit } from '../image-fits.ts'
import type { Size } from './image-words.ts'

/** A readable image: its size after rotation. */
export interface Candidate {
  readonly file: string
  readonly width: number
  readonly height: number
}

/** The largest side that is read unscaled: a network can be trained on it in minutes. */
const mostAsIs = 64

/**
 * The default size: the images' own, if all have the same and it is at most 64 pixels; else a square as large as
 * the smallest image allows, in steps of 8, at most 64.
 *
 * @returns and a remark about it
 */
export function commonSize(candidates: readonly Candidate[]): {
  readonly size: Size
  readonly remarks: readonly string[]
} {
  const [{ width, height }] = candidates as readonly [Candidate]
  const alike = candidates.every((each) => each.width === width && each.height === height)
  if (alike && Math.max(width, height) <= mostAsIs) return { size: [height, width], remarks: [] }
  const side = smallestSide(candidates)
  const what = alike ? `images of ${width} × ${height}` : `images of different sizes`
  return {
    size: [side, side],
    remarks: [`${what} are scaled and cropped to ${side} × ${side}; another size can be set`],
  }
}

/** The side of the largest square, in steps of 8 and at most 64, that no image must be enlarged for. */
export function smallestSide(candidates: readonly Candidate[]): number {
  const side = candidates.reduce((min, { width, height }) => Math.min(min, width, height), mostAsIs)
  return side < 8 ? side : side - (side % 8)
}

/** @throws TweedieError `usage` for sides that are not numbers of pixels */
export function sizeOf(size: number | Size): Size {
  const [height, width] = typeof size === 'number' ? [size, size] : size
  for (const side of [height, width]) {
    if (!(Number.isInteger(side) && side >= 1 && side <= 4096)) {
      throw new TweedieError('usage', `image size ${String(size)}: must be an integer between 1 and 4096`)
    }
  }
  return [height, width]
}

/** @throws TweedieError `data` where an image would have to be enlarged */
export function requireLargeEnough(
  folder: string,
  candidates: readonly Candidate[],
  [height, width]: Size,
  fit: ImageFit = 'cover',
): void {
  const small = candidates.filter((each) => {
    const [narrower, lower] = [each.width < width, each.height < height]
    return fit === 'contain' ? narrower && lower : narrower || lower
  })
  if (small.length === 0) return
  const [first] = small as [Candidate]
  const count = `${small.length} of ${candidates.length} images`
  const got = `${first.file} (${first.width} × ${first.height})`
  throw new TweedieError('data', `${folder}: ${count} are smaller than ${width} × ${height}, as ${got}`, {
    hint: `choose a size of at most ${smallestSide(candidates)}, or allow upscaling with \`upscale\``,
  })
}
