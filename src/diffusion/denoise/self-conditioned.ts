/**
 * Self-conditioning: a network is told what it estimated a step before. In training half of the items are told an estimate of their own, made
 * without one and without a gradient; a sampler has one from every step but the first at no cost.
 *
 * Analog Bits: Generating Discrete Data using Diffusion Models with Self-Conditioning (Chen, Zhang & Hinton, 2022),
 * https://arxiv.org/abs/2208.04202
 */
import type { ConditionSpec } from '../../engine/nn/condition-spec.ts'
import { conditionShape, writeCondition } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import { type DenoiseContext, type Denoiser, type FloatArray, sizeOf } from './denoiser.ts'

/** The name of the condition. */
export const estimateName = 'estimate'

/**
 * The condition of a network whose items have this shape: a vector, a sequence of vectors, or an image or video; nothing where there is no
 * estimate.
 *
 * @throws TweedieError `shape` for items of another kind
 */
export function estimateSpec(shape: readonly number[]): ConditionSpec {
  const [first, second] = shape as [number, number]
  switch (shape.length) {
    case 1:
      return Object.freeze({ kind: 'vector', size: first, nothing: true })
    case 2:
      return Object.freeze({ kind: 'sequence', length: first, size: second, nothing: true })
    case 3:
    case 4:
      return Object.freeze({ kind: 'image', shape, nothing: true, apart: true })
    default:
      throw new TweedieError('shape', `self-conditioning: items of [${shape.join(', ')}]`, {
        hint: 'it is for vectors, sequences of vectors, pictures and videos',
      })
  }
}

/** Whether a network has this condition, an image's with weights of its own or not. */
export function takesEstimates({ inputShape, conditions }: Pick<Network, 'inputShape' | 'conditions'>): boolean {
  const { [estimateName]: spec } = conditions
  return spec !== undefined && textOf(spec) === textOf(estimateSpec(inputShape))
}

/** The axis of a batch along which the ones that say that there is an estimate follow it: a channel, or a number behind each vector. */
export function flagAxis({ conditions }: Pick<Network, 'conditions'>): 1 | 2 {
  return conditions[estimateName]?.kind === 'sequence' ? 2 : 1
}

/** What is told, as text, in whatever order its fields come from a file. */
const textOf = (spec: ConditionSpec): string =>
  JSON.stringify(Object.entries({ ...spec, apart: true }).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/**
 * A denoiser for one run of a sampler: from its second call on, the network is told its last mean, x̂₀ of the step before. It remembers, so each
 * run wants one of its own, and its calls must follow one another.
 *
 * @param denoiser with the condition `estimate` of {@link estimateSpec}, which may be left out; guided or not
 * @example
 * const x = await sampleFinal(selfConditioned(denoiser), { sampler: ddim(), times, batch: 4 })
 */
export function selfConditioned(denoiser: Denoiser): Denoiser {
  const { schedule, shape } = denoiser
  const spec = estimateSpec(shape)
  const [size, width] = [sizeOf(shape), sizeOf(conditionShape(spec))]
  const asCondition = (means: FloatArray): Float32Array => {
    const items = means.length / size
    const out = new Float32Array(items * width)
    for (let i = 0; i < items; i++) writeCondition(spec, means, i * size, out.subarray(i * width, (i + 1) * width))
    return out
  }
  let last: FloatArray | undefined
  return Object.freeze({
    schedule,
    shape,
    async denoise(x: FloatArray, t: number, context: DenoiseContext = {}): Promise<FloatArray> {
      const told = last?.length === x.length && {
        conditions: { ...context.conditions, [estimateName]: asCondition(last) },
      }
      const mean = await denoiser.denoise(x, t, { ...context, ...told })
      last = mean.slice()
      return mean
    },
  })
}
