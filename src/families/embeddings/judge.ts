/** Judges a model of text as noisy embeddings: its bound, and samples. */
import { modelDenoiser } from '../../compiled/denoiser.ts'
import { textOf } from '../../files/show/token-text.ts'
import { firstOf, type OptionTable, type OptionValues, type ValuesOf } from '../../options.ts'
import { embeddedBound } from '../../tools/eval/text-report.ts'
import type { Judgement, Setting } from '../family.ts'
import { stepsText } from '../gaussian-sampler.ts'
import { judgeText, textDefaults } from '../judge-text.ts'
import { boundStepsOptions, gaussianOptions, judgeOptions, likelihoodOptions } from '../options.ts'
import { sessionOf } from '../session-of.ts'
import { generateEmbedded } from './generate.ts'
import { type EmbeddingModel, embeddingsOf } from './model.ts'
import { evalOptions } from './options/eval.ts'
import { chooseEmbeddedSampler } from './sampler-choice.ts'

/** All options for samples. */
const ofSamples: OptionTable = { count: judgeOptions.count, clamp: evalOptions.clamp, ...gaussianOptions }
/** All options for likelihoods. */
const ofBounds: OptionTable = { ...likelihoodOptions, ...boundStepsOptions }

/** The ability to evaluate. @throws TweedieError `usage` for options that do not go with the model */
export async function evaluate(model: EmbeddingModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  const { batch, count, seed, clamp = false, likelihoodItems: items, boundSteps, terms } = options as Options
  const { sampler, times, steps } = chooseEmbeddedSampler(model, options, setting.own)
  const { engine, shards, signal } = setting
  const session = sessionOf(setting)
  return judgeText(
    {
      categories: model.network.vocabulary.tokens,
      vocabulary: model.vocabulary,
      dataName: model.meta.data.name,
      lastTerm: 'rounding',
      draws: firstOf(options, ofBounds) === undefined || firstOf(options, ofSamples) !== undefined,
      how: { sampler: sampler.name, steps: steps ?? null, clamp },
      howText: `${sampler.name}${clamp ? ', clamped' : ''}, ${stepsText(steps)}`,
      async bound({ train, judged }, onProgress) {
        using denoiser = await modelDenoiser(model, engine, { batch: batch ?? textDefaults.batch, ...session })
        const how = { items, terms, steps: boundSteps, seed, shards, signal, onProgress }
        return await embeddedBound(denoiser, embeddingsOf(model), judged, { train, ...how })
      },
      async samples(onProgress) {
        const { tokens } = await generateEmbedded(model, engine, {
          ...session,
          count: count ?? textDefaults.count,
          seed,
          batch,
          sampler,
          times,
          clamp,
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
