/** Decodes pictures that move by the browser's own means, where it has any. */
import { TweedieError } from '../../../errors.ts'
import type { DecodeHow, MovingPicture } from '../file-tree.ts'
import { fitPixels } from '../open/fit-pixels.ts'
import type { Pixels } from '../open/image-planes.ts'

/** The part of WebCodecs' ImageDecoder that is used. */
interface Decoder {
  readonly tracks: {
    readonly ready: Promise<void>
    readonly selectedTrack: { readonly frameCount: number } | null
  }
  readonly completed: Promise<void>
  decode(options: { readonly frameIndex: number }): Promise<{ readonly image: VideoFrame }>
  close(): void
}

/** How many frames a picture has; 1 where that cannot be told. */
export async function frameCount(blob: Blob, name: string): Promise<number> {
  const decoder = decoderOf(await blob.arrayBuffer(), name)
  if (decoder === undefined) return 1
  try {
    await decoder.tracks.ready
    await decoder.completed
    return decoder.tracks.selectedTrack?.frameCount ?? 1
  } catch {
    return 1
  } finally {
    decoder.close()
  }
}

/**
 * Decodes all frames of a GIF or WebP.
 *
 * @throws TweedieError `usage` where this browser has no ImageDecoder, or for a format that it does not read
 */
export async function decodeMoving(
  blob: Blob,
  name: string,
  { size, fit = 'cover' }: DecodeHow,
): Promise<MovingPicture> {
  const decoder = decoderOf(await blob.arrayBuffer(), name)
  if (decoder === undefined) {
    throw new TweedieError('usage', `${name}: this browser does not give the frames of such files`, {
      hint: 'folders of frames as .png, or an array [N, T, H, W] as .npy, are read everywhere',
    })
  }
  try {
    await decoder.tracks.ready
    await decoder.completed
    const count = decoder.tracks.selectedTrack?.frameCount ?? 0
    const frames: Pixels[] = []
    const delays: number[] = []
    for (let frameIndex = 0; frameIndex < count; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex })
      const [width, height] = [image.displayWidth, image.displayHeight]
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
      context.drawImage(image, 0, 0)
      delays.push((image.duration ?? 100_000) / 1000)
      image.close()
      const { data } = context.getImageData(0, 0, width, height)
      const pixels: Pixels = { width, height, depth: 'uchar', data: new Uint8Array(data.buffer) }
      frames.push(size === undefined ? pixels : fitPixels(pixels, size, fit, [255, 255, 255]))
    }
    return { frames, delays }
  } catch (cause) {
    throw new TweedieError('data', 'this browser does not read it as a picture that moves', { cause })
  } finally {
    decoder.close()
  }
}

function decoderOf(data: ArrayBuffer, name: string): Decoder | undefined {
  const { ImageDecoder } = globalThis as { ImageDecoder?: new (from: { data: ArrayBuffer; type: string }) => Decoder }
  const [, extension] = /\.(gif|webp)$/i.exec(name) ?? []
  if (ImageDecoder === undefined || extension === undefined) return undefined
  return new ImageDecoder({ data, type: `image/${extension.toLowerCase()}` })
}
