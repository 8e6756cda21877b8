/**
 * How much the loss counts at each time. Weights are given for the error of the posterior mean, |x̂₀ − x₀|², and turned
 * into weights for the prediction m = a x₀ + b ε that the network makes: its error is (a − b α/σ) (x̂₀ − x₀).
 */
import { TweedieError } from '../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import { viewOf } from './parametrisation.ts'
import type { Parametrisation, ParametrisationName } from './parametrisation.ts'

/** A weighting by name. */
export type WeightingName = 'simple' | 'min-snr' | 'snr' | 'uniform-x0'

/** The weight of |x̂₀ − x₀|² at time t, or undefined: the prediction's own error counts 1 at all times. */
const weightings: Readonly<Record<WeightingName, ((snr: number) => number) | undefined>> = Object.freeze({
  /** L_simple: |m̂ − m|². Denoising Diffusion Probabilistic Models (Ho et al., 2020). */
  simple: undefined,
  /** min(SNR, 5). Efficient Diffusion Training via Min-SNR Weighting Strategy (Hang et al., 2023), https://arxiv.org/abs/2303.09556 */
  'min-snr': (snr: number) => Math.min(snr, 5),
  /** SNR: the error of ε. */
  snr: (snr: number) => snr,
  /** 1: the error of x₀. */
  'uniform-x0': () => 1,
})

/** The names of all weightings. */
export const weightingNames = Object.freeze(Object.keys(weightings)) as readonly WeightingName[]

/**
 * The factor of |m̂ − m|² at time t.
 *
 * @throws TweedieError `usage` for a name that is not in {@link weightingNames}
 */
export function lossWeight(
  name: WeightingName,
  kind: ParametrisationName | Parametrisation,
  schedule: Schedule,
  t: number,
): number {
  if (!Object.hasOwn(weightings, name)) {
    throw new TweedieError('usage', `unknown loss weighting: ${name}`, { hint: `one of ${weightingNames.join(', ')}` })
  }
  const weight = weightings[name]
  return weight === undefined ? 1 : weight(Math.exp(schedule.logSnr(t))) / viewOf(kind, schedule, t).mean ** 2
}
