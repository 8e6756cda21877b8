/** Pictures as bytes, and how samples become pictures. */
import { TweedieError } from '../../errors.ts'

/** A picture: 8-bit sRGB, `[height, width, 3]` row by row. Padding and white are 255. */
export interface Raster {
  readonly width: number
  readonly height: number
  /** `width · height · 3` bytes. */
  readonly data: Uint8Array
}

/** A colour, 0 … 255 each. */
export type Rgb = readonly [number, number, number]

/** How {@link toGrid} arranges samples. */
export interface GridOptions {
  /** Samples in a row; default: as square as possible. */
  readonly columns?: number
  /** Pixels between samples; default 2, or 0 for a single sample. */
  readonly padding?: number
  /** The colour between samples; default white. */
  readonly background?: Rgb
}

/** A picture of one colour. */
export function blank(width: number, height: number, color: Rgb = [255, 255, 255]): Raster {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < data.length; i++) data[i] = color[i % 3]!
  return { width, height, data }
}

/**
 * Samples side by side, in reading order.
 *
 * One channel is grey, three are RGB, four are RGB with transparency, blended onto the background. Any other number of
 * channels is shown as grey pictures beside each other, a sample being their row. Values outside [-1, 1] are clipped;
 * what is not a number is shown magenta, so that it cannot be overlooked.
 *
 * @param samples `[N, C, H, W]` in [-1, 1]
 * @param shape `[N, C, H, W]`, or `[C, H, W]` for one sample
 * @throws TweedieError `shape` when the shape does not fit the samples
 */
export function toGrid(samples: ArrayLike<number>, shape: readonly number[], options: GridOptions = {}): Raster {
  const [count, channels, height, width] = (shape.length === 3 ? [1, ...shape] : shape) as [
    number,
    number,
    number,
    number,
  ]
  if (shape.length < 3 || shape.length > 4 || shape.some((size) => !(size > 0))) {
    throw new TweedieError('shape', `shape [${shape.join(', ')}]: expected [samples, channels, height, width]`)
  }
  if (samples.length !== count * channels * height * width) {
    throw new TweedieError('shape', `shape [${shape.join(', ')}] does not fit ${samples.length} numbers`)
  }
  const background = options.background ?? [255, 255, 255]
  const panels = [1, 3, 4].includes(channels) ? 1 : channels
  const padding = options.padding ?? (count === 1 && panels === 1 ? 0 : 2)
  const tileWidth = panels * width + (panels - 1) * Math.min(padding, 1)
  const squarest = Math.ceil(Math.sqrt((count * height) / tileWidth))
  const columns = Math.min(count, Math.max(1, options.columns ?? squarest))
  const rows = Math.ceil(count / columns)
  const raster = blank(columns * (tileWidth + padding) + padding, rows * (height + padding) + padding, background)
  const plane = height * width
  for (let n = 0; n < count; n++) {
    const left = padding + (n % columns) * (tileWidth + padding)
    const top = padding + Math.floor(n / columns) * (height + padding)
    for (let panel = 0; panel < panels; panel++) {
      const x0 = left + panel * (width + Math.min(padding, 1))
      for (let i = 0; i < plane; i++) {
        const at = 3 * ((top + Math.floor(i / width)) * raster.width + x0 + (i % width))
        const first = (n * channels + panel) * plane + i
        for (let c = 0; c < 3; c++) raster.data[at + c] = toByte(samples, first, channels, plane, c, background)
      }
    }
  }
  return raster
}

/** A picture magnified by a whole factor, its pixels kept sharp. */
export function magnify({ width, height, data }: Raster, factor: number): Raster {
  const large = blank(width * factor, height * factor)
  for (let y = 0; y < large.height; y++) {
    for (let x = 0; x < large.width; x++) {
      const from = 3 * (Math.floor(y / factor) * width + Math.floor(x / factor))
      large.data.set(data.subarray(from, from + 3), 3 * (y * large.width + x))
    }
  }
  return large
}

/** The colour byte c of a pixel whose first channel is at `first` and whose channels are `plane` apart. */
function toByte(
  samples: ArrayLike<number>,
  first: number,
  channels: number,
  plane: number,
  c: number,
  background: Rgb,
): number {
  const value = samples[channels === 3 || channels === 4 ? first + c * plane : first]!
  if (Number.isNaN(value)) return c === 1 ? 0 : 255
  const byte = to255(value)
  if (channels !== 4) return byte
  const opacity = to255(samples[first + 3 * plane]!) / 255
  return Math.round(opacity * byte + (1 - opacity) * background[c]!)
}

/** [-1, 1] to 0 … 255, each byte an equally wide part; clipped. */
function to255(value: number): number {
  return Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)))
}
