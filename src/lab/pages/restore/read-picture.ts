/** A picture file as a model's values, cut to its size. */
import { TweedieError } from '../../../errors.ts'
import type { Picture } from './damage.ts'

/** @throws TweedieError `data` for a file that the browser cannot show */
export async function readPicture(file: Blob, shape: Picture['shape']): Promise<Picture> {
  const [channels, height, width] = shape
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new TweedieError('data', 'the browser cannot read this picture', {
      hint: 'PNG, JPEG and WebP work everywhere',
      cause,
    })
  })
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.fillStyle = 'white'
  context.fillRect(0, 0, width, height)
  const scale = Math.max(width / bitmap.width, height / bitmap.height)
  const [w, h] = [bitmap.width * scale, bitmap.height * scale]
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h)
  bitmap.close()
  const { data } = context.getImageData(0, 0, width, height)
  const area = width * height
  const value = (c: number, i: number): number =>
    channels === 3 ? data[4 * i + c]! : 0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!
  return {
    shape,
    data: Float32Array.from({ length: channels * area }, (_, k) => value(Math.floor(k / area), k % area) / 127.5 - 1),
  }
}
