/** How exactly the values of images are stored, and how exactly they are read. */
import type { Metadata } from 'sharp'

/** Bytes; whole numbers of 16 bits; any numbers, such as those of a TIFF of floats. */
export type Depth = 'uchar' | 'ushort' | 'float'

/** What an opaque pixel has for its opacity. */
export const opaqueOf: Readonly<Record<Depth, number>> = Object.freeze({ uchar: 255, ushort: 65_535, float: 1 })

/** How an image is stored. Whole numbers of other kinds than bytes and 16 bits without a sign are read as floats. */
export function storedDepth({ depth }: Pick<Metadata, 'depth'>): Depth {
  return depth === 'uchar' || depth === undefined ? 'uchar' : depth === 'ushort' ? 'ushort' : 'float'
}

/**
 * How the images of a set are read: as they are stored where that is the same for all, else as bytes.
 *
 * @param bits 8 where bytes are asked for
 * @returns and what is to be said of it
 */
export function commonDepth(
  depths: readonly Depth[],
  bits: 8 | undefined,
): { readonly depth: Depth; readonly remarks: readonly string[] } {
  const [first = 'uchar'] = depths
  const alike = depths.every((each) => each === first)
  if (alike && bits === undefined) return { depth: first, remarks: [] }
  const count = (depth: Depth): number => depths.filter((each) => each === depth).length
  const remarks = [
    [count('ushort'), 'of 16 bits read with 8'],
    [count('float'), 'of floats read as bytes, what is below 0 and above 255 being cut off'],
  ] as const
  return { depth: 'uchar', remarks: remarks.filter(([n]) => n > 0).map(([n, what]) => `${imagesText(n)} ${what}`) }
}

const imagesText = (count: number): string => `${count} image${count > 1 ? 's' : ''}`
