/** Videos and fields longer than those that a model was trained on, drawn whole: its windows overlap, and are put together at every step. */
import type { Denoiser } from '../../../diffusion/denoise/denoiser.ts'
import { composeWindows, type OfTrajectories } from '../../../diffusion/trajectory/compose-windows.ts'
import { strideOf } from '../../../engine/nn/registry.ts'
import { TweedieError } from '../../../errors.ts'
import { type Frame, frameOf } from '../../../files/data/frame.ts'
import type { Model } from '../model.ts'
import { knowsGiven } from './given.ts'

/** How many frames, and how far windows are apart. */
export interface Composed {
  readonly length: number
  /** Frames from the beginning of one window to that of the next. */
  readonly stride: number
}

/** What a user asks for. */
export interface ComposedOptions {
  readonly length?: number | undefined
  /** Frames that neighbouring windows share. */
  readonly overlap?: number | undefined
}

/**
 * How windows are put together: where `overlap` is asked for, or a longer item of a model that did not learn to go on from given frames. Undefined where they are not.
 *
 * @throws TweedieError `usage` for an overlap of nothing, or of whole windows
 */
export function composedAs(model: Model, { length, overlap }: ComposedOptions): Composed | undefined {
  const window = model.frame.item[1]!
  if (overlap !== undefined && length === undefined) {
    throw new TweedieError('usage', '`overlap` is for items longer than in training', { hint: '`length: 64`' })
  }
  if (overlap !== undefined && !(overlap >= 1 && overlap < window)) {
    throw new TweedieError(
      'usage',
      `\`overlap: ${overlap}\`: from 1 to ${window - 1} of the ${window} frames of a window`,
    )
  }
  if (length === undefined || length <= window) return undefined
  if (overlap === undefined && knowsGiven(model.network)) return undefined
  return { length, stride: window - (overlap ?? Math.floor(window / 2)) }
}

/** The frame of items of so many frames. */
export function longFrame({ frame, network }: Pick<Model, 'frame' | 'network'>, { length }: Composed): Frame {
  const [channels, , height, width] = frame.item as [number, number, number, number]
  return frameOf([channels, length, height, width], frame.patch, strideOf(network), frame.network.length)
}

/** The denoiser of windows as one of whole items. @param batch the windows that it takes at a time */
export function composedDenoiser<D extends Denoiser>(
  { frame: { item, network } }: Pick<Model, 'frame'>,
  denoiser: D,
  { length, stride }: Composed,
  batch: number,
): OfTrajectories<D> {
  const [channels, window] = item as [number, number]
  const [planes, ...places] = network as [number, ...number[]]
  // time that is folded into channels is an axis of its own again
  const shape = network.length === 4 ? network : [channels, window, planes / (channels * window), ...places]
  return composeWindows({ ...denoiser, shape }, { length, stride, axis: 1, batch })
}
