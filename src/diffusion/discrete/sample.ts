/** Sampling of tokens: a denoiser, a sampler and a number of steps; some tokens may be fixed. */
import { TweedieError } from '../../errors.ts'
import { sizeOf } from '../../engine/graph/shape.ts'
import { uniform } from '../../engine/random/index.ts'
import { keyedByItem, type RandomNoiseOptions } from '../sample/noise-source.ts'
import type { Conditions } from '../denoise/denoiser.ts'
import { ancestralTokens, mdlm } from './ancestral.ts'
import type { CategoricalDenoiser } from './denoiser.ts'
import type { TokenProblem, TokenSampler, TokenStep } from './sampler.ts'

/** How to sample. */
export interface TokenSampleOptions extends RandomNoiseOptions {
  /** Default {@link mdlm} for masks, else {@link ancestralTokens}. */
  readonly sampler?: TokenSampler
  /** Default the steps of the process, or 256 in continuous time. */
  readonly steps?: number
  /** How many items; default 1, or as many as `fixed` holds. */
  readonly batch?: number
  /** The conditions of each item, `[batch, ...]` by name, for a conditional denoiser: `{ labels }`. */
  readonly conditions?: Conditions | undefined
  /**
   * Tokens to be kept, of one item for all or of each, `[...shape]` or `[batch, ...shape]`; −1 (or the mask) where the sampler
   * is to fill in.
   */
  readonly fixed?: ArrayLike<number>
  /** Below 1 likely tokens are preferred; default 1. */
  readonly temperature?: number
  /** Stops between evaluations. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Samples step by step.
 *
 * @throws TweedieError `usage` for a sampler, steps or fixed tokens that do not fit, `shape` for a wrong number of tokens
 * @example
 * for await (const { x, index, total } of sampleTokens(denoiser, { steps: 64, seed: 1 })) show(tokenizer.decode(x))
 */
export async function* sampleTokens(
  denoiser: CategoricalDenoiser,
  options: TokenSampleOptions = {},
): AsyncGenerator<TokenStep> {
  const { mask } = denoiser.process
  const sampler = options.sampler ?? (mask === null ? ancestralTokens() : mdlm())
  if (sampler.masksOnly && mask === null) {
    throw new TweedieError(
      'usage',
      `${sampler.name} fills in masks, and kernel ${denoiser.process.spec.kernel} has none`,
      {
        hint: 'use the sampler ancestral',
      },
    )
  }
  yield* sampler.run(problemOf(denoiser, options))
}

/** Samples to the end and returns the tokens, `[batch, ...shape]`. */
export async function sampleTokensFinal(
  denoiser: CategoricalDenoiser,
  options: TokenSampleOptions = {},
): Promise<Int32Array> {
  let last: Int32Array | undefined
  for await (const { x } of sampleTokens(denoiser, options)) last = x
  return last!
}

function problemOf(denoiser: CategoricalDenoiser, options: TokenSampleOptions): TokenProblem {
  const { process, shape } = denoiser
  const { conditions, temperature = 1, signal } = options
  const size = sizeOf(shape)
  const steps = options.steps ?? process.spec.steps ?? 256
  if (!Number.isInteger(steps) || steps < 1) {
    throw new TweedieError('usage', `${steps} steps: sampling needs a whole number of them`)
  }
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new TweedieError('usage', `temperature ${temperature}: must be above 0`, {
      hint: '1 leaves the model unchanged',
    })
  }
  const batch = options.batch ?? Math.max(1, (options.fixed?.length ?? 0) / size)
  const fixed = fixedTokens(denoiser, options.fixed, batch)
  const uniforms = keyedByItem<Float64Array>(uniform, size, options)
  const x = new Int32Array(batch * size)
  const draws = new Float64Array(x.length)
  uniforms(draws, -1, 0)
  process.drawPrior(draws, x)
  if (process.mask !== null) fixed.forEach((token, i) => token >= 0 && (x[i] = token))
  return {
    denoiser,
    steps,
    batch,
    x,
    fixed,
    uniforms,
    temperature,
    context: { ...(conditions && { conditions }), ...(signal && { signal }) },
  }
}

/** Tokens to be kept for every item, −1 where there is none. */
function fixedTokens(
  { process: { categories, mask }, shape }: CategoricalDenoiser,
  fixed: ArrayLike<number> | undefined,
  batch: number,
): Int32Array {
  const size = sizeOf(shape)
  const out = new Int32Array(batch * size).fill(-1)
  if (!fixed) return out
  if (fixed.length !== size && fixed.length !== batch * size) {
    throw new TweedieError('shape', `${fixed.length} fixed tokens for ${batch} items of [${shape.join(', ')}]`)
  }
  for (let i = 0; i < out.length; i++) {
    const token = fixed[i % fixed.length]!
    if (token === mask) continue
    if (!Number.isInteger(token) || token < -1 || token >= categories) {
      throw new TweedieError(
        'usage',
        `fixed token ${token} at place ${i % fixed.length}: there are ${categories} categories`,
        {
          hint: 'use -1 for places to fill in',
        },
      )
    }
    out[i] = token
  }
  return out
}
