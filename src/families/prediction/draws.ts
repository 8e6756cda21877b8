/** Draws of the answers for rows: y = f(x) + s(x) r, r from the diffusion given the row. */
import { normalQuantile } from '../../diffusion/denoise/normal-quantile.ts'
import { modelDenoiser } from '../../compiled/denoiser.ts'
import { randomNoise, type NoiseSource } from '../../diffusion/sample/noise-source.ts'
import { sampleFinal } from '../../diffusion/sample/sample.ts'
import { fold, key, uniform } from '../../engine/random/index.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { Setting } from '../family.ts'
import { chooseSampler, type SamplerOptions } from '../gaussian-sampler.ts'
import { rowsOf } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import { rowCondition, toldOf } from './data.ts'
import type { PredictionModel } from './model.ts'

/** How many, and by which sampler. */
export interface DrawsOptions extends Pick<SamplerOptions, 'sampler' | 'steps'> {
  readonly draws: number
  readonly seed: number | string
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Items that go through the network at a time. */
const most = 8192

/**
 * Draws for rows of features, `[rows, draws, width]` in the units of the encoded target. A row's draws depend on the seed and its number
 * alone. For a number, the first noise of a row's draws is stratified, a draw in each of as many stretches of equal probability: the
 * probability flow keeps their order, so quantiles are far more exact than those of independent draws.
 */
export async function drawsOf(
  model: PredictionModel,
  features: Float32Array,
  { draws, seed, onProgress, ...options }: DrawsOptions,
  setting: Pick<Setting, 'engine' | 'device' | 'threads' | 'shards' | 'signal' | 'own'>,
): Promise<Float32Array> {
  const { residual } = model
  const width = itemSize(residual.frame.item)
  const { sampler, times } = chooseSampler(residual, options, setting.own)
  const { condition, predicted, unit } = toldOf(model, features)
  const told = condition.length / (predicted.length / width)
  const rows = predicted.length / width
  const rowsAtOnce = Math.min(rows, Math.max(1, Math.floor(most / draws)))
  const batch = rowsAtOnce * draws
  const { scale } = residual.scale.affine!
  const out = new Float32Array(rows * draws * width)
  using denoiser = await modelDenoiser(residual, setting.engine, { batch, ...sessionOf(setting) })
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const now = Math.min(rowsAtOnce, rows - first)
    const found = await rowsOf(setting.shards, { name: 'draws', first, size: rowsAtOnce, count: rows }, async () => {
      const conditions = new Float32Array(now * draws * told)
      for (let item = 0; item < now * draws; item++) {
        const row = first + Math.floor(item / draws)
        conditions.set(condition.subarray(row * told, (row + 1) * told), item * told)
      }
      const plain = randomNoise(width, { seed, firstItem: first * draws })
      const x = await sampleFinal(denoiser, {
        sampler,
        times,
        batch: now * draws,
        noise: width === 1 ? stratified(plain, { seed, draws, first }) : plain,
        conditions: { [rowCondition]: conditions },
        signal: setting.signal,
      })
      return { x: Float32Array.from(x) }
    })
    const x = found?.x ?? []
    for (let i = 0; i < x.length; i++) {
      const row = first + Math.floor(i / (draws * width))
      out[first * draws * width + i] = predicted[row * width + (i % width)]! + unit(row) * scale[i % width]! * x[i]!
    }
    onProgress?.(first + now, rows)
  }
  return out
}

/** Noise whose first values are, row by row, one in each of `draws` stretches of the normal law, in the order of these. */
function stratified(
  plain: NoiseSource,
  { seed, draws, first }: { readonly seed: number | string; readonly draws: number; readonly first: number },
): NoiseSource {
  return (out, step, draw) => {
    if (step !== -1) return plain(out, step, draw)
    for (let at = 0; at < out.length; at += draws) {
      const u = uniform(fold(key(seed), 'row', first + at / draws), new Float64Array(draws))
      for (let i = 0; i < draws; i++)
        out[at + i] = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, (i + u[i]!) / draws)))
    }
  }
}
