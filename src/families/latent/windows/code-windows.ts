/** Windows of codes: an autoencoder of single states makes of a window `[C, T, H, W]` the codes of its states, `[c, T, h, w]`. */
import { itemSize } from '../../../files/data/dataset.ts'
import type { DrawnModel } from '../../drawn-values.ts'
import type { VaeModel } from '../../vae/model.ts'
import type { Model } from '../../values/model.ts'

/** What windows of codes are asked about. */
export interface OfWindows {
  readonly prior: Pick<Model, 'frame'>
  readonly autoencoder: Pick<VaeModel, 'autoencoder' | 'frame' | 'scale'>
}

/** The code of a state as a field of its own, `[c, h, w]`; a vector is one of a single place. */
export function codeField(latentShape: readonly number[]): readonly [number, number, number] {
  const [channels, rows = 1, columns = 1] = latentShape as [number, number?, number?]
  return [channels, rows, columns]
}

/** The states of a window, where the model is of windows. */
export function windowOf({ prior }: Pick<OfWindows, 'prior'>): number | undefined {
  const { item } = prior.frame
  return item.length === 4 ? item[1] : undefined
}

/** What shows the items of a model: windows of states, where its codes are of windows, else what the autoencoder makes. */
export function shownBy(model: OfWindows): DrawnModel {
  const states = windowOf(model)
  const { frame, scale } = model.autoencoder
  if (states === undefined) return { frame, scale }
  const item = windowShape(frame.item, states)
  return { frame: { item }, scale: { ...scale, shape: item } }
}

/** `[C, T, H, W]`, of states `[C, H, W]`. */
export function windowShape(state: readonly number[], states: number): readonly number[] {
  return [state[0]!, states, ...state.slice(1)]
}

/**
 * Windows `[n, C, T, …]` as their states, `[n, T, C, …]`.
 *
 * @param state the shape of one state, channels first @param states T
 */
export function toStates<A extends Float32Array | Float64Array>(
  windows: A,
  state: readonly number[],
  states: number,
): A {
  return swapped(windows, state[0]!, states, itemSize(state.slice(1)))
}

/** The inverse of {@link toStates}. */
export function toWindows<A extends Float32Array | Float64Array>(
  values: A,
  state: readonly number[],
  states: number,
): A {
  return swapped(values, states, state[0]!, itemSize(state.slice(1)))
}

/** `[n, a, b, inner]` → `[n, b, a, inner]`. */
function swapped<A extends Float32Array | Float64Array>(values: A, a: number, b: number, inner: number): A {
  const out = values.slice() as A
  const size = a * b * inner
  for (let n = 0; n < values.length; n += size) {
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++) {
        const from = n + (i * b + j) * inner
        out.set(values.subarray(from, from + inner), n + (j * a + i) * inner)
      }
    }
  }
  return out
}
