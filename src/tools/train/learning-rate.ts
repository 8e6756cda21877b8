/** The learning rate of a run: warm-up, then a constant or half a cosine. */
import { constantRate, cosineRate, warmup } from '../../engine/optim/learning-rate.ts'
import type { LearningRate } from '../../engine/optim/learning-rate.ts'
import { fallenAt, noEnd } from './plan.ts'
import type { Plan } from './plan.ts'
import type { BaseSpec } from './spec.ts'

/** The learning rate of a run of `total` steps. */
export function learningRate({ optimizer: { rate, warmup: rising, decay } }: BaseSpec, total: number): LearningRate {
  const steps = Math.max(1, total - rising)
  return warmup(rising, decay === 'cosine' ? cosineRate({ peak: rate, steps }) : constantRate(rate))
}

/** The learning rate under a plan, which may have changed on the way: it goes on from where it was, and ends when the plan ends. */
export function plannedRate(spec: BaseSpec, plan: Plan): LearningRate {
  const { rate: peak, warmup: rising, decay } = spec.optimizer
  if (plan.anchor === undefined || decay === 'constant') return learningRate(spec, plan.total ?? noEnd)
  const fall = cosineRate({ peak, steps: 1 })
  return (step) => (step < rising ? (peak * (step + 1)) / rising : fall(fallenAt(plan, rising, step)))
}
