/** The exact log-density of a number given its row: the probability flow of residuals in one dimension. */
import { modelDivergence } from '../../compiled/divergence.ts'
import { conditioned } from '../../diffusion/denoise/conditions.ts'
import { odeLikelihood } from '../../diffusion/likelihood/ode-likelihood.ts'
import type { Setting } from '../family.ts'
import { rowsOf } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import { rowCondition, toldOf } from './data.ts'
import type { PredictionModel } from './model.ts'

/** Rows at a time. */
const most = 512

/**
 * log p(y | x) of rows, in nats of a density in the units of the target. Where all values of the target lie on a grid (whole numbers),
 * a density means little: the model may learn to be narrow at each of them.
 *
 * @param features `[rows, width]` @param targets encoded, `[rows]`
 */
export async function logDensities(
  model: PredictionModel,
  features: Float32Array,
  targets: Float32Array,
  setting: Pick<Setting, 'engine' | 'device' | 'threads' | 'shards' | 'signal'>,
  onProgress?: (done: number, total: number) => void,
): Promise<Float64Array> {
  const { residual, encoding } = model
  const { condition, predicted, unit } = toldOf(model, features)
  const [rows, told] = [targets.length, condition.length / targets.length]
  const [scale, deviation] = [
    residual.scale.affine!.scale[0]!,
    encoding.target.kind === 'number' ? encoding.target.deviation : 1,
  ]
  const batch = Math.min(rows, most)
  const out = new Float64Array(rows)
  using denoiser = await modelDivergence(residual, setting.engine, { batch, ...sessionOf(setting) })
  for (let first = 0; first < rows; first += batch) {
    const now = Math.min(batch, rows - first)
    const found = await rowsOf(setting.shards, { name: 'densities', first, size: batch, count: rows }, async () => {
      const x = Float32Array.from(
        { length: now },
        (_, i) => (targets[first + i]! - predicted[first + i]!) / unit(first + i) / scale,
      )
      const conditions = { [rowCondition]: condition.slice(first * told, (first + now) * told) }
      const { logDensity } = await odeLikelihood(conditioned(denoiser, conditions), x, {
        trace: 'exact',
        solver: { name: 'rk45', relative: 1e-4, absolute: 1e-4 },
        ...(setting.signal && { signal: setting.signal }),
      })
      return { logDensity }
    })
    found?.logDensity.forEach((each, i) => (out[first + i] = each - Math.log(unit(first + i) * scale * deviation)))
    onProgress?.(first + now, rows)
  }
  return out
}
