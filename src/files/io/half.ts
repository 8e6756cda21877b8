/**
 * Sixteen-bit floats as raw bits: IEEE 754 binary16 (`F16`) and bfloat16 (`BF16`), decoded exactly and encoded by
 * rounding to the nearest, ties to even.
 */

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The values of binary16 numbers given as bits. Exact: every half is a float. */
export function decodeFloat16(halves: Uint16Array): Float32Array {
  if (halves.length < decoded.length) return Float32Array.from(halves, decodeHalf)
  if (decoded[0x3c00] === 0) for (let half = 0; half < decoded.length; half++) decoded[half] = decodeHalf(half)
  const floats = new Float32Array(halves.length)
  for (let i = 0; i < floats.length; i++) floats[i] = decoded[halves[i]!]!
  return floats
}

/** The values of all halves: filled when there are many to decode. */
const decoded = new Float32Array(2 ** 16)

/** The nearest binary16 bits of float values, ties to even; from 65520 on that is infinity. */
export function encodeFloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, encodeHalf)
}

/** The values of bfloat16 numbers given as bits: a bfloat16 is the upper half of a float. */
export function decodeBFloat16(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length)
  new Uint32Array(floats.buffer).set(halves)
  const words = new Uint32Array(floats.buffer)
  for (let i = 0; i < words.length; i++) words[i]! <<= 16
  return floats
}

/** The nearest bfloat16 bits of float values, ties to even. */
export function encodeBFloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, (value) => {
    float[0] = value
    const word = bits[0]!
    if (Number.isNaN(value)) return ((word >>> 16) & 0x8000) | 0x7fc0
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  })
}

function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function encodeHalf(value: number): number {
  float[0] = value
  const sign = (bits[0]! >>> 16) & 0x8000
  const magnitude = bits[0]! & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(float[0]) * 2 ** 24)
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
