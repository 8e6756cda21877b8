/** Large codes decoded in tiles that overlap and are blended: memory does not grow with the image. */
import { TweedieError } from '../errors.ts'
import { showShape } from '../engine/graph/index.ts'
import type { CompiledAutoencoder } from './autoencoder.ts'

/** How to cut. */
export interface TileOptions {
  /** The share of a tile's side that it has in common with its neighbour, in [0, 0.9]; default 0.25. */
  readonly overlap?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * The image of one large code, from tiles as large as the codes that `coder` is compiled for. Where tiles overlap, their pixels are
 * averaged with weights that rise from the edge of a tile inwards.
 *
 * It is not what the decoder gives for the whole code: norms and attention then see one tile at a time, so brightness and contrast may
 * differ slightly from tile to tile. Blending hides the seams; larger tiles come closer to the whole.
 *
 * @param z `[C, height, width]`
 * @param size `[height, width]` of the code, each at least that of a tile
 * @returns `[channels, height f, width f]`
 * @throws TweedieError `shape` for a code that is smaller than a tile or does not fit, `usage` for an impossible overlap
 * @example
 * using coder = await compiledAutoencoder(part, engine, { batch: 1, shape: [3, 512, 512] })
 * const image = await decodeTiled(coder, z, [256, 192])
 */
export async function decodeTiled(
  coder: Pick<CompiledAutoencoder, 'batch' | 'latentShape' | 'outputShape' | 'decode'>,
  z: Float32Array,
  [height, width]: readonly [height: number, width: number],
  { overlap = 0.25, signal, onProgress }: TileOptions = {},
): Promise<Float32Array> {
  const [channels, tileHeight, tileWidth] = coder.latentShape as [number, number, number]
  const [colours, pixelsHigh, pixelsWide] = coder.outputShape as [number, number, number]
  const [fy, fx] = [pixelsHigh / tileHeight, pixelsWide / tileWidth]
  if (!(overlap >= 0 && overlap <= 0.9)) {
    throw new TweedieError('usage', `overlap is ${overlap}: must be a share of a tile, from 0 to 0.9`)
  }
  if (z.length !== channels * height * width || height < tileHeight || width < tileWidth) {
    throw new TweedieError(
      'shape',
      `${z.length} numbers for a code ${showShape([channels, height, width])} in tiles of ${showShape(coder.latentShape)}`,
      { hint: 'a code is as large as a tile or larger: compile for a smaller `shape`' },
    )
  }
  const tiles = starts(height, tileHeight, overlap).flatMap((y) =>
    starts(width, tileWidth, overlap).map((x) => [y, x] as const),
  )
  const [down, across] = [ramp(pixelsHigh, overlap), ramp(pixelsWide, overlap)]
  const [rows, columns] = [height * fy, width * fx]
  const sum = new Float64Array(colours * rows * columns)
  const weights = new Float64Array(rows * columns)
  const tileSize = channels * tileHeight * tileWidth
  for (let first = 0; first < tiles.length; first += coder.batch) {
    const some = tiles.slice(first, first + coder.batch)
    const codes = new Float32Array(some.length * tileSize)
    some.forEach(([y, x], i) => {
      for (let row = 0; row < channels * tileHeight; row++) {
        const [channel, at] = [Math.floor(row / tileHeight), y + (row % tileHeight)]
        const from = (channel * height + at) * width + x
        codes.set(z.subarray(from, from + tileWidth), i * tileSize + row * tileWidth)
      }
    })
    const images = await coder.decode(codes, signal)
    some.forEach(([y, x], i) => {
      for (let row = 0; row < colours * pixelsHigh; row++) {
        const [colour, line] = [Math.floor(row / pixelsHigh), row % pixelsHigh]
        const to = (y * fy + line) * columns + x * fx
        for (let column = 0; column < pixelsWide; column++) {
          const weight = down[line]! * across[column]!
          const pixel = images[(i * colours * pixelsHigh + row) * pixelsWide + column]!
          sum[colour * rows * columns + to + column]! += weight * pixel
          if (colour === 0) weights[to + column]! += weight
        }
      }
    })
    onProgress?.(Math.min(first + coder.batch, tiles.length), tiles.length)
  }
  return Float32Array.from(sum, (value, i) => value / weights[i % weights.length]!)
}

/** Where tiles begin along an axis: in equal steps, rounded, the last one at the end. */
function starts(length: number, tile: number, overlap: number): readonly number[] {
  const steps = Math.ceil((length - tile) / Math.max(1, Math.floor(tile * (1 - overlap))))
  return Array.from({ length: steps + 1 }, (_, i) => (steps === 0 ? 0 : Math.round((i * (length - tile)) / steps)))
}

/** Weights along a side: 1 inside, falling linearly towards both edges over the overlap, and nowhere zero. */
function ramp(pixels: number, overlap: number): Float64Array {
  const wide = overlap * pixels
  return Float64Array.from({ length: pixels }, (_, i) =>
    Math.min(1, (Math.min(i, pixels - 1 - i) + 0.5) / Math.max(wide, 0.5)),
  )
}
