/** Judges a model of values by samples: draws them and compares them with data. */
import { formatReport } from '../../tools/eval/format-report.ts'
import type { Judgement, Setting } from '../family.ts'
import { chooseSampler, needsData, stepsText } from '../gaussian-sampler.ts'
import { sessionOf } from '../session-of.ts'
import { evaluateModel } from './evaluate.ts'
import { chooseGuidance } from './guidance-choice.ts'
import { judgeData } from '../judge-values-data.ts'
import { openFeatures } from '../open-features.ts'
import type { JudgeOptions } from './judge-options.ts'
import { measuredSampler } from './measured-sampler.ts'
import type { Model } from './model.ts'

/** Draws samples and judges them. Options that make no sense are refused before anything is computed. */
export async function judgeSamples(model: Model, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  const { count, seed = 0, batch, clip, classes = 'data', spacing } = options
  const { sampler: chosen, times, steps } = chooseSampler(model, options, setting.own)
  const guidance = await chooseGuidance(model, options, setting.access)
  const features = await openFeatures(model, options, setting)
  const { training, heldOut } = await judgeData(setting.access, options)
  const sampler = needsData(chosen) ? await measuredSampler(chosen, model, times, options, setting) : chosen
  const report = await evaluateModel(model, training, setting.engine, {
    count,
    classes,
    seed,
    batch,
    clip,
    guidance,
    sampler,
    times,
    features,
    heldOut,
    store: setting.store,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (phase, done, total) => setting.onProgress?.({ phase, done, total }),
    ...sessionOf(setting),
  })
  const { w = 0 } = guidance
  const guided = w === 0 ? '' : `, guidance ${w}`
  const how = {
    seed,
    sampler: sampler.name,
    steps: steps ?? null,
    spacing: spacing ?? null,
    classes,
    guidance: w,
  }
  return {
    facts: { ...report, ...how },
    text: formatReport(report),
    remarks: [],
    howText: `seed ${seed}, ${sampler.name}, ${stepsText(steps)}${guided}`,
  }
}
