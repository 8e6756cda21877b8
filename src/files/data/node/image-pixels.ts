/** Images as numbers: decoded by sharp. */
import type { Sharp } from 'sharp'
import type { DecodeHow } from '../file-tree.ts'
import { opaqueOf } from '../open/image-depth.ts'
import type { Depth } from '../open/image-depth.ts'
import type { Pixels } from '../open/image-planes.ts'

/** The border of an image that is smaller than its rectangle, if no background is set. */
const frame = '#fff'

/**
 * Decodes an image: turned upright, in sRGB; laid over a background if one is given, else with its opacity; scaled to fit a
 * rectangle where one is given, by averages that count transparent pixels for nothing.
 *
 * @param options `depth`: with 8 bits (default), with 16, or as numbers that are taken as they are stored
 */
export async function decode(image: Sharp, options: DecodeHow): Promise<Pixels> {
  const { background, size, fit = 'cover', depth = 'uchar' } = options
  const upright = options.upright === false ? image : image.autoOrient()
  const flat = background === undefined ? upright : upright.flatten({ background })
  const how = { fit: fit === 'stretch' ? 'fill' : fit, position: 'centre', background: background ?? frame } as const
  const fitted = size === undefined ? flat : flat.resize(size[1], size[0], how)
  const coloured =
    depth === 'float'
      ? fitted.toColourspace((await image.metadata()).space)
      : fitted.toColourspace(depth === 'uchar' ? 'srgb' : 'rgb16').ensureAlpha()
  const { data, info } = await coloured.raw({ depth }).toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const values = numbersOf(data, depth)
  if (channels === 4) return { width, height, depth, data: values }
  // Grey, with opacity or without, and colour without.
  const rgba = new (values.constructor as typeof Float32Array)(width * height * 4)
  const isGrey = channels < 3
  for (let p = 0; p < width * height; p++) {
    const at = p * channels
    for (let c = 0; c < 3; c++) rgba[4 * p + c] = values[isGrey ? at : at + c]!
    rgba[4 * p + 3] = channels === 2 ? values[at + 1]! : opaqueOf[depth]
  }
  return { width, height, depth, data: rgba }
}

function numbersOf({ buffer, byteOffset, byteLength }: Buffer, depth: Depth): Pixels['data'] {
  if (depth === 'uchar') return new Uint8Array(buffer, byteOffset, byteLength)
  const aligned = buffer.slice(byteOffset, byteOffset + byteLength)
  return depth === 'ushort' ? new Uint16Array(aligned) : new Float32Array(aligned)
}
