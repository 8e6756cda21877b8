/** How likely data are under an autoencoder: its bounds, item by item, and what its codes are used for. */
import { sizeOf } from '../../engine/graph/index.ts'
import type { Program } from '../../engine/runtime/program.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { activeUnits } from '../../diffusion/latent/index.ts'
import { bitsPerDim, type Estimate, estimate } from '../../diffusion/likelihood/units.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { affineOf, loadBatch } from '../../files/data/normalise.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { Setting } from '../family.ts'
import { binarise } from './batches.ts'
import { type BoundOutput, boundProgram } from './bound-program.ts'
import { reportedLaw } from './law-of.ts'
import type { VaeModel } from './model.ts'
import { BoundSums } from './bound-sums.ts'

/** On how many items, and how exactly. */
export interface LikelihoodOptions {
  /** Items: the first ones; all if there are fewer. */
  readonly count: number
  /** Draws of each code for the importance-weighted bound. */
  readonly draws: number
  /** Items at a time. */
  readonly batch: number
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Called as it goes, with shares of 1. */
  readonly onProgress?: ((done: number) => void) | undefined
}

/** Of −log p: less is better. */
export interface Figure {
  /** Of an item, in the data's own values. */
  readonly nats: Estimate
  /** The same per dimension, in bits. */
  readonly bitsPerDim: Estimate
}

/** The result. */
export interface VaeLikelihood {
  readonly items: number
  readonly dimensions: number
  /** −ELBO. */
  readonly elbo: Figure
  /** The importance-weighted bound of so many draws. */
  readonly importance: Figure & { readonly draws: number }
  /** The terms of −ELBO, in nats. */
  readonly reconstruction: Estimate
  readonly kl: Estimate
  /** The divergence of each dimension of a code, or channel, the mean over items, in nats. */
  readonly klByLatent: readonly number[]
  /** Numbers of a code, and how many of them are in use. */
  readonly latents: number
  readonly activeUnits: number
  /** Of images: of reconstructions from mean codes, in decibels, the mean over items; the peak is white against black. */
  readonly psnr?: Estimate | undefined
}

/** The most draws of a code in one run. */
const mostDraws = 25

/**
 * The likelihood of a data set's first items. Noise depends on the seed and the item alone.
 *
 * @throws TweedieError `data` where the data are not of the model's shape
 */
export async function vaeLikelihood(
  model: VaeModel,
  dataset: ArrayDataset,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  { count: wanted, draws, batch: most, seed, signal, onProgress }: LikelihoodOptions,
): Promise<VaeLikelihood> {
  const { frame, autoencoder, scale } = model
  if (dataset.shape.join() !== frame.item.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model is of [${frame.item.join(', ')}]`,
    )
  }
  const count = Math.min(wanted, dataset.length)
  const items = Math.min(most, count)
  const law = reportedLaw(model.law, scale)
  const latent = sizeOf(autoencoder.latentShape)
  const some = Math.min(mostDraws, draws)
  const sums = new BoundSums(count, autoencoder.latentShape)
  using program = await boundProgram(model, law, { items, draws: some }, setting)
  const feeds = {
    x: new Float32Array(items * itemSize(frame.network)),
    noise: new Float32Array(items * some * latent),
  }
  const values = new Float32Array(items * itemSize(frame.item))
  for (let first = 0; first < count; first += items) {
    const now = Math.min(items, count - first)
    // the last batch is filled up with its last item
    const indices = Array.from({ length: items }, (_, i) => first + Math.min(i, now - 1))
    loadBatch(dataset, indices, values)
    indices.forEach((index, i) => {
      const own = values.subarray(i * itemSize(frame.item), (i + 1) * itemSize(frame.item))
      if (law.name === 'bernoulli') binarise(own, fold(key(seed), 'binarise', index))
    })
    toNetwork(frame, values, feeds.x)
    for (let done = 0; done < draws; done += some) {
      throwIfAborted(signal)
      indices.forEach((index, i) => {
        const at = i * some * latent
        normal(fold(key(seed), 'code', index), feeds.noise.subarray(at, at + some * latent), done * latent)
      })
      sums.add(await ran(program, feeds, signal), {
        first,
        now,
        draws: Math.min(some, draws - done),
        isFirst: done === 0,
      })
      onProgress?.((first + (now * Math.min(draws, done + some)) / draws) / count)
    }
  }
  return reportOf(sums, draws, model, law.name === 'gaussian' ? logStretch(model) : 0)
}

async function ran(program: Program, feeds: Record<string, Float32Array>, signal: AbortSignal | undefined) {
  return (await program.run(feeds, {}, signal ? { signal } : {})) as Record<BoundOutput, Float32Array>
}

function reportOf(sums: BoundSums, draws: number, { frame, scale }: VaeModel, stretch: number): VaeLikelihood {
  const dimensions = itemSize(frame.item)
  const figure = (values: Float64Array): Figure => {
    const nats = values.map((each) => each + stretch)
    return { nats: estimate(nats), bitsPerDim: estimate(nats.map((each) => bitsPerDim(each, dimensions))) }
  }
  const { reconstruction, kl, importance, means, latents } = sums
  return Object.freeze({
    items: sums.count,
    dimensions,
    elbo: figure(reconstruction.map((each, i) => each + kl[i]!)),
    importance: { ...figure(importance(draws)), draws },
    reconstruction: estimate(reconstruction.map((each) => each + stretch)),
    kl: estimate(kl),
    klByLatent: Array.from(sums.klByLatent),
    latents,
    activeUnits: activeUnits(means, latents),
    ...(scale.kind === 'image' && { psnr: estimate(sums.squaredError.map((error) => 10 * Math.log10(4 / error))) }),
  })
}

/** The logarithm of the volume of the data's values for a unit volume of the network's: densities are of the former. */
function logStretch({ scale }: VaeModel): number {
  const factors = affineOf(scale).scale
  const each = itemSize(scale.shape) / factors.length
  return factors.reduce((total, factor) => total + each * Math.log(factor), 0)
}
