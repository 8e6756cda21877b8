/**
 * How likely data are under a model, in the data's own units: bits per dimension for images, nats for anything else.
 *
 * An image's bytes are one of 256^d values (images of fewer shades: of as many). The bound gives each a probability by its
 * decoder; the flow has a density, and with noise u ~ U[0, 1) on the values E log p(x + u) is at most the log-probability of
 * the value: both are code lengths.
 * Where images were padded for the network, the padding's cost counts too.
 */
import { itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset, DataScale } from '../../files/data/dataset.ts'
import { affineOf, areBytes } from '../../files/data/normalise.ts'
import { promptEncoder } from '../../compiled/prompts/prompt-encoder.ts'
import { defined } from '../defined.ts'
import { conditioned } from '../../diffusion/denoise/conditions.ts'
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { knowsDivergence } from '../../diffusion/denoise/divergence.ts'
import { predictsVariance } from '../../diffusion/denoise/learned-variance.ts'
import { TweedieError } from '../../errors.ts'
import { type OdeLikelihoodOptions, odeLikelihood } from '../../diffusion/likelihood/ode-likelihood.ts'
import { bitsPerDim, type Estimate, estimate } from '../../diffusion/likelihood/units.ts'
import { boundTimes, variationalBound } from '../../diffusion/likelihood/variational-bound.ts'
import { modelDivergence } from '../../compiled/divergence.ts'
import { modelDenoiser } from '../../compiled/denoiser.ts'
import { clippedAs } from '../../compiled/sampling.ts'
import { requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'
import { fold, key, uniform } from '../../engine/random/index.ts'
import type { Schedule } from '../../diffusion/noise/schedule.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { tableTimes } from '../../diffusion/sample/table-times.ts'
import { measureVariances, feederOf } from './bound-variances.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'

/** What to work out, on how many items. */
export interface LikelihoodOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items; default 64, or as many as there are: the first ones. */
  readonly count?: number | undefined
  /** Items at a time; default 16. */
  readonly batch?: number | undefined
  /** Decides noise, probes and dequantisation; default 0. */
  readonly seed?: number | bigint | string | undefined
  /**
   * How many equally spaced values an element of an image can take; default 256 where images are bytes, else any number, of which
   * there is a density. Images of fewer shades cost fewer bits, and what they cost is told apart from how well the network knows
   * that there are no shades in between.
   */
  readonly values?: number | undefined
  /**
   * Data on which variances are measured: those of training, so that the judged items have no influence on them;
   * default `dataset`.
   */
  readonly training?: ArrayDataset | undefined
  /** The variational bound, unless false; its settings. */
  readonly bound?: false | ModelBoundOptions | undefined
  /** The probability flow, unless false; its settings. */
  readonly flow?: false | Pick<OdeLikelihoodOptions, 'solver' | 'trace' | 'from'> | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  /** Called as it goes, with shares of 1. */
  readonly onProgress?: ((done: number) => void) | undefined
  /** Called with −log p in nats of the next items, as the figures count them. */
  readonly onItems?: ((kind: 'bound' | 'flow', nats: Float64Array) => void) | undefined
}

/** How to work out the bound of a model. */
export interface ModelBoundOptions {
  /** As in {@link variationalBound}; `analytic` measures E Var[x₀ | x_t] on training data (Analytic-DPM). */
  readonly variance?: 'small' | 'large' | 'learned' | 'analytic' | undefined
  /**
   * The decoder's variance: `fitted` (default) on training data, the same whatever `variance` is; `step` — what `variance`
   * makes of the step from t₁ to 0.
   */
  readonly decoder?: 'fitted' | 'step' | undefined
  /** Whether the mean is clipped, as samplers do; default: as the model's folder says, and points never. */
  readonly clip?: boolean | undefined
  /** On how many items variances are measured; default 64. */
  readonly measureOn?: number | undefined
  /** Steps of the reverse process; default all levels of the table, or 1000. */
  readonly steps?: number | undefined
  /** How many of its terms are evaluated; default 100. */
  readonly terms?: number | undefined
}

/** The likelihood of one kind. Both units are of −log p: less is better. */
export interface LikelihoodFigure {
  /** −log p of an item in nats, in the data's own values; for images of the bytes. */
  readonly nats: Estimate
  /** The same per dimension, in bits. */
  readonly bitsPerDim: Estimate
}

