/**
 * Rotary positions: queries and keys are turned by angles that grow with their place, so that their product depends
 * only on how far apart they are. Su et al., RoFormer (2021).
 */
import { TweedieError } from '../../errors.ts'
import { constant, matmul, reshape } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'

/** The most numbers of all matrices: 512 MB. */
const mostNumbers = 2 ** 27

/** The longest wavelength, over 2π. */
const longest = 10_000

/**
 * The rotation of every place as a matrix, `[places, d, d]`, times `scale`: `x R_p` turns the plane of the features i and
 * i + d/2 of the row x by the angle `p · 10000^(−2i/d)`. So `(q R_p) · (k R_s)` depends on q, k and p − s only.
 *
 * @param features d, an even number
 * @throws TweedieError `model` for matrices that would take over 512 MB
 */
export function rotations(places: number, features: number, scale = 1): Float32Array {
  if (places * features * features > mostNumbers) {
    throw new TweedieError(
      'model',
      `rotary positions of ${places} places and ${features} features to a head: too many`,
      {
        hint: 'more heads have fewer features each',
      },
    )
  }
  const half = features / 2
  const out = new Float32Array(places * features * features)
  const frequencies = Array.from({ length: half }, (_, i) => longest ** (-i / half))
  for (let place = 0; place < places; place++) {
    const at = (row: number, column: number): number => (place * features + row) * features + column
    frequencies.forEach((frequency, i) => {
      const [cosine, sine] = [scale * Math.cos(place * frequency), scale * Math.sin(place * frequency)]
      out[at(i, i)] = out[at(i + half, i + half)] = cosine
      out[at(i, i + half)] = sine
      out[at(i + half, i)] = -sine
    })
  }
  return out
}

/**
 * Turns every head's features by its place, one product a place: `x [T, N, C] → [T, N · heads, C / heads]`, times `scale`.
 */
export function rotary(x: Tensor, heads: number, scale = 1): Tensor {
  const [places, batch, width] = x.shape as [number, number, number]
  const features = width / heads
  const turn = constant(rotations(places, features, scale), [places, features, features])
  return matmul(reshape(x, [places, batch * heads, features]), turn)
}
