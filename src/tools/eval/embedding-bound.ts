/**
 * The variational bound of a model of noisy embeddings. Its latents are x_t = α_t EMB(w) + σ_t ε from t = 1 down to a time t₀ at
 * which some noise is left, and there they are rounded:
 *
 *     −log p(w) ≤ D_KL(q(x₁ | w) ‖ N(0, I))
 *               + Σ ½ (SNR(s) − SNR(t)) E |EMB(w) − x̂₀(x_t, t)|²      s the time before t, t₀ … 1
 *               − E log p(w | x_{t₀}),                                 SNR = α²/σ².
 *
 * The middle terms are D_KL(q(x_s | x_t, w) ‖ p(x_s | x_t)) for a reverse step of the posterior's mean and variance. Tokens are
 * discrete and the last term is a probability, so this bounds bits of text, as the bounds of discrete processes do. (The loss of
 * training weights all times alike, and does not.)
 *
 * - Diffusion-LM Improves Controllable Text Generation (Li et al., 2022), equation 2, https://arxiv.org/abs/2205.14217
 * - Variational Diffusion Models (Kingma et al., 2021), equation 13, https://arxiv.org/abs/2107.00630
 */
import { type BoundTerms, sumPerItem, withTotal } from '../../diffusion/denoise/bound-terms.ts'
import { type Denoiser, sizeOf } from '../../diffusion/denoise/denoiser.ts'
import { type EmbeddingTable, embeddingTable, embedTokens, roundingLogits } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { jump } from '../../diffusion/noise/kernel.ts'
import type { Schedule } from '../../diffusion/noise/schedule.ts'
import { fold, key, normal, uniform } from '../../engine/random/index.ts'

/** How to work it out. */
export interface EmbeddingBoundOptions {
  /** t₀; see {@link roundingTime}. */
  readonly from: number
  /** Steps from t = 1 to t₀; default 1000. */
  readonly steps?: number | undefined
  /** How many of them are evaluated, one from each of so many equal strata; default all. */
  readonly terms?: number | undefined
  /** Decides noise and the choice of terms; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** The number of the first item within all, when they come in batches. */
  readonly firstItem?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each term. */
  readonly onTerm?: ((done: number, total: number) => void) | undefined
}

/** The default number of steps. */
export const embeddingBoundSteps = 1000

/** Tokens whose probabilities are in memory at a time. */
const atOnce = 64

/** Nats a token that rounding may cost where {@link roundingTime} puts it. */
const cheap = 0.01

/**
 * The bound of some items; `decoder` is what rounding costs.
 *
 * @param denoiser of items `[L, d]`
 * @param tokens w, `[batch, L]`
 * @throws TweedieError `usage` for a `from` without noise, or counts that make no sense
 * @example
 * const { total } = await embeddingBound(denoiser, table, tokens, { from: roundingTime(schedule, table, tokens) })
 */
export async function embeddingBound(
  denoiser: Denoiser,
  table: EmbeddingTable,
  tokens: Int32Array,
  options: EmbeddingBoundOptions,
): Promise<BoundTerms> {
  const { schedule, shape } = denoiser
  const { from, steps = embeddingBoundSteps, seed = 0, firstItem = 0, signal, onTerm } = options
  const strata = Math.min(steps, options.terms ?? steps)
  check(schedule, { from, steps, strata })
  const clean = embedTokens(table, tokens)
  const size = sizeOf(shape)
  const batch = clean.length / size
  const z = new Float32Array(clean.length)
  const draws = uniform(fold(key(seed), 'bound'), new Float64Array(strata))
  const timeOf = (step: number): number => from + ((1 - from) * step) / steps

  /** x_t of each item, the same whatever batch the item is in. */
  const noisy = (t: number, term: number): Float32Array => {
    for (let item = 0; item < batch; item++) {
      normal(fold(key(seed), 'sample', firstItem + item, term), z.subarray(item * size, (item + 1) * size))
    }
    return jump(schedule, t, clean, z)
  }

  const prior = sumPerItem(batch, size, (i) => divergenceAtEnd(schedule, clean[i]!))
  const transitions: BoundTerms['transitions'][number][] = []
  for (let j = 0; j < strata; j++) {
    throwIfAborted(signal)
    const step = 1 + Math.floor(((j + draws[j]!) / strata) * steps)
    const [s, t] = [timeOf(step - 1), timeOf(step)]
    const mean = await denoiser.denoise(noisy(t, j), t, signal ? { signal } : {})
    const half = (snr(schedule, s) - snr(schedule, t)) / 2
    const nats = sumPerItem(batch, size, (i) => half * (clean[i]! - mean[i]!) ** 2)
    transitions.push(Object.freeze({ s, t, weight: steps / strata, nats }))
    onTerm?.(j + 1, strata)
  }
  const rounding = roundingNats(schedule, from, table, noisy(from, strata), tokens)
  const length = tokens.length / batch
  return withTotal({ prior, transitions, decoder: sumPerItem(batch, length, (i) => rounding[i]!) })
}

