/** How many machines would do: the α–β model of an all-reduce, from a step and a size that were measured. */

/** The network between machines. */
export interface Link {
  readonly name: string
  /** The time of a message without content, in seconds. */
  readonly alpha: number
  /** Bytes a second. */
  readonly bandwidth: number
}

/** 25 GbE: 25 Gbit/s, of which TCP carries nine tenths; 30 µs a message. */
export const ethernet25: Link = { name: '25 GbE', alpha: 30e-6, bandwidth: (0.9 * 25e9) / 8 }

/**
 * Seconds of an all-reduce of so many bytes by p machines in a ring: 2 (p − 1) messages of bytes/p each,
 * T = 2 (p − 1) (α + bytes / (p B)). (Thakur, Rabenseifner & Gropp, Optimization of Collective Communication Operations in MPICH, 2005.)
 */
export function ring(p: number, bytes: number, { alpha, bandwidth }: Link): number {
  return 2 * (p - 1) * (alpha + bytes / (p * bandwidth))
}

/**
 * Seconds by halving and doubling: 2 log₂ p messages, T = 2 log₂ p α + 2 (p − 1)/p bytes / B. Libraries take it for short arrays, and for long ones where p is
 * a power of two.
 */
export function halving(p: number, bytes: number, { alpha, bandwidth }: Link): number {
  return 2 * Math.log2(p) * alpha + (2 * (p - 1) * bytes) / (p * bandwidth)
}
