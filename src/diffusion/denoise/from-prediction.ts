/** A network becomes a denoiser: its prediction, in any parametrisation, is turned into the posterior mean. */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray } from './denoiser.ts'
import {
  type Parametrisation,
  type ParametrisationName,
  parametrisation,
  sampleOfPrediction,
} from './parametrisation.ts'

/**
 * What a network does: from noisy data `[batch, ...shape]` at time t ∈ (0, 1] to its prediction of the same shape.
 * The denoiser does not write into the array that it returns.
 */
export type Predict = (x: FloatArray, t: number, context?: DenoiseContext) => FloatArray | Promise<FloatArray>

/** How to read a prediction. */
export interface PredictionOptions {
  readonly schedule: Schedule
  /** The shape of one item. */
  readonly shape: readonly number[]
  /** What the network predicts. */
  readonly kind: ParametrisationName | Parametrisation
}

/**
 * The denoiser of a prediction, x₀ = (σ m − b x_t) / (a σ − b α).
 *
 * @example
 * const denoiser = fromPrediction((x, t) => network(x, indexOfTime(table, t)), {
 *   schedule: tableSchedule(table),
 *   shape: [3, 32, 32],
 *   kind: 'epsilon',
 * })
 */
export function fromPrediction(predict: Predict, { schedule, shape, kind }: PredictionOptions): Denoiser {
  const view = parametrisation(kind)
  return Object.freeze({
    schedule,
    shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const prediction = await predict(x, t, context)
      if (prediction.length !== x.length) {
        throw new TweedieError('shape', `the network returned ${prediction.length} numbers for ${x.length} of input`, {
          hint: 'a prediction has the shape of its input; drop the channels of a learned variance first',
        })
      }
      return sampleOfPrediction(view, schedule, t, prediction, x, emptyLike(x))
    },
  })
}
