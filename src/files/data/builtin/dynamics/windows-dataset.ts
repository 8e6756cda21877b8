/** Windows of simulated trajectories as a data set. */
import { TweedieError } from '../../../../errors.ts'
import { fold, type Key } from '../../../../engine/random/index.ts'
import { type ArrayDataset, createDataset } from '../../dataset.ts'
import { type Dynamics, trajectoryOf } from './dynamics.ts'

/** How trajectories are cut. */
export interface WindowsOptions {
  /** Items. */
  readonly length: number
  /** W: states of an item. */
  readonly window: number
  /** Windows of a trajectory. */
  readonly each: number
  /** States from one of its windows to the next; by default W, so that they do not overlap. */
  readonly stride?: number | undefined
  /** States of a trajectory that are thrown away first. */
  readonly spinUp: number
}

/**
 * Items `[C, W, H, W']` of kind `fields`, standardised channel by channel. Item i depends on the stream and i only.
 *
 * @throws TweedieError `usage` for a window of less than one state
 */
export function windowsDataset(dynamics: Dynamics, stream: Key, options: WindowsOptions): ArrayDataset {
  const { length, window, each, spinUp, stride = window } = options
  if (!(Number.isInteger(window) && window >= 1)) {
    throw new TweedieError('usage', `${dynamics.name}: \`window\` is ${window}: a whole number of states, 1 or more`)
  }
  const [channels, ...places] = dynamics.shape as [number, ...number[]]
  const plane = places.reduce((product, n) => product * n, 1)
  const data = new Float32Array(length * channels * window * plane)
  for (let first = 0, run = 0; first < length; first += each, run++) {
    const now = Math.min(each, length - first)
    const states = trajectoryOf(dynamics, fold(stream, run), (now - 1) * stride + window, spinUp)
    for (let item = 0; item < now; item++) {
      for (let t = 0; t < window; t++) {
        for (let c = 0; c < channels; c++) {
          const from = ((item * stride + t) * channels + c) * plane
          data.set(states.subarray(from, from + plane), (((first + item) * channels + c) * window + t) * plane)
        }
      }
    }
  }
  const shape = [channels, window, ...places]
  return createDataset({
    name: dynamics.name,
    kind: 'fields',
    shape,
    data,
    affine: ofChannels(data, channels, window * plane),
    // so that windows are known for states that follow each other
    ...(shape.length === 4 && { fields: { variables: variablesOf(channels), step: 1, dated: false } }),
  })
}

/** As arrays without names have them. */
const variablesOf = (channels: number): readonly { readonly name: string }[] =>
  Array.from({ length: channels }, (_, c) => ({ name: `field${c}` }))

/** Mean and standard deviation of each channel. */
function ofChannels(data: Float32Array, channels: number, size: number): ArrayDataset['affine'] {
  const count = data.length / channels
  const moment = (of: (value: number, c: number) => number): number[] => {
    const sums = Array.from({ length: channels }, () => 0)
    for (let i = 0; i < data.length; i++) {
      const c = Math.floor(i / size) % channels
      sums[c]! += of(data[i]!, c) / count
    }
    return sums
  }
  const shift = moment((value) => value)
  const scale = moment((value, c) => (value - shift[c]!) ** 2).map((variance) => Math.sqrt(variance) || 1)
  return { shift, scale }
}
