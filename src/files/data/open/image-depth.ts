/** How exactly the values of images are stored, and how exactly they are read. */
import type { Bits } from './image-words.ts'

/** Bytes; whole numbers of 16 bits; any numbers, such as those of a TIFF of floats. */
export type Depth = 'uchar' | 'ushort' | 'float'

/** What an opaque pixel has for its opacity. */
export const opaqueOf: Readonly<Record<Depth, number>> = Object.freeze({ uchar: 255, ushort: 65_535, float: 1 })

/** How an image is stored. Whole numbers of other kinds than bytes and 16 bits without a sign are read as floats. */
export function storedDepth({ depth }: { readonly depth?: string | undefined }): Depth {
  return depth === 'uchar' || depth === undefined ? 'uchar' : depth === 'ushort' ? 'ushort' : 'float'
}

/**
 * How the images of a set are read: as bytes, with 16 bits if that is asked for and some have them, and with the values of floats where
 * all are floats.
 *
 * @param bits what is asked for
 * @returns and what is to be said of it
 */
export function commonDepth(
  depths: readonly Depth[],
  bits: Bits | undefined,
): { readonly depth: Depth; readonly remarks: readonly string[] } {
  const count = (depth: Depth): number => depths.filter((each) => each === depth).length
  const [deep, floats] = [count('ushort'), count('float')]
  if (floats === depths.length && bits !== 8) return { depth: 'float', remarks: [] }
  const cut = 'of floats read as whole numbers, what does not fit being cut off'
  const remarks = floats > 0 ? [`${imagesText(floats)} ${cut}`] : []
  if (bits === 16) {
    return deep > 0
      ? { depth: 'ushort', remarks }
      : { depth: 'uchar', remarks: [...remarks, 'no image has 16 bits: 8 are read'] }
  }
  const lost = bits === undefined ? `; 16 can be asked for` : ''
  return {
    depth: 'uchar',
    remarks: [...remarks, ...(deep > 0 ? [`${imagesText(deep)} of 16 bits read with 8${lost}`] : [])],
  }
}

const imagesText = (count: number): string => `${count} image${count > 1 ? 's' : ''}`
