/** Frames of videos as images. */
import { type ArrayDataset, createDataset, itemSize } from '../../files/data/dataset.ts'

/** Frames of videos `[C, T, H, W]` as images, video after video, labelled as their videos are; of T frames those that are chosen. */
export function framesAsImages(
  videos: ArrayDataset,
  chosen: readonly number[] = Array.from({ length: videos.shape[1]! }, (_, t) => t),
): ArrayDataset {
  const [channels, frames, height, width] = videos.shape as [number, number, number, number]
  const plane = height * width
  const size = itemSize(videos.shape)
  const total = videos.length * chosen.length * channels * plane
  const data = videos.data instanceof Uint8Array ? new Uint8Array(total) : new Float32Array(total)
  let at = 0
  for (let i = 0; i < videos.length; i++) {
    for (const t of chosen) {
      for (let c = 0; c < channels; c++, at += plane) {
        const from = i * size + (c * frames + t) * plane
        data.set(videos.data.subarray(from, from + plane), at)
      }
    }
  }
  const { name, range, affine, labels, classNames } = videos
  const each =
    labels &&
    Int32Array.from({ length: videos.length * chosen.length }, (_, i) => labels[Math.floor(i / chosen.length)]!)
  return createDataset({
    name: `frames of ${name}`,
    kind: 'image',
    shape: [channels, height, width],
    data,
    range,
    affine,
    ...(each && { labels: each, classNames }),
  })
}
