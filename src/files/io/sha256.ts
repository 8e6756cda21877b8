/**
 * SHA-256 of bytes, where neither Node nor a secure context gives it: FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4. About a
 * second for 200 MB.
 */

/** The fractional parts of the roots of the first primes: square roots for the start, cube roots for the rounds. */
const primes = firstPrimes(64)
const start = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)))
const rounds = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)))

/** A hash that takes its bytes piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array | string): Sha256
  /** 64 hexadecimal digits; nothing more may be added then. */
  hex(): string
}

/**
 * Begins a hash.
 *
 * @example
 * sha256().update('abc').hex() // 'ba7816bf…'
 */
export function sha256(): Sha256 {
  const state = start.slice()
  const block = new Uint8Array(64)
  const words = new Int32Array(64)
  let filled = 0
  let length = 0
  const add = (bytes: Uint8Array): void => {
    length += bytes.length
    let at = 0
    if (filled > 0) {
      at = Math.min(64 - filled, bytes.length)
      block.set(bytes.subarray(0, at), filled)
      filled += at
      if (filled < 64) return
      mix(state, words, block, 0)
      filled = 0
    }
    for (; at + 64 <= bytes.length; at += 64) mix(state, words, bytes, at)
    block.set(bytes.subarray(at))
    filled = bytes.length - at
  }
  const hash: Sha256 = {
    update(bytes) {
      add(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
      return hash
    },
    hex() {
      const bits = length * 8
      const end = new Uint8Array((filled < 56 ? 64 : 128) - filled)
      end[0] = 0x80
      const tail = new DataView(end.buffer, end.length - 8)
      tail.setUint32(0, Math.floor(bits / 2 ** 32))
      tail.setUint32(4, bits >>> 0)
      add(end)
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
    },
  }
  return hash
}

/** Takes in the 64 bytes at a place. */
function mix(state: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const k = at + 4 * i
    w[i] = (bytes[k]! << 24) | (bytes[k + 1]! << 16) | (bytes[k + 2]! << 8) | bytes[k + 3]!
  }
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15]!, w[i - 2]!]
    const s0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
    const s1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i]! + w[i]!) | 0
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

function turned(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by))
}

/** The first 32 bits of what is behind the point. */
function fraction(x: number): number {
  return Math.floor((x - Math.floor(x)) * 2 ** 32) | 0
}

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n)
  return found
}
