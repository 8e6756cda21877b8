/**
 * Logarithm, sine and cosine from IEEE additions, multiplications and divisions alone.
 *
 * ECMAScript leaves `Math.log`, `Math.sin` and `Math.cos` to the implementation, and engines differ in the last bit.
 * These return the same bits everywhere, within about 1e-15 of the truth, relative.
 */

/** ln 2 = ln2High + ln2Low to 100 bits. ln2High has 24 bits, so that k · ln2High is exact for every exponent k. */
const ln2High = Math.fround(Math.LN2)
const ln2Low = Math.LN2 - ln2High + 2.3190468138462996e-17

const tau = 6.283185307179586

/**
 * Natural logarithm of a positive, finite, normal number.
 *
 * x = 2ᵏ · m with m in [√½, √2); with f = m − 1 and s = f / (2 + f),
 * ln m = 2 artanh s = f − s · (f − R), R = 2 · Σ_{j≥1} s²ʲ / (2j + 1).
 */
export function log(x: number): number {
  asFloat[0] = x
  const high = asWords[highWord]!
  let k = (high >>> 20) - 1023
  asWords[highWord] = (high & 0x000f_ffff) | 0x3ff0_0000
  let m = asFloat[0]!
  if (m > Math.SQRT2) {
    m *= 0.5
    k += 1
  }
  const f = m - 1
  const s = f / (2 + f)
  const z = s * s
  const r =
    2 *
    z *
    (1 / 3 +
      z *
        (1 / 5 +
          z *
            (1 / 7 +
              z * (1 / 9 + z * (1 / 11 + z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z * (1 / 21))))))))))
  return k * ln2High - (s * (f - r) - k * ln2Low - f)
}

/** Sine for |x| ≤ π/4, x in radians: the Taylor series up to x¹⁵/15!. */
export function sinNearZero(x: number): number {
  const z = x * x
  const tail = 1 / 362880 + z * (-1 / 39916800 + z * (1 / 6227020800 + z * (-1 / 1307674368000)))
  return x + x * z * (-1 / 6 + z * (1 / 120 + z * (-1 / 5040 + z * tail)))
}

/** Cosine for |x| ≤ π/4, x in radians: the Taylor series up to x¹⁶/16!. */
export function cosNearZero(x: number): number {
  const z = x * x
  const tail = -1 / 3628800 + z * (1 / 479001600 + z * (-1 / 87178291200 + z * (1 / 20922789888000)))
  return 1 - 0.5 * z + z * z * (1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * tail)))
}

/**
 * sin(2πu): `turns` u is any finite number, 1 being the full circle. In turns the reduction to |r| ≤ ⅛ is exact.
 */
export function sinTurns(turns: number): number {
  const quarters = Math.floor(4 * turns + 0.5)
  const x = tau * (turns - quarters / 4)
  const quadrant = quarters - 4 * Math.floor(quarters / 4)
  const value = (quadrant & 1) === 0 ? sinNearZero(x) : cosNearZero(x)
  return quadrant < 2 ? value : -value
}

/** cos(2πu), see {@link sinTurns}. */
export function cosTurns(turns: number): number {
  const quarters = Math.floor(4 * turns + 0.5)
  const x = tau * (turns - quarters / 4)
  const quadrant = quarters - 4 * Math.floor(quarters / 4)
  const value = (quadrant & 1) === 0 ? cosNearZero(x) : sinNearZero(x)
  return quadrant === 0 || quadrant === 3 ? value : -value
}

const asFloat = new Float64Array([1])
const asWords = new Uint32Array(asFloat.buffer)
/** Which of the two words of a double holds its exponent on this machine. */
const highWord = asWords[1] === 0x3ff0_0000 ? 1 : 0
