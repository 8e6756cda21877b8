/** Frames of pictures that move, as numbers: GIF and WebP by sharp, other videos by the program ffmpeg. */
import { TweedieError } from '../../../errors.ts'
import type { DecodeHow, MovingPicture, PictureFacts } from '../file-tree.ts'
import { fitPixels } from '../open/fit-pixels.ts'
import { isCoded } from '../open/list-videos.ts'
import { decodeVideo, factsOfVideo } from './ffmpeg.ts'
import { decode } from './image-pixels.ts'

/** More pixels than this are not decoded at once: a gigabyte. */
const mostPixels = 2 ** 28

/** The size of a video that ffmpeg reads; it has several frames. */
export async function codedFacts(path: string): Promise<PictureFacts> {
  const { width, height } = await factsOfVideo(path)
  return { width, height, depth: 'uchar', frames: 2 }
}

/**
 * Decodes all frames, scaled to fit a rectangle where one is given.
 *
 * @throws TweedieError `data` for what is too large at once
 */
export async function decodeFrames(path: string, how: DecodeHow, signal?: AbortSignal): Promise<MovingPicture> {
  if (isCoded(path)) {
    const { width, height } = await factsOfVideo(path, signal)
    const most = Math.floor(mostPixels / (width * height))
    const { data, rate } = await decodeVideo(path, most, signal)
    const size = width * height * 4
    const frames = Array.from({ length: data.length / size }, (_, t) => {
      const pixels = { width, height, depth: 'uchar' as const, data: data.subarray(t * size, (t + 1) * size) }
      return how.size === undefined ? pixels : fitPixels(pixels, how.size, how.fit ?? 'cover', [255, 255, 255])
    })
    return { frames, delays: rate === undefined ? undefined : frames.map(() => 1000 / rate) }
  }
  const { default: sharp } = await import('sharp')
  const { pages = 1, delay, width, pageHeight, height } = await sharp(path).metadata()
  if (pages * width * (pageHeight ?? height) > mostPixels) {
    throw new TweedieError('data', `${pages} frames of ${width} × ${pageHeight ?? height} are too much at once`, {
      hint: 'cut it into several files',
    })
  }
  const strip = await decode(sharp(path, { animated: true, limitInputPixels: false }), { ...how, upright: false })
  const rows = strip.height / pages
  const size = strip.width * rows * 4
  const frames = Array.from({ length: pages }, (_, t) => ({
    width: strip.width,
    height: rows,
    depth: strip.depth,
    data: strip.data.subarray(t * size, (t + 1) * size),
  }))
  // players take a hundredth of a second and less for a tenth
  return { frames, delays: delay?.map((each) => (each <= 10 ? 100 : each)) }
}
