/** Windows as arrays: cut out of trajectories, and put back. */
import { emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import type { WindowPlan } from './window-plan.ts'

/** Some windows: of all windows of all items, those from `first` on. */
export interface Portion {
  readonly first: number
  readonly count: number
}

/** How windows are cut out of trajectories and put back. */
export interface Cutter {
  readonly plan: WindowPlan
  /** Numbers of a trajectory. */
  readonly size: number
  /** The windows of a portion, `[count, ...window]`; times their shares if asked. */
  take(x: FloatArray, at: Portion, shared?: boolean): FloatArray
  /** Adds windows to their places; times their shares if asked. */
  put(out: FloatArray, at: Portion, windows: FloatArray, shared: boolean): void
}

/** Cuts items of this shape, whose axis of time has W states in a window. */
export function cutter(shape: readonly number[], axis: number, plan: WindowPlan): Cutter {
  const { window, length, starts, shares } = plan
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))]
  const size = outer * length * inner
  /** Calls with the place of each run of numbers in the trajectory and in the windows, and their share. */
  const runs = (at: Portion, visit: (there: number, here: number, share: number) => void): void => {
    for (let k = 0; k < at.count; k++) {
      const item = Math.floor((at.first + k) / starts.length)
      const j = (at.first + k) % starts.length
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < window; i++) {
          const there = item * size + (o * length + starts[j]! + i) * inner
          visit(there, ((k * outer + o) * window + i) * inner, shares[j * window + i]!)
        }
      }
    }
  }
  return {
    plan,
    size,
    take(x, at, shared = false) {
      const out = emptyLike(x, at.count * outer * window * inner)
      runs(at, (there, here, share) => {
        const factor = shared ? share : 1
        for (let n = 0; n < inner; n++) out[here + n] = factor * x[there + n]!
      })
      return out
    },
    put(out, at, windows, shared) {
      runs(at, (there, here, share) => {
        if (shared && share === 0) return
        const factor = shared ? share : 1
        for (let n = 0; n < inner; n++) out[there + n]! += factor * windows[here + n]!
      })
    },
  }
}
