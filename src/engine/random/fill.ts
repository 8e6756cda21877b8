/**
 * Fillers: random numbers written into an array that the caller owns.
 *
 * Element i is a function of (key, i) and of nothing else: `offset` is the index of `out[0]`, so filling a stream in
 * parts gives the numbers that filling it at once gives.
 */
import { TweedieError } from '../../errors.ts'
import type { Key } from './key.ts'
import { cosNearZero, log, sinNearZero } from './portable-math.ts'
import { simdBench } from './threefry-simd.ts'
import { threefryBlocks } from './threefry.ts'

/** The floating-point arrays that a filler writes into. */
export type FloatArray = Float32Array | Float64Array

const chunk = 1024
const bench = simdBench(chunk + 8)
const buffer = bench?.words ?? new Uint32Array(chunk + 2)
const radiansPerWord = 6.283185307179586 / 0x1_0000_0000

/** Random 32-bit words: element i is word i of the key's stream. */
export function words(key: Key, out: Uint32Array, offset = 0): Uint32Array {
  eachChunk(key, out.length, offset, (at, count, first) => out.set(buffer.subarray(first, first + count), at))
  return out
}

/**
 * Uniform numbers in [0, 1): multiples of 2⁻³², and in a Float32Array the same numbers cut to multiples of 2⁻²⁴, so
 * that rounding never makes a 1.
 */
export function uniform<T extends FloatArray>(key: Key, out: T, offset = 0): T {
  if (bench !== undefined && out instanceof Float32Array) {
    eachChunk(key, out.length, offset, (at, count, first) => {
      bench.uniform(first + count)
      out.set(bench.floats.subarray(first, first + count), at)
    })
    return out
  }
  const [shift, scale] = out instanceof Float32Array ? [8, 1 / 0x100_0000] : [0, 1 / 0x1_0000_0000]
  eachChunk(key, out.length, offset, (at, count, first) => {
    for (let i = 0; i < count; i++) out[at + i] = (buffer[first + i]! >>> shift) * scale
  })
  return out
}

/**
 * Standard normal numbers, by Box and Muller's transform: with two words u, v in (0, 1),
 * z₀ = √(−2 ln u) · cos 2πv and z₁ = √(−2 ln u) · sin 2πv. The largest magnitude is √(2 · 33 ln 2) ≈ 6.76.
 *
 * Box & Muller, A note on the generation of random normal deviates (1958).
 */
export function normal<T extends FloatArray>(key: Key, out: T, offset = 0): T {
  eachChunk(key, out.length, offset, (at, count, first) => {
    const end = first + count
    for (let i = 0; i < end; i += 2) {
      const radius = Math.sqrt(-2 * log((buffer[i]! + 0.5) * (1 / 0x1_0000_0000)))
      // The nearest quarter turn, modulo 4, and the exact rest of the angle, at most an eighth of a turn.
      const angle = buffer[i + 1]!
      const quadrant = (angle + 0x2000_0000) >>> 30
      const x = ((angle - (quadrant << 30)) | 0) * radiansPerWord
      const c = radius * cosNearZero(x)
      const s = radius * sinNearZero(x)
      const z0 = quadrant === 0 ? c : quadrant === 1 ? -s : quadrant === 2 ? -c : s
      const z1 = quadrant === 0 ? s : quadrant === 1 ? c : quadrant === 2 ? -s : -c
      if (i >= first) out[at + i - first] = z0
      if (i + 1 < end) out[at + i + 1 - first] = z1
    }
  })
  return out
}

/** Fair signs, −1 or 1: the probe vectors of a trace estimate E[vᵀ A v] = tr A (Hutchinson, 1989). */
export function rademacher<T extends FloatArray>(key: Key, out: T, offset = 0): T {
  eachChunk(key, out.length, offset, (at, count, first) => {
    for (let i = 0; i < count; i++) out[at + i] = (buffer[first + i]! >>> 31) * 2 - 1
  })
  return out
}

/**
 * Walks elements offset … offset + length − 1 through the shared buffer. `visit(at, count, first)`: the words of
 * elements `at` … `at + count − 1` (counted from the offset) are buffer[first …]; `first` is 1 where a chunk begins in
 * the middle of a block, else 0.
 */
function eachChunk(
  key: Key,
  length: number,
  offset: number,
  visit: (at: number, count: number, first: number) => void,
) {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(offset + length)) {
    throw new TweedieError('usage', `offset ${offset}: must be an integer between 0 and 2^53 - 1 - length`)
  }
  const [k0, k1] = key
  let at = 0
  while (at < length) {
    const element = offset + at
    const first = element % 2
    const count = Math.min(length - at, chunk - first)
    const block = (element - first) / 2
    const blocks = Math.ceil((first + count) / 2)
    const [low, high] = [block >>> 0, Math.floor(block / 0x1_0000_0000)]
    if (bench !== undefined && low + chunk < 0x1_0000_0000) bench.blocks(k0, k1, low, high, blocks)
    else threefryBlocks(k0, k1, low, high, blocks, buffer)
    visit(at, count, first)
    at += count
  }
}
