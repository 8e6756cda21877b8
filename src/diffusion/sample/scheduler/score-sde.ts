/**
 * ScoreSdeVeScheduler: noise whose variance explodes, and a network that takes σ as its time and predicts the score.
 */
import { veSchedule } from '../../noise/ve.ts'
import { requireSteps, uniformTimes } from '../times.ts'
import type { SchedulerOptions } from './options.ts'
import type { NoiseParts } from './types.ts'

/**
 * n noise levels in geometric progression from σ_max to σ_min, of which the last is removed by a last evaluation.
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), https://arxiv.org/abs/2011.13456
 */
export function scoreParts({ sigma_min: sigmaMin, sigma_max: sigmaMax }: SchedulerOptions): NoiseParts {
  const schedule = veSchedule({ sigmaMin: sigmaMin!, sigmaMax: sigmaMax! })
  return {
    schedule,
    table: undefined,
    kind: 'score',
    times(steps) {
      requireSteps(steps)
      return uniformTimes(Math.max(1, steps - 1))
    },
    level: (t) => schedule.sigma(t),
  }
}
