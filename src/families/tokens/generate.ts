/** Samples from a model of tokens, in batches, the same whatever their size. */
import { conditionsOfItems } from '../../diffusion/denoise/conditions.ts'
import {
  type CategoricalDenoiser,
  guideTokens,
  sampleTokens,
  type TokenSampler,
  type TokenStep,
} from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { categoricalDenoiser } from '../../compiled/categorical-denoiser.ts'
import { nothing } from '../../compiled/condition-feeds.ts'
import { labelsFor } from '../conditions.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { once } from '../../once.ts'
import { defined } from '../defined.ts'
import { type Warm, warm, type WarmSession } from '../warm.ts'
import type { TokenModel } from './model.ts'
import { asRecorded, chooseTokenSampler } from './sampler-choice.ts'

/** How to sample, with a session of its own. */
export type GenerateTokensOptions = DrawTokensOptions & WarmSession

/** How to sample. */
export interface DrawTokensOptions {
  /** How many items. */
  readonly count: number
  /** Item i depends on (seed, i) and its class only; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** Default what the model's folder says, else the ancestral one, which for masks reuses predictions that cannot change. */
  readonly sampler?: TokenSampler | undefined
  /** Default what the model's folder says, else the steps of the process, or 256. */
  readonly steps?: number | undefined
  /** The class of each item; default: all classes in turn. */
  readonly labels?: ArrayLike<number> | undefined
  /** The w of (w + 1) log p(x₀ | x_t, c) − w log p(x₀ | x_t); default what the model's folder says, else 0. */
  readonly guidance?: number | undefined
  /** Tokens of every item that are to be kept, `[...shape]`; −1 where there is none. */
  readonly fixed?: ArrayLike<number> | undefined
  /** Below 1 likely tokens are preferred; default 1. */
  readonly temperature?: number | undefined
  /** Items computed at a time; default 16, or as many as there are. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step of each batch. */
  readonly onStep?: ((progress: TokenProgress) => void) | undefined
}

/** The progress of sampling. */
export interface TokenProgress {
  /** Item steps done, and their total. */
  readonly done: number
  readonly total: number
  /** The number of the batch's first item. */
  readonly firstItem: number
  readonly step: TokenStep
}

/** The samples. */
export interface GeneratedTokens {
  /** `[count, ...shape]`. */
  readonly tokens: Int32Array
  /** The class of each, for a conditional model. */
  readonly labels: Int32Array | undefined
  /** How often the network was evaluated, over all batches. */
  readonly evaluations: number
}

/** A model of tokens that is ready to draw: its draws are those of {@link generateTokens}, bit for bit. */
export type WarmTokenGenerator = Warm<DrawTokensOptions, GeneratedTokens>

/**
 * Draws samples, once.
 *
 * @throws TweedieError `usage` for a count, class, sampler or fixed tokens that make no sense
 * @example
 * const { tokens } = await generateTokens(withLength(model, 256), engine, { count: 4, seed: 1 })
 * console.log(textOf(model, tokens))
 */
export async function generateTokens(
  model: TokenModel,
  engine: Engine,
  { device, threads, profile, ...options }: GenerateTokensOptions,
): Promise<GeneratedTokens> {
  using generator = warmTokenGenerator(model, engine, { device, threads, profile })
  return await generator.draw(options)
}

/** Opens a model of tokens to draw from it again and again. Nothing is compiled before the first draw. */
export function warmTokenGenerator(model: TokenModel, engine: Engine, session: WarmSession = {}): WarmTokenGenerator {
  const options = defined(session)
  return warm((drawn, compiled) =>
    draw(model, drawn, (batch) =>
      compiled(String(batch), () => categoricalDenoiser(model, engine, { ...options, batch })),
    ),
  )
}

async function draw(
  model: TokenModel,
  options: DrawTokensOptions,
  compiled: (batch: number) => Promise<CategoricalDenoiser>,
): Promise<GeneratedTokens> {
  const { count, seed = 0, fixed: kept, temperature, signal, onStep } = options
  const { steps, guidance = 0 } = asRecorded(model, options)
  const sampler = options.sampler ?? chooseTokenSampler(model, undefined)
  for (const [what, value] of Object.entries({ 'number of samples': count, 'batch size': options.batch ?? 1 })) {
    if (Number.isInteger(value) && value > 0) continue
    throw new TweedieError('usage', `the ${what} is ${value}: must be a positive whole number`)
  }
  const batch = Math.min(count, options.batch ?? 16)
  const labels = labelsFor(model, count, options.labels, 'in turn')
  if (guidance !== 0 && model.unconditionalLabel === undefined) {
    throw new TweedieError('usage', 'guidance needs a model that was trained with classes, and without them at times', {
      hint: 'train on labelled data with `labelDropout: 0.1`',
    })
  }
  const denoiser = once(async () =>
    guidance === 0
      ? await compiled(batch)
      : guideTokens(await compiled(2 * batch), { w: guidance, nothing: nothing(model) }),
  )
  const size = sizeOf(model.shape)
  const tokens = new Int32Array(count * size)
  let evaluations = 0
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const rows = await rowsOf(options.shards, { name: 'items', first, size: batch, count }, async () => {
      let last: TokenStep | undefined
      for await (const step of sampleTokens(await denoiser(), {
        seed,
        firstItem: first,
        batch: now,
        ...(sampler && { sampler }),
        ...(steps !== undefined && { steps }),
        ...(kept && { fixed: kept }),
        ...(temperature !== undefined && { temperature }),
        conditions: conditionsOfItems(labels && { labels }, first, now, count),
        signal,
      })) {
        last = step
        const done = first * step.total + now * (step.index + 1)
        onStep?.({ done, total: count * step.total, firstItem: first, step })
      }
      return { tokens: last!.x, evaluations: Float64Array.of(last!.evaluations) }
    })
    if (!rows) continue
    tokens.set(rows.tokens, first * size)
    evaluations += rows.evaluations[0]!
  }
  return { tokens, labels, evaluations }
}
