/** Judges a model of codes by samples: draws codes, decodes them, and compares the items with data. */
import type { ValuesOf } from '../../options.ts'
import { evaluateSamples, requireCount } from '../../tools/eval/evaluate-samples.ts'
import { formatReport } from '../../tools/eval/format-report.ts'
import type { Judgement, Setting } from '../family.ts'
import { chooseSampler, needsData, stepsText } from '../gaussian-sampler.ts'
import { judgeData } from '../judge-values-data.ts'
import { openFeatures } from '../open-features.ts'
import type { judgeOptions } from '../options.ts'
import { sessionOf } from '../session-of.ts'
import { chooseGuidance } from '../values/guidance-choice.ts'
import { measuredSampler } from '../values/measured-sampler.ts'
import { usualChoice } from '../coded/values-of.ts'
import { drawSamples } from './generate.ts'
import type { LatentModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'
import { priorSetting } from './prior-setting.ts'

/** The options of an evaluation. */
export type JudgeOptions = ValuesOf<typeof judgeOptions & typeof evalOptions>

/** Draws samples and judges them. Options that make no sense are refused before anything is computed. */
export async function judgeSamples(model: LatentModel, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  const { prior, autoencoder } = model
  const { count = 500, seed = 0, batch, classes = 'data', spacing, draw = usualChoice(autoencoder) } = options
  const ofCodes = priorSetting(model, setting)
  const { sampler: chosen, times, steps } = chooseSampler(prior, options, setting.own)
  const guidance = await chooseGuidance(prior, options, ofCodes.access)
  const features = await openFeatures(autoencoder, options, setting)
  const { training, heldOut } = await judgeData(setting.access, options)
  requireCount('samples', count, 'usage')
  requireCount('real items', training.length, 'data')
  const sampler = needsData(chosen) ? await measuredSampler(chosen, prior, times, {}, ofCodes) : chosen
  const { signal, onProgress } = setting
  const samples = await drawSamples(model, training, setting, {
    count,
    seed,
    batch,
    sampler,
    times,
    guidance,
    classes,
    draw,
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'drawing samples', done, total }),
  })
  const report = await evaluateSamples(samples, training, setting.engine, {
    heldOut,
    features,
    store: setting.store,
    shards: setting.shards,
    loop: 'decoded',
    signal,
    onProgress: (phase, done, total) => onProgress?.({ phase, done, total }),
    ...sessionOf(setting),
  })
  const { w = 0 } = guidance
  const how = {
    seed,
    sampler: sampler.name,
    steps: steps ?? null,
    spacing: spacing ?? null,
    classes,
    guidance: w,
    draw,
  }
  return {
    facts: { ...report, ...how },
    text: formatReport(report),
    remarks: [],
    howText: `seed ${seed}, ${sampler.name}, ${stepsText(steps)}${w === 0 ? '' : `, guidance ${w}`}, decoded`,
  }
}
