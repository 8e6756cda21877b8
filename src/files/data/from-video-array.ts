/** Arrays as videos. */
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, createDataset } from './dataset.ts'
import type { NdArray, NumericArray } from './nd-array.ts'
import { checkWindows, type WindowWishes, windowsOf } from './open/video-windows.ts'

/** More frames than this, and more items than frames, make a first axis that is one of items. */
const mostLeading = 64

/**
 * Videos of an array:
 *
 * | array | videos |
 * |---|---|
 * | [N, T, H, W] | grey, [1, T, H, W] |
 * | [T, N, H, W], fewer than 64 in front of four times as many, as Moving MNIST is stored | grey, [1, T, H, W] |
 * | [N, T, H, W, C], [N, T, C, H, W], [N, C, T, H, W] | [C, T, H, W], C from 1 to 4 |
 *
 * Of bytes, or of other numbers, whose values are kept. Items longer than `frames` are cut into several.
 *
 * @throws TweedieError `data` for an array of another shape, or one that is too short
 */
export function datasetFromVideos(
  array: NdArray,
  {
    name,
    classes,
    ...windows
  }: {
    readonly name: string
    readonly classes: Pick<ArrayDataset, 'labels' | 'classNames'>
  } & WindowWishes,
): ArrayDataset {
  const { shape, order, remark } = layoutOf(array, name)
  const [count, channels, length, height, width] = shape
  const frames = windows.frames ?? length
  checkWindows({ ...windows, frames })
  const cut = windowsOf(length, { ...windows, frames })
  if (cut.length === 0) {
    throw new TweedieError(
      'data',
      `${name}: videos of ${length} frames are shorter than an item, \`frames: ${frames}\``,
    )
  }
  const bytes = array.data instanceof Uint8Array
  const plane = height * width
  const size = channels * frames * plane
  const data = new (bytes ? Uint8Array : Float32Array)(count * cut.length * size)
  const strides = order.map((axis) => array.shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const [ofItem, ofChannel, ofFrame, ofRow, ofColumn] = strides as [number, number, number, number, number]
  let at = 0
  for (let i = 0; i < count; i++) {
    for (const chosen of cut) {
      for (let c = 0; c < channels; c++) {
        for (const t of chosen) {
          const from = i * ofItem + c * ofChannel + t * ofFrame
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) data[at++] = Number(array.data[from + y * ofRow + x * ofColumn]!)
          }
        }
      }
    }
  }
  const isBinary = bytes && isZeroOne(array.data) ? { range: [0, 1] as const } : {}
  const { labels, classNames } = classes
  const remarks = [
    ...remark,
    ...(cut.length > 1 ? [`${count} videos of ${length} frames are cut into ${cut.length} items each`] : []),
  ]
  return createDataset({
    name,
    kind: 'video',
    shape: [channels, frames, height, width],
    data,
    ...isBinary,
    ...(labels && {
      labels: Int32Array.from({ length: count * cut.length }, (_, k) => labels[Math.floor(k / cut.length)]!),
    }),
    classNames,
    ...(remarks.length > 0 && { remarks }),
  })
}

const isZeroOne = (data: NumericArray): boolean =>
  !(data as Uint8Array).some((value) => value > 1) && (data as Uint8Array).includes(1)

/** Numbers of items, channels, frames, rows and columns, and the axis of the array that each is; an axis that it does not have is behind its last one. */
function layoutOf(
  { shape }: NdArray,
  name: string,
): {
  readonly shape: readonly [number, number, number, number, number]
  readonly order: readonly number[]
  readonly remark: readonly string[]
} {
  const text = `[${shape.join(', ')}]`
  if (shape.length === 4) {
    const [first, second, height, width] = shape as [number, number, number, number]
    const isLeading = first < mostLeading && second >= 4 * first
    const remark = isLeading
      ? [`${text} are taken for ${first} frames of ${second} videos, [frames, videos, height, width]`]
      : []
    return isLeading
      ? { shape: [second, 1, first, height, width], order: [1, 4, 0, 2, 3], remark }
      : { shape: [first, 1, second, height, width], order: [0, 4, 1, 2, 3], remark }
  }
  const axes = ([2, 4, 1] as const).filter((axis) => shape.length === 5 && shape[axis]! <= 4)
  const channel = axes[0]
  if (channel === undefined) {
    throw new TweedieError('data', `${name}: an array ${text} is not taken for videos`, {
      hint: '[N, T, H, W], [N, T, H, W, C], [N, T, C, H, W] or [N, C, T, H, W], with up to 4 channels',
    })
  }
  const [frames, rows, columns] = [1, 2, 3, 4].filter((axis) => axis !== channel) as [number, number, number]
  const order = [0, channel, frames, rows, columns]
  const named = { 1: 'items, channels, frames', 2: 'items, frames, channels', 4: 'items, frames, …, channels' }[channel]
  return {
    shape: order.map((axis) => shape[axis]!) as unknown as readonly [number, number, number, number, number],
    order,
    remark: axes.length > 1 ? [`${text} are taken for [${named}]`] : [],
  }
}
