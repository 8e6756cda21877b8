/** The default `tweedie.json` of a plain diffusers model, which has none. */
import type { SchedulerConfig } from './scheduler-config.ts'
import { parseTweedieMeta, type TweedieMeta } from './tweedie-meta.ts'

/** Options of a scheduler that decide its steps. A folder that sets one of them is sampled at those steps. */
const layingOut = [
  'timestep_spacing',
  'steps_offset',
  'set_alpha_to_one',
  'final_sigmas_type',
  'lambda_min_clipped',
  'shift',
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
  'use_lu_lambdas',
  'use_flow_sigmas',
]

/** What a network predicts, by its scheduler. */
export function parametrisationOf({ prediction_type: type }: SchedulerConfig): string {
  return parametrisations[type]
}

const parametrisations = { epsilon: 'epsilon', sample: 'x0', v_prediction: 'v', flow_prediction: 'flow' }

/**
 * 8-bit images, and the objective that the scheduler implies.
 *
 * @param shape of an image, `[channels, height, width]`
 * @param stated the scheduler's configuration as it stands in the file
 */
export function defaultMeta(shape: readonly number[], scheduler: SchedulerConfig, stated: object): TweedieMeta {
  const { _class_name: className } = scheduler
  const score = className === 'ScoreSdeVeScheduler'
  const flow = className.startsWith('FlowMatch')
  return parseTweedieMeta({
    // score models see images in [0, 1]
    data: { name: 'unknown', kind: 'image', shape, range: score ? [-255, 255] : [0, 255] },
    objective: {
      parametrisation: score ? 'score' : flow ? 'flow' : parametrisationOf(scheduler),
    },
    sampler: score || flow || layingOut.some((option) => Object.hasOwn(stated, option)) ? { spacing: 'scheduler' } : {},
  })
}
