/** Videos in the formats of ffmpeg. */
import { runFfmpeg } from '../../data/node/ffmpeg.ts'
import { depthOf, type Raster } from '../raster.ts'

/**
 * Encodes frames, H.264 for `.mp4`; an odd width or height is padded by one pixel.
 *
 * @param frames pictures of one size @param rate frames a second
 * @throws TweedieError `usage` where there is no ffmpeg, `data` where it fails
 */
export async function encodeVideo(path: string, frames: readonly Raster[], rate: number): Promise<void> {
  const { width, height } = frames[0]!
  const format = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    depthOf(frames[0]!) === 4 ? 'rgba' : 'rgb24',
    '-s',
    `${width}x${height}`,
  ]
  const even = ['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', '-pix_fmt', 'yuv420p']
  const args = ['-v', 'error', '-y', ...format, '-r', String(rate), '-i', 'pipe:0', ...even, `file:${path}`]
  await runFfmpeg(path, args, { input: Buffer.concat(frames.map(({ data }) => data)) })
}
