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
import { contextPlaces } from './conditions.ts'
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
 * A denoiser for one run of a sampler: from its second mean on, the network is told its last one, x̂₀ of the step before. It remembers, so each
 * run wants one of its own, and its calls must follow one another. A derivative at the time of the last mean is that of this mean.
 *
 * @param denoiser with the condition `estimate` of {@link estimateSpec}, which may be left out; guided or not, differentiable or not
 * @example
 * const x = await sampleFinal(selfConditioned(denoiser), { sampler: ddim(), times, batch: 4 })
 */
export function selfConditioned<D extends Denoiser>(denoiser: D): D {
  const { projection: _, ...whole } = denoiser
  const spec = estimateSpec(denoiser.shape)
  const [size, width] = [sizeOf(denoiser.shape), sizeOf(conditionShape(spec))]
  const asCondition = (means: FloatArray): Float32Array => {
    const items = means.length / size
    const out = new Float32Array(items * width)
    for (let i = 0; i < items; i++) writeCondition(spec, means, i * size, out.subarray(i * width, (i + 1) * width))
    return out
  }
  let last: { readonly t: number; readonly told: Float32Array | undefined; readonly mean: FloatArray } | undefined
  const tellingOf = (x: FloatArray): Float32Array | undefined =>
    last?.mean.length === x.length ? asCondition(last.mean) : undefined
  const withEstimate = (context: DenoiseContext, estimate: Float32Array | undefined): DenoiseContext =>
    estimate ? { ...context, conditions: { ...context.conditions, [estimateName]: estimate } } : context
  const view = { ...whole } as Record<string, unknown>
  for (const [name, at] of Object.entries(contextPlaces)) {
    const method = (denoiser as unknown as Record<string, unknown>)[name]
    if (typeof method !== 'function') continue
    const givesMean = name in meanOf
    view[name] = async (...args: unknown[]) => {
      const [x, t] = args as [FloatArray, number]
      const told = !givesMean && last?.t === t ? last.told : tellingOf(x)
      const context = withEstimate((args[at] as DenoiseContext | undefined) ?? {}, told)
      const values = Array.from({ length: at }, (__, i) => args[i])
      const result = (await method.call(denoiser, ...values, context)) as FloatArray & { readonly mean: FloatArray }
      if (givesMean) last = { t, told, mean: meanOf[name as keyof typeof meanOf](result).slice() }
      return result
    }
  }
  return Object.freeze(view) as unknown as D
}

/** Methods of denoisers that give a mean, and where it is. */
const meanOf = {
  denoise: (result: FloatArray): FloatArray => result,
  denoiseAndPull: ({ mean }: { readonly mean: FloatArray }): FloatArray => mean,
  denoiseAndTrace: ({ mean }: { readonly mean: FloatArray }): FloatArray => mean,
} as const
