/**
 * Multi-scale flows: after each level half of the channels are finished latents, and the other half is mapped further.
 * Dinh, Sohl-Dickstein & Bengio, Density Estimation Using Real NVP (2017), section 3.6.
 */
import { add, concat, reshape, sizeOf, slice } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Bijection } from './bijection.ts'

/**
 * Levels one after another, each of which gets the first half of the channels that the one before makes; the latents of all, flat:
 * `[C, H, W] → [C H W]`, those that were finished first in front.
 *
 * @param levels for each, the map of what it gets; the shape of level i + 1 must be half the channels of what level i makes
 * @throws TweedieError `shape` where they do not fit together, `usage` for a level whose inverse is sequential
 */
export function multiScale(levels: readonly Bijection[]): Bijection {
  levels.forEach((level, i) => {
    if (level.inverse === undefined) {
      throw new TweedieError('usage', `${level.name}: a level of several scales needs an inverse that is no sequence`)
    }
    const next = levels[i + 1]
    if (next && `${halfOf(level.outputShape)}` !== `${next.shape}`) {
      throw new TweedieError(
        'shape',
        `level ${i + 1} takes [${next.shape.join(', ')}], half of level ${i} is [${halfOf(level.outputShape).join(', ')}]`,
      )
    }
  })
  const first = levels[0]!
  const total = sizeOf(first.shape)
  return Object.freeze<Bijection>({
    name: 'multi-scale',
    shape: first.shape,
    outputShape: [total],
    forward(scope, x, context) {
      const finished: Tensor[] = []
      let [h, sum] = [x, undefined as Tensor | undefined]
      levels.forEach((level, i) => {
        const { y, logDet } = level.forward(scope.child('levels').child(i), h, context)
        sum = sum === undefined ? logDet : add(sum, logDet)
        const kept = i === levels.length - 1 ? 0 : halfOf(level.outputShape)[0]!
        finished.push(reshape(slice(y, 1, kept), [x.shape[0]!, -1]))
        if (kept > 0) h = slice(y, 1, 0, kept)
      })
      return { y: concat(finished, 1), logDet: sum! }
    },
    inverse(scope, y, context) {
      const batch = y.shape[0]!
      const pieces = piecesOf(levels)
      let [h, sum] = [undefined as Tensor | undefined, undefined as Tensor | undefined]
      for (let i = levels.length - 1; i >= 0; i--) {
        const { from, shape } = pieces[i]!
        const own = reshape(slice(y, 1, from, from + sizeOf(shape)), [batch, ...shape])
        const whole = h === undefined ? own : concat([h, own], 1)
        const mapped = levels[i]!.inverse!(scope.child('levels').child(i), whole, context)
        h = mapped.y
        sum = sum === undefined ? mapped.logDet : add(sum, mapped.logDet)
      }
      return { y: h!, logDet: sum! }
    },
  })
}

/** The half that is mapped further. */
function halfOf([channels, ...rest]: readonly number[]): readonly number[] {
  return [Math.floor(channels! / 2), ...rest]
}

/** Where the finished latents of each level lie, and their shapes. */
function piecesOf(levels: readonly Bijection[]) {
  let from = 0
  return levels.map(({ outputShape }, i) => {
    const [channels, ...rest] = outputShape as [number, ...number[]]
    const shape = [i === levels.length - 1 ? channels : channels - halfOf(outputShape)[0]!, ...rest]
    const piece = { from, shape }
    from += sizeOf(shape)
    return piece
  })
}