/** The result. */
export interface LikelihoodReport {
  readonly items: number
  readonly dimensions: number
  /** The variational bound, and its parts in bits per dimension. */
  readonly bound?: LikelihoodFigure & {
    readonly parts: { readonly prior: number; readonly transitions: number; readonly decoder: number }
    /** The decoder's standard deviation, as the network sees data, where it was fitted. */
    readonly decoderSigma: number | undefined
  }
  /** The likelihood of the probability flow, and evaluations of the network per batch. */
  readonly flow?: LikelihoodFigure & { readonly evaluations: number }
}

/** The default number of evaluated terms of the bound. */
const defaultTerms = 100
/** The default number of steps of the bound in continuous time. */
const defaultSteps = 1000
/** The default number of items on which variances are measured. */
const defaultMeasured = 64

/**
 * The likelihood of a data set's items under a model.
 *
 * @throws TweedieError `data` where the data are not of the model's shape, `usage` for counts that make no sense
 * @example
 * const { bound, flow } = await likelihoodOf(model, heldOut, engine, { count: 64 })
 * bound.bitsPerDim // { value: 3.41, standardError: 0.02 }
 */
export async function likelihoodOf(
  model: Model,
  dataset: ArrayDataset,
  engine: Engine,
  options: LikelihoodOptions = {},
): Promise<LikelihoodReport> {
  const { frame, schedule, scale } = model
  const { seed = 0, bound = {}, flow = {}, signal, onProgress, onItems } = options
  const { device, threads, shards } = options
  requirePosterior(model, 'a likelihood')
  if (dataset.shape.join() !== frame.item.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model is of [${frame.item.join(', ')}]`,
    )
  }
  const count = Math.min(dataset.length, options.count ?? 64)
  const batch = Math.min(count, options.batch ?? 16)
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(batch) && batch > 0)) {
    throw new TweedieError('usage', `${count} items in batches of ${batch}: both must be positive whole numbers`)
  }
  const values = valuesOf(scale, options.values)
  const dimensions = itemSize(frame.item)
  const figures = { bound: new Bounds(), flow: new Figures() }
  let evaluations = 0
  const session = {
    batch,
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
  }
  using denoiser = await (flow ? modelDivergence : modelDenoiser)(model, engine, session)
  const stretch = stretchOf(model)
  /** The logarithm of the volume of one value's bin, in the data's own units. */
  const width = values ? itemSize(frame.network) * Math.log((scale.range[1] - scale.range[0]) / (values - 1)) : 0
  const bins = values ? { count: values } : undefined
  using words = model.words && promptEncoder(model.words, engine, defined({ device, threads }))
  const feed = feederOf(model, words)
  const times = bound ? timesOf(schedule, bound.steps) : []
  const terms = (bound && bound.terms) || defaultTerms
  const seen = bound ? clippedToo(model, denoiser, bound.clip) : denoiser
  const variances =
    bound &&
    (await measureVariances({
      denoiser: seen,
      batch,
      data: options.training ?? dataset,
      items: bound.measureOn ?? defaultMeasured,
      seed,
      posterior: bound.variance === 'analytic' ? boundTimes(times, { terms, seed }) : [],
      decoder: bound.decoder === 'step' ? undefined : times[0],
      bins,
      feed,
      signal,
    }))

  for (let first = 0; first < count; first += batch) {
    const items = Math.min(batch, count - first)
    const done = (share: number): void => onProgress?.((first + items * share) / count)
    const indices = Int32Array.from({ length: items }, (_, i) => first + i)
    const common = { seed, firstItem: first, ...(signal && { signal }) }
    const place = { first, size: batch, count }
    if (bound && variances) {
      const { posterior, decoder } = variances
      const variance = bound.variance === 'analytic' ? (t: number) => posterior.get(t)! : bound.variance
      const result = await rowsOf(shards, { name: 'bounds', ...place }, async () => {
        const { x0, conditions } = await feed(dataset, indices)
        const {
          total,
          prior,
          decoder: last,
        } = await variationalBound(conditioned(seen, conditions), x0, {
          times,
          terms,
          ...(variance && { variance }),
          ...(decoder !== undefined && { decoderVariance: decoder }),
          ...(bins && { bins }),
          ...common,
          onTerm: (at, of) => done(((flow ? 0.5 : 1) * at) / of),
        })
        return { total, prior, decoder: last }
      })
      if (result) {
        const nats = figures.bound.add(result.total, values ? 0 : stretch)
        onItems?.('bound', nats)
        figures.bound.addParts(result)
      }
    }
    if (flow && knowsDivergence(denoiser)) {
      const result = await rowsOf(shards, { name: 'densities', ...place }, async () => {
        const { x0, conditions } = await feed(dataset, indices)
        if (values) dequantise(x0, itemSize(frame.network), 2 / (values - 1), { seed, first })
        const { logDensity, evaluations: taken } = await odeLikelihood(conditioned(denoiser, conditions), x0, {
          ...flow,
          ...common,
          onStep: (t) => done(0.5 + t / 2),
        })
        return { logDensity, taken: Float64Array.of(taken) }
      })
      if (result) {
        const cost = result.logDensity.map((log) => -log)
        const nats = figures.flow.add(cost, stretch - width)
        onItems?.('flow', nats)
        evaluations = Math.max(evaluations, result.taken[0]!)
      }
    }
  }
  shards?.requireAll()
  onProgress?.(1)
  const decoderSigma = variances && variances.decoder !== undefined ? Math.sqrt(variances.decoder) : undefined
  return Object.freeze({
    items: count,
    dimensions,
    ...(bound && {
      bound: { ...figures.bound.figure(dimensions), parts: figures.bound.parts(dimensions), decoderSigma },
    }),
    ...(flow && { flow: { ...figures.flow.figure(dimensions), evaluations } }),
  })
}

/** How many values an element can take, if it is not any number. */
export function valuesOf(scale: DataScale, asked: number | undefined): number | undefined {
  return asked ?? (areBytes(scale) ? 256 : undefined)
}

/** A denoiser with its mean clipped, which predicts variances if it did. */
function clippedToo(model: Model, denoiser: Denoiser, clip: boolean | undefined): Denoiser {
  const mean = clippedAs(model, denoiser, clip)
  if (mean === denoiser) return denoiser
  return predictsVariance(denoiser) ? Object.freeze({ ...mean, fraction: denoiser.fraction }) : mean
}

/** Rising times: the levels that n steps of a sampler visit, or all; equal steps where there are no levels. */
function timesOf({ table }: Schedule, steps = table?.steps ?? defaultSteps): number[] {
  if (table) return tableTimes(table, steps, { spacing: 'trailing' }).slice(0, -1).reverse()
  return Array.from({ length: steps }, (_, i) => (i + 1) / steps)
}

/** Gathers −log p of items. */
class Figures {
  readonly #nats: number[] = []

  /** Takes items in, and gives them in the data's values; `stretch` is the logarithm of the volume that a unit of the network's values has in the data's. */
  add(nats: Float64Array, stretch: number): Float64Array {
    const own = nats.map((each) => each + stretch)
    this.#nats.push(...own)
    return own
  }

  get count(): number {
    return this.#nats.length
  }

  figure(dimensions: number): LikelihoodFigure {
    return {
      nats: estimate(this.#nats),
      bitsPerDim: estimate(this.#nats.map((nats) => bitsPerDim(nats, dimensions))),
    }
  }
}

/** The same for bounds, with their parts. */
class Bounds extends Figures {
  readonly #sums = { prior: 0, transitions: 0, decoder: 0 }

  addParts({ prior, decoder, total }: Readonly<Record<'prior' | 'decoder' | 'total', Float64Array>>): void {
    prior.forEach((nats, i) => {
      this.#sums.prior += nats
      this.#sums.decoder += decoder[i]!
      this.#sums.transitions += total[i]! - nats - decoder[i]!
    })
  }

  parts(dimensions: number): { prior: number; transitions: number; decoder: number } {
    const { prior, transitions, decoder } = this.#sums
    const bits = (nats: number): number => bitsPerDim(nats / this.count, dimensions)
    return { prior: bits(prior), transitions: bits(transitions), decoder: bits(decoder) }
  }
}

/** Σ log scale over what the network sees: a density of its values is so much larger than one of the data's. */
function stretchOf({ scale, frame }: Pick<Model, 'scale' | 'frame'>): number {
  const { scale: factors } = affineOf(scale)
  return (itemSize(frame.network) / factors.length) * factors.reduce((sum, factor) => sum + Math.log(factor), 0)
}

/** Values, as the network sees them, are spread over their bins: u − ½ of a bin's width with u ~ U[0, 1) is added. */
function dequantise(
  values: Float32Array,
  size: number,
  width: number,
  { seed, first }: { readonly seed: number | bigint | string; readonly first: number },
): void {
  for (let at = 0; at < values.length; at += size) {
    const u = uniform(fold(key(seed), 'dequantise', first + at / size), new Float64Array(size))
    for (let i = 0; i < size; i++) values[at + i]! += (u[i]! - 0.5) * width
  }
}
