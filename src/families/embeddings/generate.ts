/** Text from a model of embeddings: Gaussian sampling, by option clamped and controlled, then rounding. */
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import {
  allowedTokens,
  clamped,
  type EmbeddingTable,
  roundTokens,
  type TokenRequirement,
} from '../../diffusion/discrete/index.ts'
import { selfConditioned, takesEstimates } from '../../diffusion/denoise/self-conditioned.ts'
import { TweedieError } from '../../errors.ts'
import { controlled, type ControlOptions } from '../../diffusion/guidance/controlled.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { ddpm } from '../../diffusion/sample/ddpm.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { Sampler, SampleStep } from '../../diffusion/sample/sampler.ts'
import { type ControlGradient, controlGradient } from '../../compiled/control-gradient.ts'
import { modelDenoiser } from '../../compiled/denoiser.ts'
import { samplerOf } from '../../compiled/sampler-of.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { defined } from '../defined.ts'
import { type Warm, warm, type WarmSession } from '../warm.ts'
import { type EmbeddingModel, embeddingsOf } from './model.ts'

/** How to sample, with a session of its own. */
export type GenerateEmbeddedOptions = DrawEmbeddedOptions & WarmSession

/** How to sample. */
export interface DrawEmbeddedOptions {
  /** How many items. */
  readonly count: number
  /** Item i depends on (seed, i) only; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** Default what the model's folder says, else DDPM's, or {@link controlled} if there are requirements. */
  readonly sampler?: Sampler | undefined
  /** Falling times; default what the model's folder says, else {@link embeddedSteps} steps of `timesOf`. */
  readonly times?: readonly number[] | undefined
  /** Whether the mean is rounded to embeddings on the way; default not. */
  readonly clamp?: boolean | undefined
  /** The requirements on the tokens. */
  readonly require?: readonly TokenRequirement[] | undefined
  /** The strength of control. */
  readonly control?: ControlOptions | undefined
  /** Items computed at a time; default 16, or as many as there are. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step of each batch. */
  readonly onStep?: ((progress: EmbeddedProgress) => void) | undefined
}

/** The progress of sampling. */
export interface EmbeddedProgress {
  /** Item steps done, and their total. */
  readonly done: number
  readonly total: number
  /** The number of the batch's first item. */
  readonly firstItem: number
  readonly step: SampleStep
  /** The tokens that the mean of this step rounds to, `[batch, L]`. */
  readonly tokens: () => Int32Array
}

/** The samples. */
export interface GeneratedText {
  /** `[count, L]`. */
  readonly tokens: Int32Array
}

/** The default number of steps: tokens are decided one after another, so few steps are not enough. */
export const embeddedSteps = 200

/** A model of embeddings that is ready to draw: its draws are those of {@link generateEmbedded}, bit for bit. */
export type WarmTextGenerator = Warm<DrawEmbeddedOptions, GeneratedText>

/**
 * Draws samples, once.
 *
 * @throws TweedieError `usage` for a count or requirement that makes no sense
 * @example
 * const require = requireTokens(tokenizer.encode('love'), 5)
 * const { tokens } = await generateEmbedded(model, engine, { count: 4, clamp: true, require })
 */
export async function generateEmbedded(
  model: EmbeddingModel,
  engine: Engine,
  { device, threads, profile, ...options }: GenerateEmbeddedOptions,
): Promise<GeneratedText> {
  using generator = warmEmbeddedGenerator(model, engine, { device, threads, profile })
  return await generator.draw(options)
}

/** Opens a model of embeddings to draw from it again and again. Nothing is compiled before the first draw. */
export function warmEmbeddedGenerator(
  model: EmbeddingModel,
  engine: Engine,
  session: WarmSession = {},
): WarmTextGenerator {
  const options = defined(session)
  const table = embeddingsOf(model)
  const [length] = model.shape as [number]
  return warm((drawn, compiled) =>
    draw(model, drawn, {
      table,
      denoiser: (batch) => compiled(`denoiser ${batch}`, () => modelDenoiser(model, engine, { ...options, batch })),
      control: (wanted, batch) =>
        compiled(`control ${batch} ${JSON.stringify(wanted)}`, () =>
          controlGradient(model, allowedTokens(wanted, length, table.tokens), engine, { ...options, batch }),
        ),
    }),
  )
}

function defaultSampler({ meta, sampling }: EmbeddingModel): Sampler {
  return meta?.sampler?.sampler === undefined ? ddpm() : samplerOf(sampling)
}

/** The compiled parts, and the embeddings. */
interface DrawParts {
  readonly table: EmbeddingTable
  denoiser(batch: number): Promise<Denoiser>
  control(wanted: readonly TokenRequirement[], batch: number): Promise<ControlGradient>
}

async function draw(
  model: EmbeddingModel,
  options: DrawEmbeddedOptions,
  { table, ...compiled }: DrawParts,
): Promise<GeneratedText> {
  const { count, seed = 0, clamp = false, signal, onStep, require: wanted = [] } = options
  for (const [what, value] of Object.entries({ 'number of samples': count, 'batch size': options.batch ?? 1 })) {
    if (Number.isInteger(value) && value > 0) continue
    throw new TweedieError('usage', `the ${what} is ${value}: must be a positive whole number`)
  }
  if (wanted.length > 0 && options.sampler) {
    throw new TweedieError('usage', `the sampler ${options.sampler.name} takes no requirements`, {
      hint: 'leave the sampler out: control has its own, on the steps of ddpm',
    })
  }
  const batch = Math.min(count, options.batch ?? 16)
  const [length] = model.shape as [number]
  const control = wanted.length === 0 ? undefined : await compiled.control(wanted, batch)
  const network = await compiled.denoiser(batch)
  const times = options.times ?? model.sampling.times(model.meta?.sampler?.steps ?? embeddedSteps)
  const recalls = takesEstimates(model.network)
  /** For one run: it may be told what it estimated before. */
  const ofRun = (): Denoiser => {
    const own = recalls ? selfConditioned(network) : network
    return clamp ? clamped(own, table) : own
  }
  const sampler = control ? controlled(control.gradient, options.control) : (options.sampler ?? defaultSampler(model))

  const tokens = new Int32Array(count * length)
  const steps = times.length - 1
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const problem = { sampler, times, batch: now, seed, firstItem: first, ...(signal && { signal }) }
    const rows = await rowsOf(options.shards, { name: 'items', first, size: batch, count }, async () => {
      let last: Int32Array = new Int32Array()
      for await (const step of sample(ofRun(), problem)) {
        const done = first * steps + now * Math.min(step.index + 1, steps)
        onStep?.({
          done,
          total: count * steps,
          firstItem: first,
          step,
          tokens: () => roundTokens(table, step.denoised),
        })
        if (step.index === step.total - 1) last = roundTokens(table, step.x)
      }
      return { tokens: last }
    })
    if (rows) tokens.set(rows.tokens, first * length)
  }
  return { tokens }
}
