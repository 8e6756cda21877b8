/** A Brownian path that is drawn as needed, and remembered when a step is rejected. */
import { emptyLike, type FloatArray } from '../denoise/denoiser.ts'

/** The path from the end of the last accepted step. */
export interface BrownianPath {
  /** The longest step that does not reach beyond what is already known; ∞ if nothing is. */
  readonly known: () => number
  /** W(h), the path's increment over the next `length` ≤ known(). The array is the path's own until `accept`. */
  increment(length: number): FloatArray
  /** Moves on to the end of the last increment. */
  accept(): void
}

interface Piece {
  readonly length: number
  readonly increment: FloatArray
}

/**
 * Rejection sampling with memory: the increment of a rejected step is kept, and a shorter step gets its part of it by a
 * Brownian bridge, W(h′) ~ N((h′/h) W(h), (h′ (h − h′)/h) I). Drawing anew would favour the noise that
 * makes small errors, and change the law.
 *
 * Adaptive methods for stochastic differential equations via natural embeddings and rejection sampling with memory
 * (Rackauckas & Nie, 2017), algorithm RSwM1, https://doi.org/10.3934/dcdsb.2017133
 *
 * @param draw fills an array with standard normal noise, new at every call
 * @param like an array of the path's size and type
 */
export function brownianPath(draw: (out: FloatArray) => void, like: FloatArray): BrownianPath {
  /** The known pieces of the path, the next piece last. */
  const ahead: Piece[] = []
  const fresh = (): FloatArray => {
    const z = emptyLike(like)
    draw(z)
    return z
  }
  return {
    known: () => ahead.at(-1)?.length ?? Infinity,
    increment(length) {
      const piece = ahead.pop()
      if (!piece) {
        ahead.push({ length, increment: fresh().map((z) => z * Math.sqrt(length)) })
      } else if (piece.length === length) {
        ahead.push(piece)
      } else {
        const rest = piece.length - length
        const spread = Math.sqrt((length * rest) / piece.length)
        const first = fresh().map((z, i) => (length / piece.length) * piece.increment[i]! + spread * z)
        ahead.push(
          { length: rest, increment: piece.increment.map((whole, i) => whole - first[i]!) },
          { length, increment: first },
        )
      }
      return ahead.at(-1)!.increment
    },
    accept: () => void ahead.pop(),
  }
}
