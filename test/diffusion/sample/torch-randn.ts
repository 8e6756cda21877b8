/** torch.randn on the CPU, for the golden sums of samplers that draw noise: MT19937, 24-bit uniforms, Box–Muller in blocks of 16. */

/** A stream like `torch.manual_seed(seed)`; each call fills an array as `torch.randn` fills a tensor of 16 n elements. */
export function torchRandn(seed: number): (out: Float32Array | Float64Array) => void {
  const next = mersenneTwister(seed)
  return (out) => {
    for (let i = 0; i < out.length; i++) out[i] = (next() & 0xffffff) / 0x1000000
    for (let block = 0; block < out.length; block += 16) {
      for (let i = block; i < block + 8; i++) {
        const radius = Math.sqrt(-2 * Math.log(1 - out[i]!))
        const angle = 2 * Math.PI * out[i + 8]!
        out[i] = radius * Math.cos(angle)
        out[i + 8] = radius * Math.sin(angle)
      }
    }
  }
}

function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624)
  state[0] = seed
  for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
  let at = 624
  return () => {
    if (at === 624) {
      for (let i = 0; i < 624; i++) {
        const y = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff)
        state[i] = state[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
      }
      at = 0
    }
    let y = state[at++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
}
