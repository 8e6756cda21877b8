/** Frames of a video that are given: which, and what a network is told of them. */
import { TweedieError } from '../../../errors.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { type Frame, toNetwork } from '../../../files/data/frame.ts'
import type { ConditionSpec } from '../../../engine/nn/condition-spec.ts'
import { givenName } from './given-condition.ts'

/** Whether a network was trained to go on from given frames. */
export function knowsGiven({ conditions }: { readonly conditions: Readonly<Record<string, ConditionSpec>> }): boolean {
  return conditions[givenName]?.kind === 'image'
}

/**
 * The numbers of frames that a text names, from 0, rising: `0-3`, `0,15`, `first,last`.
 *
 * @throws TweedieError `usage` for what names no frames of T, or all of them
 */
export function givenFrames(text: string, frames: number): readonly number[] {
  const numbers = new Set<number>()
  for (const part of text.split(',')) {
    const [, from, to = from] = /^\s*(first|last|\d+)(?:\s*-\s*(last|\d+))?\s*$/.exec(part) ?? []
    if (from === undefined) throw unknown(text, frames)
    const [first, last] = [from, to!].map((each) => numberOf(each, frames)) as [number, number]
    if (first > last || last >= frames) throw unknown(text, frames)
    for (let t = first; t <= last; t++) numbers.add(t)
  }
  if (numbers.size === frames) {
    throw new TweedieError('usage', `\`given: ${text}\`: all ${frames} frames, so nothing is left to be made`)
  }
  return [...numbers].toSorted((a, b) => a - b)
}

function numberOf(word: string, frames: number): number {
  return word === 'first' ? 0 : word === 'last' ? frames - 1 : Number(word)
}

function unknown(text: string, frames: number): TweedieError {
  return new TweedieError('usage', `\`given: ${text}\`: frames are 0 … ${frames - 1}`, {
    hint: '0-3 (the first four), first,last, or 0,5,10',
  })
}

/**
 * Writes the condition of one video.
 *
 * @param x the video as the network sees it, `[C, T, H, W]` @param out `[C + 1, T, H, W]`
 */
export function writeGiven(
  x: ArrayLike<number>,
  [channels, frames, height, width]: readonly number[],
  isGiven: (frame: number) => boolean,
  out: Float32Array,
): void {
  const plane = height! * width!
  for (let c = 0, at = 0; c <= channels!; c++) {
    for (let t = 0; t < frames!; t++) {
      for (let p = 0; p < plane; p++, at++) out[at] = isGiven(t) ? (c === channels ? 1 : x[at]!) : 0
    }
  }
}

/**
 * The condition of so many items, `[n, C + 1, T, H, W]`.
 *
 * @param videos `[n, ...item]`, of which only the given frames are looked at
 */
export function givenCondition(frame: Frame, videos: Float32Array, given: readonly number[]): Float32Array {
  const count = videos.length / itemSize(frame.item)
  const size = itemSize(frame.network)
  const seen = toNetwork(frame, videos, new Float32Array(count * size))
  const whole = size + size / frame.network[0]!
  const out = new Float32Array(count * whole)
  const chosen = new Set(given)
  for (let i = 0; i < count; i++) {
    const x = seen.subarray(i * size, (i + 1) * size)
    writeGiven(x, frame.network, (t) => chosen.has(t), out.subarray(i * whole, (i + 1) * whole))
  }
  return out
}

/** Copies frames `from` of each video to frames `to` of another, `[n, C, T, H, W]` and `[n, C, T′, H, W]`. */
export function copyFrames(
  source: { readonly data: ArrayLike<number>; readonly shape: readonly number[]; readonly frames: readonly number[] },
  target: { readonly data: Float32Array; readonly shape: readonly number[]; readonly frames: readonly number[] },
): void {
  const [channels, , height, width] = source.shape as [number, number, number, number]
  const [own, others] = [source.shape[1]!, target.shape[1]!]
  const plane = height * width
  const rows = target.data.length / (others * plane)
  const sources = source.data.length / (own * plane)
  for (let row = 0; row < rows; row++) {
    const from = sources === channels ? row % channels : row
    for (const [i, t] of target.frames.entries()) {
      const at = (from * own + source.frames[i]!) * plane
      for (let p = 0; p < plane; p++) target.data[(row * others + t) * plane + p] = source.data[at + p]!
    }
  }
}
