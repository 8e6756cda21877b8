/** Where patches are cut out of large images. */
import { TweedieError } from '../../../errors.ts'

/** How images become patches. */
export interface CropOptions {
  /** cuts square patches of this side out of every image, unscaled; excludes `size` */
  readonly crop?: number | undefined
  /** pixels from one patch to the next, across and down; by default a quarter of their side, so that they overlap */
  readonly stride?: number | undefined
  /**
   * `train` (default): patches of the left four fifths of every image; `test`: of the right fifth. Of images whose fifth holds no
   * patch all are for training.
   */
  readonly split?: 'train' | 'validation' | 'test' | undefined
}

/** The upper left corner of a patch. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** How much of an image's width is held back for tests. */
const heldBack = 0.2

/** Checks what does not depend on the images. */
export function checkCrop({ crop, stride, size }: CropOptions & { readonly size?: unknown }): void {
  for (const [name, value] of Object.entries({ crop, stride })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 4096)) {
      throw new TweedieError('usage', `${name} ${value}: must be an integer between 1 and 4096`)
    }
  }
  if (stride !== undefined && crop === undefined) throw new TweedieError('usage', 'a stride without a crop')
  if (size !== undefined && crop !== undefined) {
    throw new TweedieError('usage', `crop ${crop} and size ${String(size)}: patches are cut out unscaled`, {
      hint: 'choose one of the two',
    })
  }
}

/** The places of an image's patches on a regular grid, row by row; none where the image, or its part, is too small. */
export function cropPlaces(
  { width, height }: { readonly width: number; readonly height: number },
  crop: number,
  { stride = Math.ceil(crop / 4), split = 'train' }: Pick<CropOptions, 'stride' | 'split'> = {},
): Place[] {
  const room = Math.round(heldBack * width)
  const border = room < crop ? width : width - room
  const [from, to] = split === 'train' ? [0, border] : [border, width]
  const [columns, rows] = [to - from, height].map((room) => Math.max(0, Math.floor((room - crop) / stride) + 1)) as [
    number,
    number,
  ]
  return Array.from({ length: columns * rows }, (_, i) => ({
    x: from + stride * (i % columns),
    y: stride * Math.floor(i / columns),
  }))
}
