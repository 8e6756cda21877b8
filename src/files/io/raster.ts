/** Pictures as bytes, and how samples become pictures. */
import { TweedieError } from '../../errors.ts'

/** A picture: 8-bit sRGB, `[height, width, 3]` row by row, or with opacity `[height, width, 4]`. Padding and white are 255. */
export interface Raster {
  readonly width: number
  readonly height: number
  /** `width · height · 3` bytes, or `· 4` with opacity (not premultiplied). */
  readonly data: Uint8Array
}

/** A colour, 0 … 255 each. */
export type Rgb = readonly [number, number, number]

/** A colour with its opacity, 255 being opaque. */
export type Rgba = readonly [number, number, number, number]

/** How {@link toGrid} arranges samples. */
export interface GridOptions {
  /** Samples in a row; default: as square as possible. */
  readonly columns?: number
  /** Pixels between samples; default 2, or 0 for a single sample. */
  readonly padding?: number
  /** The colour between samples, and behind transparent ones; default white, and transparent ones stay so. */
  readonly background?: Rgb
  /** Whether the second of two channels is the opacity of a grey picture; by default both are shown. */
  readonly opacity?: boolean
  /** Enlarges the grid by a whole number, pixels kept sharp; default 1. */
  readonly scale?: number
}

/** A picture of one colour. */
export function blank(width: number, height: number, color: Rgb | Rgba = [255, 255, 255]): Raster {
  const data = new Uint8Array(width * height * color.length)
  for (let i = 0; i < data.length; i++) data[i] = color[i % color.length]!
  return { width, height, data }
}

/** Bytes of a pixel: 3, or 4 with opacity. */
export function depthOf({ width, height, data }: Raster): 3 | 4 {
  return data.length === width * height * 4 ? 4 : 3
}

/**
 * Samples side by side, in reading order.
 *
 * One channel is grey, three are RGB, four are RGB with opacity: kept, or blended onto a background if one is given. Any other
 * number of channels is shown as grey pictures beside each other, a sample being their row. Values outside [-1, 1] are clipped;
 * NaN is shown magenta, so that it cannot be overlooked.
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
  const { background, scale = 1 } = options
  if (!(Number.isInteger(scale) && scale >= 1)) {
    throw new TweedieError('usage', `scale ${scale}: pictures are enlarged by whole numbers`)
  }
  const isGrey = channels === 1 || (channels === 2 && options.opacity === true)
  const panels = isGrey || channels === 3 || channels === 4 ? 1 : channels
  const hasOpacity = panels === 1 && channels % 2 === 0
  const ground = background ?? (hasOpacity ? clear : white)
  const padding = options.padding ?? (count === 1 && panels === 1 ? 0 : 2)
  const tileWidth = panels * width + (panels - 1) * Math.min(padding, 1)
  const squarest = Math.ceil(Math.sqrt((count * height) / tileWidth))
  const columns = Math.min(count, Math.max(1, options.columns ?? squarest))
  const rows = Math.ceil(count / columns)
  const raster = blank(columns * (tileWidth + padding) + padding, rows * (height + padding) + padding, ground)
  const depth = depthOf(raster)
  const plane = height * width
  for (let n = 0; n < count; n++) {
    const left = padding + (n % columns) * (tileWidth + padding)
    const top = padding + Math.floor(n / columns) * (height + padding)
    for (let panel = 0; panel < panels; panel++) {
      const x0 = left + panel * (width + Math.min(padding, 1))
      for (let i = 0; i < plane; i++) {
        const at = depth * ((top + Math.floor(i / width)) * raster.width + x0 + (i % width))
        const first = (n * channels + panel) * plane + i
        const opacity = hasOpacity ? to255(samples[first + (channels - 1) * plane]!) : 255
        for (let c = 0; c < 3; c++) {
          const value = samples[panels === 1 && !isGrey ? first + c * plane : first]!
          const share = background && !Number.isNaN(value) ? opacity / 255 : 1
          const byte = toByte(value, c)
          raster.data[at + c] = share === 1 ? byte : Math.round(share * byte + (1 - share) * ground[c]!)
        }
        if (depth === 4) raster.data[at + 3] = Number.isNaN(samples[first]!) || Number.isNaN(opacity) ? 255 : opacity
      }
    }
  }
  return scale === 1 ? raster : magnify(raster, scale)
}

/** A picture magnified by a whole factor, its pixels kept sharp. */
export function magnify(raster: Raster, factor: number): Raster {
  const { width, height, data } = raster
  const depth = depthOf(raster)
  const large = { width: width * factor, height: height * factor, data: new Uint8Array(data.length * factor ** 2) }
  for (let y = 0; y < large.height; y++) {
    for (let x = 0; x < large.width; x++) {
      const from = depth * (Math.floor(y / factor) * width + Math.floor(x / factor))
      large.data.set(data.subarray(from, from + depth), depth * (y * large.width + x))
    }
  }
  return large
}

const white: Rgb = [255, 255, 255]
const clear: Rgba = [255, 255, 255, 0]

/** The byte c of a colour; magenta for NaN. */
function toByte(value: number, c: number): number {
  if (Number.isNaN(value)) return c === 1 ? 0 : 255
  return to255(value)
}

/** [-1, 1] to 0 … 255, each byte an equally wide part; clipped. */
function to255(value: number): number {
  return Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)))
}
