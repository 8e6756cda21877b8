/** Whether what is bright in a video moves with constant velocity between reflections. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { itemSize } from '../../files/data/dataset.ts'

/** How far the centre of mass may be from where constant velocity takes it, in pixels, unless told otherwise. */
const usualTolerance = 0.5

/**
 * The centre of mass of every frame of a video: `[x, y]` in pixels, weighted by brightness; NaN of a black frame.
 *
 * @param video bytes `[1, T, H, W]`
 */
export function centresOf(video: ArrayLike<number>, [, frames, height, width]: readonly number[]): [number, number][] {
  const plane = height! * width!
  return Array.from({ length: frames! }, (_, t) => {
    let [mass, x, y] = [0, 0, 0]
    for (let p = 0; p < plane; p++) {
      const ink = video[t * plane + p]!
      mass += ink
      x += ink * (p % width!)
      y += ink * Math.floor(p / width!)
    }
    return [x / mass, y / mass]
  })
}

/**
 * The share of steady steps of grey videos of bytes. With steps d_t of a coordinate of the centre and m the median of |d_t| over the video, step t is steady where
 * | |d_t| − m | ≤ tolerance in both coordinates; or |d_t| ≤ m + tolerance, and d_{t−1} and d_{t+1} have different signs: a reflection at an edge.
 *
 * @param tolerance pixels
 */
export function steadyShare(videos: ArrayDataset, tolerance = usualTolerance): number {
  const size = itemSize(videos.shape)
  let [steady, all] = [0, 0]
  for (let i = 0; i < videos.length; i++) {
    const centres = centresOf(videos.data.subarray(i * size, (i + 1) * size), videos.shape)
    const axes = ([0, 1] as const).map((axis) => {
      const steps = centres.slice(1).map((centre, t) => centre[axis] - centres[t]![axis])
      return { steps, usual: steps.map(Math.abs).toSorted((a, b) => a - b)[Math.floor(steps.length / 2)]! }
    })
    for (let t = 0; t + 1 < centres.length; t++) {
      all++
      const isSteady = axes.every(({ steps, usual }) => {
        const speed = Math.abs(steps[t]!)
        if (Math.abs(speed - usual) <= tolerance) return true
        return speed <= usual + tolerance && steps[t - 1]! * steps[t + 1]! < 0
      })
      if (isSteady) steady++
    }
  }
  return steady / all
}
