/** Models of tokens and of noisy embeddings, as `tweedie eval` sees them: something with a bound and with samples. */
import type { CategoricalDataset } from '../files/data/categorical.ts'
import { TweedieError } from '../errors.ts'
import { embeddedBound, tokenBound, type TokenBound } from '../tools/eval/text-report.ts'
import { isEmbeddingModel, isTokenModel } from '../families/any-model.ts'
import { categoricalDenoiser } from '../compiled/categorical-denoiser.ts'
import { modelDenoiser } from '../compiled/denoiser.ts'
import { type EmbeddingModel, embeddingsOf } from '../families/embeddings/model.ts'
import { generateEmbedded } from '../families/embeddings/generate.ts'
import { generateTokens } from '../families/tokens/generate.ts'
import type { TokenModel } from '../families/tokens/model.ts'
import { textOf } from '../files/show/token-text.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { sessionOptions } from './common.ts'
import { chooseEmbeddedSampler } from './embedded-sampler-choice.ts'
import type { EvalCommandOptions } from './eval.ts'
import { guidanceAttributes } from './guidance-options.ts'
import { openAnyModel } from './open-model.ts'
import { kebab } from './option-name.ts'
import { stepsText } from './sampler-choice.ts'
import { refuseEmbeddedOptions, refuseValueOptions } from './text-options.ts'
import { chooseTokenSampler } from './token-sampler-choice.ts'

/** The options as they are typed. */
export type EvalTextOptions = Omit<EvalCommandOptions, 'count'> & { readonly count?: number | undefined }

/** How work is stopped and watched. */
interface Watching {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** What can be judged. */
export interface TextJudge {
  readonly model: TokenModel | EmbeddingModel
  /** K. */
  readonly categories: number
  bound(
    data: { readonly train: CategoricalDataset; readonly judged: CategoricalDataset },
    engine: Engine,
    watching: Watching,
  ): Promise<TokenBound>
  samples(engine: Engine, watching: Watching): Promise<string[]>
  /** How samples are drawn, for scripts and in words. */
  readonly how: Readonly<Record<string, unknown>>
  readonly howText: string
  /** What the last term of the bound is called. */
  readonly lastTerm: 'decoder' | 'rounding'
}

/** Samples whose n-grams are looked up, where nothing is said. */
const defaultCount = 16

/** Items at a time, where nothing is said. */
const defaultBatch = 16

/**
 * Opens the model of a folder, and refuses options that mean nothing to it.
 *
 * @throws TweedieError `usage` that names the option, `model` where the folder has no such model
 */
export async function openTextJudge(path: string, options: EvalTextOptions): Promise<TextJudge> {
  const model = await openAnyModel(path)
  if (isTokenModel(model)) return tokenJudge(model, options)
  if (isEmbeddingModel(model)) return embeddedJudge(model, options)
  throw new TweedieError('model', `${path}: a model of ${model.scale.kind}, where one of text is needed`)
}

function tokenJudge(model: TokenModel, options: EvalTextOptions): TextJudge {
  refuseValueOptions(options)
  refuseEmbeddedOptions(options)
  const { batch = defaultBatch, count = defaultCount, seed, guidance, likelihoodItems: items } = options
  const { spec, categories } = model.process
  const sampler = chooseTokenSampler(model, options.sampler)
  const session = sessionOptions(options)
  const steps = options.steps ?? spec.steps ?? 256
  return {
    model,
    categories,
    async bound({ judged }, engine, watching) {
      const terms = options.terms === Infinity ? (spec.steps ?? undefined) : options.terms
      using denoiser = await categoricalDenoiser(model, engine, { batch, ...session })
      return await tokenBound(denoiser, judged, { items, terms, seed, ...watching })
    },
    async samples(engine, { signal, onProgress }) {
      const { tokens } = await generateTokens(model, engine, {
        ...session,
        count,
        seed,
        guidance,
        steps: options.steps,
        sampler,
        signal,
        onStep: ({ done, total }) => onProgress(done, total),
      })
      return textOf(model, tokens)
    },
    how: { steps },
    howText: stepsText(steps),
    lastTerm: 'decoder',
  }
}

/** What means nothing to a model of noisy embeddings. */
const idle = [
  ...guidanceAttributes,
  'clip',
  'boundVariance',
  'boundDecoder',
  'trace',
  'tolerance',
  'values',
  'features',
  'heldOut',
] as const

function embeddedJudge(model: EmbeddingModel, options: EvalTextOptions): TextJudge {
  const name = idle.find((each) => options[each] !== undefined)
  if (name !== undefined) {
    throw new TweedieError('usage', `--${kebab(name)} means nothing to a model of noisy embeddings`)
  }
  const { batch = defaultBatch, count = defaultCount, seed, clamp = false } = options
  const { likelihoodItems: items, boundSteps, terms } = options
  const { sampler, times, steps } = chooseEmbeddedSampler(model, options)
  const session = sessionOptions(options)
  return {
    model,
    categories: model.network.vocabulary.tokens,
    async bound({ train, judged }, engine, watching) {
      using denoiser = await modelDenoiser(model, engine, { batch, ...session })
      const how = { items, terms, steps: boundSteps, seed, ...watching }
      return await embeddedBound(denoiser, embeddingsOf(model), judged, { train, ...how })
    },
    async samples(engine, { signal, onProgress }) {
      const { tokens } = await generateEmbedded(model, engine, {
        ...session,
        count,
        seed,
        batch: options.batch,
        sampler,
        times,
        clamp,
        signal,
        onStep: ({ done, total }) => onProgress(done, total),
      })
      return textOf(model, tokens)
    },
    how: { sampler: sampler.name, steps: steps ?? null, clamp },
    howText: `${sampler.name}${clamp ? ', clamped' : ''}, ${stepsText(steps)}`,
    lastTerm: 'rounding',
  }
}
