/**
 * Self-conditioning: a network is told what it estimated a step before. In training half of the items are told an estimate of their own, made
 * without one and without a gradient; a sampler has one from every step but the first at no cost.
 *
 * Analog Bits: Generating Discrete Data using Diffusion Models with Self-Conditioning (Chen, Zhang & Hinton, 2022),
 * https://arxiv.org/abs/2208.04202
 */
import type { ConditionSpec } from '../../engine/nn/condition-spec.ts'
import { conditionShape, writeCondition } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'
import { type DenoiseContext, type Denoiser, type FloatArray, sizeOf } from './denoiser.ts'

/** The name of the condition. */
export const estimateName = 'estimate'

/** The condition of a network whose items have this shape: an image where they have places, else a vector; nothing where there is no estimate. */
export function estimateSpec(shape: readonly number[]): ConditionSpec {
  if (shape.length === 1) return Object.freeze({ kind: 'vector', size: shape[0]!, nothing: true })
  if (shape.length === 3 || shape.length === 4) return Object.freeze({ kind: 'image', shape, nothing: true })
  throw new TweedieError('shape', `self-conditioning: items of [${shape.join(', ')}]`, {
    hint: 'it is for pictures, videos and vectors',
  })
}

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
