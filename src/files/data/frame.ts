/**
 * Between an item of a data set and what a network of a given stride sees: images are padded to whole multiples (the edge
 * repeated) and cut into patches, p × p pixels becoming p² channels; so is each frame of a video `[C, T, H, W]`. A U-Net on patches of 2 does a quarter of the work.
 * Pictures and fields over time, `[C, T, H, W]`, are images of C T channels to a network of images.
 */
import { TweedieError } from '../../errors.ts'
import { itemSize } from './dataset.ts'

/** How items become a network's inputs. */
export interface Frame {
  /** An item: `[C, H, W]`, a video `[C, T, H, W]`, or any other shape, which stays as it is. */
  readonly item: readonly number[]
  /** Patch size p. */
  readonly patch: number
  /** What the network sees: `[C p², ⌈H⌉ / p, ⌈W⌉ / p]`, of a video `[C p², T, ⌈H⌉ / p, ⌈W⌉ / p]`, or of C T channels where time is folded. */
  readonly network: readonly number[]
  /** For every place of the network's array, the pixel that it shows; undefined where the two arrays are the same. */
  readonly pixels?: Int32Array
}

/**
 * The frame of items of a shape.
 *
 * @param patch pixels along a patch's side
 * @param stride what the network's height and width must be multiples of
 * @param axes the axes of the network's input: 3 folds the time of `[C, T, H, W]` into channels
 * @throws TweedieError `usage` for a patch of anything but an image
 */
export function frameOf(item: readonly number[], patch = 1, stride = 1, axes = item.length): Frame {
  if (!Number.isInteger(patch) || patch < 1) {
    throw new TweedieError('usage', `patch is ${patch}: must be a positive integer`)
  }
  const isFolded = item.length === 4 && axes === 3
  if (item.length !== 3 && item.length !== 4) {
    if (patch === 1) return Object.freeze({ item, patch, network: item })
    throw new TweedieError(
      'usage',
      `patches are for images [C, H, W] and videos [C, T, H, W], not for items [${item.join(', ')}]`,
    )
  }
  const planes = isFolded ? [item[0]! * item[1]!, item[2]!, item[3]!] : item
  const [channels, ...between] = planes.slice(0, -2) as [number, ...number[]]
  const [height, width] = planes.slice(-2) as [number, number]
  const side = (size: number): number => Math.ceil(size / (patch * stride)) * stride
  const network = [channels * patch * patch, ...between, side(height), side(width)]
  if (patch === 1 && network.at(-2) === height && network.at(-1) === width) {
    return Object.freeze({ item, patch, network })
  }
  return Object.freeze({ item, patch, network, pixels: pixelsOf(planes, patch, network) })
}

/** Items `[n, ...item]` as a network sees them, `[n, ...network]`. */
export function toNetwork({ item, network, pixels }: Frame, items: Float32Array, out: Float32Array): Float32Array {
  if (!pixels) out.set(items)
  else {
    const [size, count] = [itemSize(item), items.length / itemSize(item)]
    for (let n = 0, i = 0; n < count; n++) {
      for (let place = 0; place < pixels.length; place++, i++) out[i] = items[n * size + pixels[place]!]!
    }
  }
  return expectLength(out, items.length / itemSize(item), network)
}

/** The inverse of {@link toNetwork}; what was padded is left out. */
export function fromNetwork({ item, network, pixels }: Frame, x: Float32Array, out: Float32Array): Float32Array {
  if (!pixels) out.set(x)
  else {
    const [size, count] = [itemSize(item), x.length / itemSize(network)]
    for (let n = 0; n < count; n++) {
      // Backwards, so that of all places that show a pixel, the first one, its own, is written last.
      for (let place = pixels.length - 1; place >= 0; place--)
        out[n * size + pixels[place]!] = x[n * pixels.length + place]!
    }
  }
  return expectLength(out, x.length / itemSize(network), item)
}

/** No item has more numbers. */
const mostPixels = 2 ** 28

/** Channel c p² + i p + j of patch (y, x) shows pixel (y p + i, x p + j) of channel c, or the nearest one within; each frame of a video alone. */
function pixelsOf(item: readonly number[], patch: number, network: readonly number[]): Int32Array {
  const [height, width] = item.slice(-2) as [number, number]
  const [rows, columns] = network.slice(-2) as [number, number]
  const [planes, frames] = [network[0]!, item.length === 4 ? item[1]! : 1]
  if (itemSize(network) > mostPixels) {
    throw new TweedieError(
      'usage',
      `patches of ${patch} pixels make ${itemSize(network)} numbers of an image of ${height} × ${width}`,
    )
  }
  const pixels = new Int32Array(itemSize(network))
  for (let plane = 0, at = 0; plane < planes; plane++) {
    const channel = Math.floor(plane / (patch * patch))
    const down = Math.floor((plane % (patch * patch)) / patch)
    const across = plane % patch
    for (let frame = 0; frame < frames; frame++) {
      for (let y = 0; y < rows; y++) {
        const row = Math.min(height - 1, y * patch + down)
        for (let x = 0; x < columns; x++, at++) {
          const column = Math.min(width - 1, x * patch + across)
          pixels[at] = ((channel * frames + frame) * height + row) * width + column
        }
      }
    }
  }
  return pixels
}

function expectLength(out: Float32Array, count: number, shape: readonly number[]): Float32Array {
  if (out.length !== count * itemSize(shape)) {
    throw new TweedieError('shape', `${count} items of [${shape.join(', ')}] do not fill ${out.length} values`)
  }
  return out
}
