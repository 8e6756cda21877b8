/** Videos in the formats of ffmpeg, which runs as a program of its own where it is on the PATH. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'

/** A video as ffmpeg decodes it. */
export interface DecodedVideo {
  readonly width: number
  readonly height: number
  /** Frames a second, where the file says so. */
  readonly rate: number | undefined
  /** Bytes `[frames, height, width, 4]`. */
  readonly data: Uint8Array
}

/**
 * Decodes the frames of a video.
 *
 * @param most frames at most
 * @throws TweedieError `usage` where there is no ffmpeg, `data` for a file that it cannot read, `interrupted`
 */
export async function decodeVideo(path: string, most: number, signal?: AbortSignal): Promise<DecodedVideo> {
  const { width, height, rate } = await factsOfVideo(path, signal)
  const asked = ['-v', 'error', '-i', `file:${path}`, '-map', '0:v:0', '-vsync', '0', '-frames:v', String(most)]
  const output = await runFfmpeg(path, [...asked, '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'], { signal })
  const size = width * height * 4
  const frames = Math.floor(output.length / size)
  if (frames === 0) throw new TweedieError('data', `${path}: no frames`)
  return { width, height, rate, data: output.subarray(0, frames * size) }
}

/** The size of a video, and its frames a second. */
export async function factsOfVideo(
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly width: number; readonly height: number; readonly rate: number | undefined }> {
  // ffmpeg describes its inputs on the way to nothing
  const text = new TextDecoder().decode(
    await runFfmpeg(
      path,
      ['-hide_banner', '-i', `file:${path}`, '-map', '0:v:0', '-frames:v', '1', '-f', 'null', '-'],
      {
        signal,
        errors: true,
      },
    ),
  )
  const [, line] = /Stream #[^\n]*Video:([^\n]*)/.exec(text) ?? []
  const [, width, height] = /[ ,](\d{1,5})x(\d{1,5})[ ,[]/.exec(line ?? '') ?? []
  const [, rate] = /([\d.]+) fps/.exec(line ?? '') ?? []
  if (width === undefined) throw new TweedieError('data', `${path}: ffmpeg finds no video in it`)
  return { width: Number(width), height: Number(height), rate: rate === undefined ? undefined : Number(rate) }
}

interface RunOptions {
  readonly input?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether what it says on its way is the result. */
  readonly errors?: boolean | undefined
}

/**
 * Runs ffmpeg.
 *
 * @param path what it works on, for errors
 */
export async function runFfmpeg(
  path: string,
  args: readonly string[],
  { input, signal, errors }: RunOptions,
): Promise<Uint8Array> {
  const child: ChildProcess = spawn('ffmpeg', ['-nostdin', ...args], {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  const stop = (): void => void child.kill()
  signal?.addEventListener('abort', stop)
  const parts: { readonly out: Buffer[]; readonly err: Buffer[] } = { out: [], err: [] }
  child.stdout!.on('data', (part: Buffer) => parts.out.push(part))
  child.stderr!.on('data', (part: Buffer) => parts.err.push(part))
  // it may end before it has read everything; its own words say why
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    throwIfAborted(signal)
    const said = Buffer.concat(parts.err)
    if (code === 0) return errors ? said : Buffer.concat(parts.out)
    const [line] = said.toString().trim().split('\n').slice(-1)
    throw new TweedieError('data', `${path}: ffmpeg: ${line || `stopped with code ${code}`}`)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new TweedieError('usage', `${path}: such videos need the program ffmpeg, and there is none on the PATH`, {
      hint: 'install ffmpeg, or use .gif, .webp or .apng',
      cause,
    })
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
