/** What was made, in the format that a client accepts. */
import type { Drawn } from '../../../families/family.ts'
import { writeNpy } from '../../../files/data/formats/npy.ts'
import { encodePngApart } from '../../../files/io/node/png.ts'
import type { Raster } from '../../../files/io/raster.ts'
import { pictureRaster } from '../../picture-bytes.ts'
import { ServeError } from './problem.ts'
import type { MadeAnswer } from '../../serving/bodies.ts'

/** The formats, the one that is given to whom accepts anything first. */
export const formats = [
  'application/json',
  'image/png',
  'image/webp',
  'application/x-npy',
  'text/event-stream',
] as const

/** One of {@link formats}. */
export type Format = (typeof formats)[number]

/**
 * The best format that a client accepts.
 *
 * @throws ServeError 406 if it accepts none
 */
export function formatFor(accept: string | undefined, possible: readonly Format[] = formats): Format {
  if (accept === undefined || accept.trim() === '') return possible[0]!
  const wanted = accept.split(',').map((each) => {
    const [type = '', ...parameters] = each.trim().toLowerCase().split(';')
    const q = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean)
    return { type: type.trim(), q: q === undefined ? 1 : Number(q) }
  })
  const fits = ({ type }: { readonly type: string }, format: Format): boolean =>
    type === '*/*' || type === format || (type.endsWith('/*') && format.startsWith(type.slice(0, -1)))
  for (const each of wanted.filter(({ q }) => q > 0).toSorted((a, b) => b.q - a.q)) {
    const found = possible.find((format) => fits(each, format))
    if (found !== undefined) return found
  }
  throw new ServeError(406, 'not-acceptable', `none of ${accept} can be had here`, {
    hint: `there are ${possible.join(', ')}`,
  })
}

/** How pictures of several items are laid out. */
export interface Layout {
  readonly columns?: number
  readonly scale?: number
}

/** The bytes of what was made. @throws ServeError 406 for a picture of what cannot be shown */
export async function encoded(
  drawn: Drawn,
  format: Exclude<Format, 'text/event-stream'>,
  layout: Layout = {},
): Promise<Uint8Array<ArrayBuffer> | string> {
  if (format === 'application/json') return JSON.stringify(await madeOf(drawn))
  if (format === 'application/x-npy') return Uint8Array.from(writeNpy(drawn.array()))
  if (!drawn.raster) {
    throw new ServeError(406, 'not-acceptable', 'what this model makes has no picture', {
      hint: 'application/json has it as text',
    })
  }
  if (format === 'image/png') return encodePngApart(pictureRaster(drawn, layout))
  return webp(drawn.raster(layout.columns === undefined ? {} : { columns: layout.columns }))
}

/** What was made, as JSON. */
export async function madeOf(drawn: Drawn): Promise<MadeAnswer> {
  const { count, shape, how, classes, captions } = drawn
  const texts = drawn.texts?.()
  const arePictures = drawn.raster !== undefined && shape.length > 2
  const values = texts || arePictures ? undefined : drawn.array()
  const size = values ? values.data.length / count : 0
  const pictures = Array.from({ length: arePictures ? count : 0 }, (_, i) =>
    encodePngApart(drawn.part(i, 1).raster!({ padding: 0 })),
  )
  const pngs = await Promise.all(pictures)
  return {
    count,
    shape: [...shape],
    how: { ...how },
    items: Array.from({ length: count }, (_, i) => ({
      ...(classes && { class: classes[i]! }),
      ...(captions && { caption: captions[i]! }),
      ...(texts && { text: texts[i]! }),
      ...(arePictures && { png: base64(pngs[i]!) }),
      ...(values && { values: Array.from(values.data.slice(i * size, (i + 1) * size), Number) }),
    })),
  }
}

/** Base64 of bytes. */
export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

async function webp({ width, height, data }: Raster): Promise<Uint8Array<ArrayBuffer>> {
  const { default: sharp } = await import('sharp')
  const channels = (data.length / (width * height)) as 3 | 4
  return Uint8Array.from(await sharp(data, { raw: { width, height, channels } }).webp({ lossless: true }).toBuffer())
}
