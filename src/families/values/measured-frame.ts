/** Measurements of items, as measurements of what a network sees of them: padded and cut into patches. */
import { type Frame } from '../../files/data/frame.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { FloatArray } from '../../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { isLinear, type LinearOperator, type Operator } from '../../diffusion/measure/operator.ts'

/**
 * A ∘ S, where S picks an item's pixels out of the network's array: each pixel from its one own place. Padding is not
 * measured.
 *
 * @throws TweedieError `shape` where the operator measures items of another shape
 */
export function throughFrame(operator: Operator, frame: Frame): Operator {
  const { item, network, pixels } = frame
  if (operator.from.join() !== item.join()) {
    throw new TweedieError(
      'shape',
      `${operator.name} measures items of [${operator.from.join(', ')}], the model makes [${item.join(', ')}]`,
    )
  }
  if (!pixels) return operator
  const [n, size] = [itemSize(item), itemSize(network)]
  const own = ownPlaces(n, pixels)
  const place = placeInFrame(frame)
  const pick = (x: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: (x.length / size) * n }, (_, i) => x[Math.floor(i / n) * size + own[i % n]!]!)
  const { name, to } = operator
  if (!isLinear(operator)) {
    return {
      name,
      to,
      from: network,
      forward: (x) => operator.forward(pick(x)),
      pushforward: (x, u) => operator.pushforward(pick(x), pick(u)),
      pullback: async (x, v) => place(await operator.pullback(pick(x), v)),
    }
  }
  const forward = (x: FloatArray): Float64Array => operator.forward(pick(x))
  const adjoint = (v: FloatArray): Float64Array => place(operator.adjoint(v))
  const framed: LinearOperator = {
    name,
    to,
    from: network,
    forward,
    adjoint,
    pushforward: (_, u) => forward(u),
    pullback: (_, v) => adjoint(v),
  }
  if (!operator.svd) return framed
  // S Sᵀ = I, so A S = U S' (Sᵀ V)ᵀ is a decomposition again.
  const svd = operator.svd
  const seen: LinearOperator = {
    ...framed,
    svd: () => ({
      ...svd(),
      coordinates: (x) => svd().coordinates(pick(x)),
      compose: (c) => place(svd().compose(c)),
    }),
  }
  return seen
}

/** Sᵀ: items `[n, ...item]` in the network's array, each pixel in its one own place, and zeros elsewhere. */
export function placeInFrame({ item, network, pixels }: Frame): (items: ArrayLike<number>) => Float64Array {
  if (!pixels) return (items) => Float64Array.from(items)
  const [n, size] = [itemSize(item), itemSize(network)]
  const own = ownPlaces(n, pixels)
  return (items) => {
    const out = new Float64Array((items.length / n) * size)
    for (let i = 0; i < items.length; i++) out[Math.floor(i / n) * size + own[i % n]!] = items[i]!
    return out
  }
}

/** The first place that shows each pixel. */
function ownPlaces(n: number, pixels: Int32Array): Int32Array {
  const own = new Int32Array(n)
  for (let place = pixels.length - 1; place >= 0; place--) own[pixels[place]!] = place
  return own
}