/**
 * The latest time at which x_t still tells the tokens apart, for {@link cheap} nats each: no reverse step has to be
 * made before it. It depends on the embeddings alone; it must not be chosen on the items that are judged.
 *
 * @param tokens of the data, a few hundred
 */
export function roundingTime(
  schedule: Schedule,
  table: EmbeddingTable,
  tokens: Int32Array,
  seed: number | bigint | string = 0,
): number {
  const clean = embedTokens(table, tokens)
  const z = normal(fold(key(seed), 'rounding'), new Float32Array(clean.length))
  const costs = (t: number): number => {
    const nats = roundingNats(schedule, t, table, jump(schedule, t, clean, z), tokens)
    return nats.reduce((sum, each) => sum + each / nats.length, 0)
  }
  let [low, high] = [0, 1]
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2
    if (costs(middle) < cheap) low = middle
    else high = middle
  }
  // if embeddings lie close together, the earliest time with noise
  return low > 0 || schedule.sigma(0) > 0 ? low : high
}

/** −log p(w | x_t) of each token: the posterior of the token by Bayes' rule, with all tokens equally frequent. */
function roundingNats(
  schedule: Schedule,
  t: number,
  { tokens: count, features, vectors }: EmbeddingTable,
  x: Float32Array,
  tokens: Int32Array,
): Float64Array {
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  // in units of σ the noise is 1, which rounding assumes
  const points = vectors.map((value) => (alpha / sigma) * value)
  const scaled = embeddingTable(points, count)
  const nats = new Float64Array(tokens.length)
  for (let first = 0; first < tokens.length; first += atOnce) {
    const some = x.subarray(first * features, (first + atOnce) * features).map((value) => value / sigma)
    const logits = roundingLogits(scaled, some)
    for (let i = 0; i < some.length / features; i++) nats[first + i] = -logits[i * count + tokens[first + i]!]!
  }
  return nats
}

/** D_KL(N(α₁ x, σ₁²) ‖ N(0, s²)) with s² = α₁² + σ₁², where samplers start. */
function divergenceAtEnd(schedule: Schedule, x: number): number {
  const [signal, noise] = [schedule.alpha(1) ** 2, schedule.sigma(1) ** 2]
  const ratio = noise / (signal + noise)
  return ((signal * x ** 2) / (signal + noise) + ratio - 1 - Math.log(ratio)) / 2
}

const snr = (schedule: Schedule, t: number): number => (schedule.alpha(t) / schedule.sigma(t)) ** 2

function check(schedule: Schedule, { from, steps, strata }: Record<'from' | 'steps' | 'strata', number>): void {
  if (!(from >= 0 && from < 1 && schedule.sigma(from) > 0)) {
    throw new TweedieError('usage', `rounding at time ${from}: there must be noise there, and more of it later`, {
      hint: 'roundingTime(schedule, table, tokens)',
    })
  }
  for (const [what, value] of Object.entries({ steps, terms: strata })) {
    if (Number.isInteger(value) && value > 0) continue
    throw new TweedieError('usage', `${value} ${what} of the bound: must be a positive whole number`)
  }
}
