/** The ability to give the score of noisy data at any place: what a plot of arrows shows. */
import { itemSize } from '../../files/data/dataset.ts'
import { fromNetwork, toNetwork } from '../../files/data/frame.ts'
import { affineOf } from '../../files/data/normalise.ts'
import { TweedieError } from '../../errors.ts'
import { classesAsked } from '../class-numbers.ts'
import type { FieldRequest, FieldValues, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { workOn } from '../warm.ts'
import { told } from '../words/told.ts'
import { compiledParts } from './compiled-parts.ts'
import type { Model } from './model.ts'

/**
 * With D(x, t) = E[x₀ | x_t = x], the score is ∇ log p_t(x) = (α_t D(x, t) − x) / σ_t². Places are y = shift + scale · x, in the units of
 * the data, so the score there is that of x by scale.
 *
 * @throws TweedieError `usage` for a time outside (0, 1], `shape` for values that are no whole items
 */
export async function field(
  model: Model,
  { points, time, class: asked }: FieldRequest,
  setting: Setting,
): Promise<FieldValues> {
  const { frame, schedule, scale } = model
  const size = itemSize(frame.item)
  const count = points.length / size
  if (!(time > 0 && time <= 1)) throw new TweedieError('usage', `\`time: ${time}\`: it lies in (0, 1]`)
  if (!Number.isInteger(count) || count === 0) {
    throw new TweedieError('shape', `${points.length} values are no whole number of [${frame.item.join(', ')}] places`)
  }
  const labels = classesAsked(model, asked, count)
  using work = workOn(setting.kept, setting.signal)
  const { denoiser, words: source } = compiledParts(model, setting.engine, sessionOf(setting), work.compiled)
  const words = await told(model, {}, source, setting.signal)
  const { shift, scale: factor } = affineOf(scale)
  const span = size / shift.length
  const [shiftAt, scaleAt] = [shift, factor].map(
    (each) =>
      (i: number): number =>
        each[Math.floor((i % size) / span)]!,
  )
  const x = points.map((y, i) => (y - shiftAt!(i)) / scaleAt!(i))
  const inside = toNetwork(frame, x, new Float32Array(count * itemSize(frame.network)))
  const compiled = await denoiser(model, count)
  const conditions = { ...words?.at(0, count, count), ...(labels && { labels }) }
  const context = { conditions, signal: setting.signal }
  const mean = Float32Array.from(await compiled.denoise(inside, time, context))
  const denoised = fromNetwork(frame, mean, new Float32Array(points.length))
  const [alpha, sigma] = [schedule.alpha(time), schedule.sigma(time)]
  const score = denoised.map((d, i) => (alpha * d - x[i]!) / (sigma * sigma) / scaleAt!(i))
  return { denoised: denoised.map((d, i) => shiftAt!(i) + scaleAt!(i) * d), score }
}
