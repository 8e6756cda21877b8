/** Learning to go on from given frames: in each step some frames of each video, drawn at random, are told to the network. */
import { conditionInputs, conditionShape } from '../../../engine/nn/condition-spec.ts'
import { sizeOf } from '../../../engine/graph/index.ts'
import type { Network } from '../../../engine/nn/network.ts'
import { fold, type Key, permutation, uniform } from '../../../engine/random/index.ts'
import { TweedieError } from '../../../errors.ts'
import type { LearnedConditions } from '../../learned-conditions.ts'
import { writeGiven } from './given.ts'
import { givenName, type GivenSpec } from './given-condition.ts'

/**
 * The given frames of a run: nothing with the probability `nothing`; else, equally often, the first frames (one to all but one), first and last ones,
 * or any. Höppe et al., Diffusion Models for Video Prediction and Infilling (2022), https://arxiv.org/abs/2206.07696; Voleti et al., MCVD (2022),
 * https://arxiv.org/abs/2205.09853
 *
 * @throws TweedieError `model` for a network without the condition
 */
export function learnedGiven({ nothing }: GivenSpec, network: Network): LearnedConditions {
  const spec = network.conditions[givenName]
  if (spec?.kind !== 'image' || !spec.nothing || spec.shape.length !== 4) {
    throw new TweedieError('model', `${network.className} does not take given frames`, {
      hint: `conditions: { ${givenName}: { kind: 'image', shape: [C, T, H, W], nothing: true } }`,
    })
  }
  const whole = sizeOf(conditionShape(spec))
  const size = sizeOf(spec.shape)
  const frames = spec.shape[1]!
  return {
    made: new Set([givenName]),
    conditions: (_parts, _scope, items) => conditionInputs({ [givenName]: spec }, items),
    feeds: (batch) => ({ [givenName]: new Float32Array(batch * whole) }),
    fill(feeds, { key, step, indices }, left = () => false) {
      const [x0, out] = [feeds['x0'] as Float32Array, feeds[givenName] as Float32Array]
      for (let j = 0; j < indices.length; j++) {
        const given = left(j) ? none : drawGiven(fold(key, 'given', step, j), frames, nothing)
        const x = x0.subarray(j * size, (j + 1) * size)
        writeGiven(x, spec.shape, (t) => given.has(t), out.subarray(j * whole, (j + 1) * whole))
      }
      return left
    },
  }
}

const none: ReadonlySet<number> = new Set()

/** The numbers of frames that are given, of T. */
export function drawGiven(key: Key, frames: number, nothing: number): ReadonlySet<number> {
  const [first, manner, size, other] = uniform(key, new Float64Array(4)) as unknown as [number, number, number, number]
  if (first < nothing) return none
  // one to all but one
  const count = 1 + Math.floor(size * (frames - 1))
  if (manner < 1 / 3) return new Set(Array.from({ length: count }, (_, t) => t))
  if (manner < 2 / 3) {
    const before = Math.min(count, 1 + Math.floor((other * frames) / 4))
    const after = Math.min(frames - before, Math.max(1, count - before))
    const ends = [
      ...Array.from({ length: before }, (_, t) => t),
      ...Array.from({ length: after }, (_, t) => frames - 1 - t),
    ]
    return ends.length < frames ? new Set(ends) : new Set([0, frames - 1])
  }
  return new Set(permutation(fold(key, 'which'), frames).subarray(0, count))
}
