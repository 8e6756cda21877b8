/** Between two prompts: vectors of places, one after the other. */
import { TweedieError } from '../../errors.ts'
import type { TextCondition } from './text-condition.ts'

/** How to go from one vector to another: along a line, or along a circle, so that lengths go evenly too. */
export type BetweenPrompts = 'lerp' | 'slerp'

/**
 * A prompt between two others, place by place: `(1 − s) a + s b`, or along the arc from a to b, whose length goes evenly from |a| to |b|
 * (Shoemake, Animating Rotation with Quaternion Curves, 1985). Where only one prompt has a word, its vector stays and its flag goes evenly to 0:
 * attention then sees it less and less. At 0 and 1 it is the first and the second prompt.
 *
 * @param share s, in [0, 1]
 * @throws TweedieError `usage` for another share, `shape` for prompts that were not encoded together
 * @example
 * const [circle, square] = (await encoder.encode(['a red circle', 'a red square'])).prompts
 * const halfway = betweenPrompts(circle, square, 0.5)
 */
export function betweenPrompts(
  a: TextCondition,
  b: TextCondition,
  share: number,
  by: BetweenPrompts = 'lerp',
): TextCondition {
  if (!(share >= 0 && share <= 1)) throw new TweedieError('usage', `between two prompts at ${share}: expected 0 to 1`)
  if (a.length !== b.length || a.size !== b.size || a.pooled?.length !== b.pooled?.length) {
    throw new TweedieError(
      'shape',
      `prompts of ${a.length} × ${a.size} and ${b.length} × ${b.size} numbers: encode them together`,
    )
  }
  if (share === 0) return a
  if (share === 1) return b
  const values = new Float32Array(a.values.length)
  const flags = a.flags.map((flag, i) => (1 - share) * flag + share * b.flags[i]!)
  for (let place = 0; place < a.length; place++) {
    const part = ({ values: all }: TextCondition): Float32Array => all.subarray(place * a.size, (place + 1) * a.size)
    const only = a.flags[place] === 0 ? b : b.flags[place] === 0 ? a : undefined
    values.set(only ? part(only) : vectorBetween(part(a), part(b), share, by), place * a.size)
  }
  const pooled = a.pooled && b.pooled && vectorBetween(a.pooled, b.pooled, share, by)
  return { length: a.length, size: a.size, values, flags, pooled, places: (share < 0.5 ? a : b).places }
}

/** Angles below it are a line. */
const smallestAngle = 1e-4

function vectorBetween(a: Float32Array, b: Float32Array, share: number, by: BetweenPrompts): Float32Array {
  const line = (wa: number, wb: number): Float32Array => a.map((value, i) => wa * value + wb * b[i]!)
  const norm = (x: Float32Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))
  const [lengthA, lengthB] = [norm(a), norm(b)]
  if (by === 'lerp' || lengthA === 0 || lengthB === 0) return line(1 - share, share)
  const cosine = a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (lengthA * lengthB)
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)))
  // opposite vectors have no one arc between them
  if (angle < smallestAngle || angle > Math.PI - smallestAngle) return line(1 - share, share)
  const length = (1 - share) * lengthA + share * lengthB
  const [wa, wb] = [Math.sin((1 - share) * angle), Math.sin(share * angle)].map((each) => each / Math.sin(angle))
  return line((wa! * length) / lengthA, (wb! * length) / lengthB)
}
