/** What items cost under a model of values. */
import type { OptionValues } from '../../options.ts'
import { boundItems, requireOfBound } from '../bound-items.ts'
import type { AskedItems, ItemBounds, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { continuousSteps, requireSense, toleranceFor } from './judge-likelihood.ts'
import type { JudgeOptions } from './judge-options.ts'
import { likelihoodOf } from './likelihood.ts'
import type { Model } from './model.ts'

const allowed = ['values', 'boundVariance', 'boundSteps', 'terms', 'trace', 'tolerance']

/**
 * The variational bound of each item; with `trace` or `tolerance` also its cost by the probability flow. Nothing is measured on training
 * data, so the last step has its own width, and not one that was fitted.
 *
 * @throws TweedieError `usage` for options that need other data, or that the model does not support
 */
export async function bound(
  model: Model,
  asked: AskedItems,
  values: OptionValues,
  setting: Setting,
): Promise<ItemBounds> {
  requireOfBound(values, allowed)
  const options = values as JudgeOptions
  requireSense(model, options)
  const {
    boundVariance,
    boundSteps,
    terms,
    trace,
    tolerance,
    seed = 0,
    signal,
    onProgress,
  } = { ...options, ...setting }
  const steps = boundSteps ?? model.schedule.table?.steps ?? continuousSteps
  const precision = tolerance ?? toleranceFor(model)
  const flows = trace !== undefined || tolerance !== undefined
  const solver = { name: 'rk45', relative: precision, absolute: precision } as const
  return boundItems(model, asked, setting, (items, batch, onItems) =>
    likelihoodOf(model, items, setting.engine, {
      count: items.length,
      batch: options.batch ?? batch,
      seed,
      values: options.values,
      bound: { variance: boundVariance, decoder: 'step', steps, terms },
      flow: flows && { ...(trace && { trace }), solver },
      signal,
      onProgress: (done) => onProgress?.({ phase: 'likelihood', done, total: 1 }),
      onItems,
      ...sessionOf(setting),
    }),
  )
}
