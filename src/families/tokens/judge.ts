/** Judges a model of tokens under a discrete process: its bound, and samples where it is of text. */
import { categoricalDenoiser } from '../../compiled/categorical-denoiser.ts'
import { textOf } from '../../files/show/token-text.ts'
import { firstOf, type OptionTable, type OptionValues, type ValuesOf } from '../../options.ts'
import { tokenBound } from '../../tools/eval/text-report.ts'
import type { Judgement, Setting } from '../family.ts'
import { stepsText } from '../gaussian-sampler.ts'
import { judgeText, textDefaults } from '../judge-text.ts'
import { guidanceOptions, judgeOptions, likelihoodOptions, stepOptions } from '../options.ts'
import { sessionOf } from '../session-of.ts'
import { generateTokens } from './generate.ts'
import type { TokenModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'
import { asRecorded, chooseTokenSampler } from './sampler-choice.ts'

/** All options for samples. */
const ofSamples: OptionTable = { count: judgeOptions.count, ...stepOptions, ...guidanceOptions }

/** The default number of steps in continuous time. */
const continuousSteps = 256

/** The ability to evaluate. @throws TweedieError `usage` for options that do not go with the model */
export async function evaluate(model: TokenModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  const { batch, count, seed, guidance, likelihoodItems: items, ...choice } = asRecorded(model, options as Options)
  const { spec, categories } = model.process
  const sampler = chooseTokenSampler(model, choice.sampler, setting.own)
  const steps = choice.steps ?? spec.steps ?? continuousSteps
  const { engine, shards, signal } = setting
  const session = sessionOf(setting)
  return judgeText(
    {
      categories,
      vocabulary: model.vocabulary,
      dataName: model.meta.data.name,
      lastTerm: 'decoder',
      draws: firstOf(options, likelihoodOptions) === undefined || firstOf(options, ofSamples) !== undefined,
      how: { steps },
      howText: stepsText(steps),
      async bound({ judged }, onProgress) {
        const terms = choice.terms === Infinity ? (spec.steps ?? undefined) : choice.terms
        using denoiser = await categoricalDenoiser(model, engine, { batch: batch ?? textDefaults.batch, ...session })
        return await tokenBound(denoiser, judged, { items, terms, seed, shards, signal, onProgress })
      },
      async samples(onProgress) {
        const { tokens } = await generateTokens(model, engine, {
          ...session,
          count: count ?? textDefaults.count,
          seed,
          guidance,
          steps: choice.steps,
          sampler,
          shards,
          signal,
          onStep: ({ done, total }) => onProgress(done, total),
        })
        return textOf(model, tokens)
      },
    },
    options,
    setting,
  )
}

type Options = ValuesOf<typeof judgeOptions & typeof evalOptions>
