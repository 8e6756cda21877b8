/** Trajectories of codes as trajectories of fields: each state is decoded by itself, and only those that are measured. */
import type { FloatArray } from '../../../diffusion/denoise/denoiser.ts'
import { type LinearOperator, linearOperator, type Operator } from '../../../diffusion/measure/operator.ts'
import { itemSize } from '../../../files/data/dataset.ts'

/** The decoder of states as a measurement: codes to the whole state. */
export type StateDecoder = Pick<Operator, 'from' | 'to' | 'forward' | 'pushforward' | 'pullback'>

/** An item as it is: what the decoder of states measures. */
export function wholeItem(shape: readonly number[]): LinearOperator {
  return linearOperator({ name: 'states', from: shape, to: shape, forward: (x) => x, adjoint: (v) => v })
}

/**
 * A ∘ D of trajectories of codes `[n, c, L, h, w]`, with A a matrix that measures fields `[C, L, H, W]` and D the decoder of states. Derivatives go through the states that A
 * sees alone; others have none.
 *
 * @param states the states that A sees
 */
export function decodedTrajectory(
  operator: LinearOperator,
  decoder: StateDecoder,
  length: number,
  states: readonly number[],
): Operator {
  const code = decoder.from
  const field = decoder.to
  /** Copies the states that are seen, `[n, c, L, …]` ↔ `[n, states, c, …]`. */
  const each = (
    shape: readonly number[],
    count: number,
    visit: (whole: number, picked: number, inner: number) => void,
  ) => {
    const [channels, inner] = [shape[0]!, itemSize(shape.slice(1))]
    for (let n = 0, at = 0; n < count; n++) {
      for (const t of states) {
        for (let c = 0; c < channels; c++, at += inner) visit(((n * channels + c) * length + t) * inner, at, inner)
      }
    }
  }
  const pick = (x: FloatArray, shape: readonly number[]): Float64Array => {
    const size = itemSize(shape)
    const count = x.length / (size * length)
    const out = new Float64Array(count * states.length * size)
    each(shape, count, (whole, at, inner) => out.set(x.subarray(whole, whole + inner), at))
    return out
  }
  const place = (picked: FloatArray, shape: readonly number[]): Float64Array => {
    const size = itemSize(shape)
    const count = picked.length / (states.length * size)
    const out = new Float64Array(count * length * size)
    each(shape, count, (whole, at, inner) => out.set(picked.subarray(at, at + inner), whole))
    return out
  }
  const [channels, ...places] = code as [number, ...number[]]
  return {
    name: operator.name,
    from: [channels, length, ...places],
    to: operator.to,
    forward: async (x) => operator.forward(place(await decoder.forward(pick(x, code)), field)),
    async pushforward(x, u) {
      const moved = await decoder.pushforward(pick(x, code), pick(u, code))
      return operator.forward(place(moved, field))
    },
    async pullback(x, v) {
      const onStates = pick(operator.adjoint(v), field)
      return place(await decoder.pullback(pick(x, code), onStates), code)
    },
  }
}
