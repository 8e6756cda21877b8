/**
 * The variances of a bound, measured on data: E Var[x₀ | x_t] for Analytic-DPM's transitions, and the decoder's. They are
 * part of the model, so they are measured on the data that it was trained on, before anything is judged.
 */
import { itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import type { Conditions, Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { estimateName, takesEstimates } from '../../diffusion/denoise/self-conditioned.ts'
import { bestVariance, decoderMeans } from '../../diffusion/likelihood/decoder-variance.ts'
import type { Bins } from '../../diffusion/likelihood/discretised-gaussian.ts'
import { decoderOf } from '../../diffusion/likelihood/variational-bound.ts'
import type { PromptEncoder } from '../../compiled/prompts/prompt-encoder.ts'
import { promptConditions } from '../../compiled/prompts/text-condition.ts'
import { styleName } from '../pictured/style-encoder.ts'
import { textVectors } from '../words/fit.ts'
import { captionsAt } from '../words/known-text.ts'
import { conditionsFrom, conditionSource } from '../../tools/train/draws.ts'
import type { Model } from './model.ts'
import { posteriorVariances } from '../../diffusion/sample/analytic-dpm.ts'
import { randomNoise } from '../../diffusion/sample/noise-source.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/** What to measure, and on which items. */
export interface MeasureOptions {
  readonly denoiser: Denoiser
  /** Items at a time. */
  readonly batch: number
  readonly data: ArrayDataset
  /** How many items, evenly spread over the data. */
  readonly items: number
  readonly seed: number | bigint | string
  /** Times at which to measure E Var[x₀ | x_t]. */
  readonly posterior: readonly number[]
  /** The time of the decoder, if its variance is to be measured. */
  readonly decoder?: number | undefined
  readonly bins?: Bins | undefined
  /** Items as the network sees them, `[items, ...shape]`, and their conditions. */
  readonly feed: Feeder
  readonly signal?: AbortSignal | undefined
  /** Called after each batch. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** The measured variances. */
export interface BoundVariances {
  /** E Var[x₀ | x_t] by time. */
  readonly posterior: ReadonlyMap<number, number>
  readonly decoder: number | undefined
}

/** Measures them, in batches. */
export async function measureVariances(options: MeasureOptions): Promise<BoundVariances> {
  const { denoiser, batch, data, seed, posterior, decoder, bins, feed, signal, onProgress } = options
  const items = Math.min(options.items, data.length)
  const size = itemSize(denoiser.shape)
  const sums = new Map(posterior.map((t) => [t, 0]))
  const values = new Float32Array(items * size)
  const means = new Float32Array(decoder === undefined ? 0 : values.length)
  for (let first = 0; first < items; first += batch) {
    const count = Math.min(batch, items - first)
    const indices = Int32Array.from({ length: count }, (_, i) => Math.floor(((first + i) * data.length) / items))
    const { x0, conditions } = await feed(data, indices)
    const context = { signal, conditions }
    const noise = randomNoise(size, { seed: `${seed}, variances`, firstItem: first })
    const variances = await posteriorVariances(denoiser, posterior, x0, noise, context)
    for (const [t, variance] of variances) sums.set(t, sums.get(t)! + (variance * count) / items)
    values.set(x0, first * size)
    if (decoder !== undefined)
      means.set(await decoderMeans(decoderOf(denoiser, { bins }), decoder, x0, noise, context), first * size)
    onProgress?.(first + count, items)
  }
  return { posterior: sums, decoder: decoder === undefined ? undefined : bestVariance(values, means, bins) }
}

/** Items of a data set as a model sees them, `[items, ...shape]`, and their conditions. */
export type Feeder = (
  data: ArrayDataset,
  indices: Int32Array,
) => Promise<{ readonly x0: Float32Array; readonly conditions: Conditions }>

/**
 * Items with their classes, or "no class", and what their first captions say; without a style, and without an estimate of theirs.
 *
 * @param encoder of the model's words, if it knows any
 */
export function feederOf(
  { frame, network, scale, unconditionalLabel, words, styles }: Model,
  encoder?: PromptEncoder,
): Feeder {
  const told = [
    ...(words ? textVectors(network) : []),
    ...(styles ? [styleName] : []),
    ...(takesEstimates(network) ? [estimateName] : []),
  ]
  const ofData = Object.fromEntries(Object.entries(network.conditions).filter(([name]) => !told.includes(name)))
  return async (data, indices) => {
    const alike = withFacts(data, { range: scale.range, affine: scale.affine })
    const items = loadBatch(alike, indices, new Float32Array(indices.length * itemSize(frame.item)))
    const x0 = toNetwork(frame, items, new Float32Array(indices.length * itemSize(frame.network)))
    const labels = data.labels ?? new Int32Array(data.length).fill(unconditionalLabel ?? 0)
    const conditions = conditionsFrom(ofData, { ...conditionSource(data), labels }, indices)
    if (!words || !encoder) return { x0, conditions }
    const { prompts } = await encoder.encode(captionsAt(words, data, indices), { weights: false })
    return { x0, conditions: { ...conditions, ...promptConditions(network.conditions, prompts, indices.length) } }
  }
}
