/** Videos as batches of frames, and frames as sequences over time. */
import { concat, reshape, transpose } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'

/** `[N, C, T, H, W] → [N · T, C, H, W]`, the frames of a video one after another. */
export function toFrames(x: Tensor): Tensor {
  const [batch, channels, frames, height, width] = x.shape as [number, number, number, number, number]
  return reshape(transpose(x, [0, 2, 1, 3, 4]), [batch * frames, channels, height, width])
}

/** The inverse of {@link toFrames}: `[N · T, C, H, W] → [N, C, T, H, W]`. */
export function toVideo(x: Tensor, frames: number): Tensor {
  const [all, channels, height, width] = x.shape as [number, number, number, number]
  return transpose(reshape(x, [all / frames, frames, channels, height, width]), [0, 2, 1, 3, 4])
}

/** What is known of each video, said of each of its frames: `[N, …] → [N · T, …]`. */
export function toEachFrame(x: Tensor, frames: number): Tensor {
  const [batch, ...rest] = x.shape as [number, ...number[]]
  const one = reshape(x, [batch, 1, ...rest])
  return reshape(
    concat(
      Array.from({ length: frames }, () => one),
      1,
    ),
    [batch * frames, ...rest],
  )
}

/** What is done to an image, done to the frames of each video side by side: `[N · T, C, H, W]`, same shape. */
export function besides(toImage: (x: Tensor) => Tensor, x: Tensor, frames: number): Tensor {
  const videos = toVideo(x, frames)
  const [batch, channels, , height, width] = videos.shape as [number, number, number, number, number]
  return toFrames(reshape(toImage(reshape(videos, [batch, channels, frames * height, width])), videos.shape))
}

/** Each place of the image over time: `[N · T, C, H, W] → [T, N · H · W, C]`. */
export function overTime(x: Tensor, frames: number): Tensor {
  const [all, channels, height, width] = x.shape as [number, number, number, number]
  const places = height * width
  const apart = transpose(reshape(x, [all / frames, frames, channels, places]), [1, 0, 3, 2])
  return reshape(apart, [frames, (all / frames) * places, channels])
}

/** The inverse of {@link overTime}, for frames of a shape `[N · T, C, H, W]`. */
export function fromTime(x: Tensor, shape: readonly number[]): Tensor {
  const [frames, , channels] = x.shape as [number, number, number]
  const [all, , height, width] = shape as [number, number, number, number]
  const apart = reshape(x, [frames, all / frames, height! * width!, channels])
  return reshape(transpose(apart, [1, 0, 3, 2]), shape)
}
