/**
 * How likely data are under a model of codes, by one draw z from the law of each item's code:
 *
 *     −log p(x) ≤ E_q(z|x)[−log p(x | z) + log q(z | x) − log p(z)],
 *
 * where −log p(z) is the variational bound of the diffusion of codes, or the exact cost by its probability flow. Where q is the exact
 * posterior, every draw gives −log p(x) itself; otherwise the bound is above it by KL(q(z | x) ‖ p(z | x)).
 *
 * Vahdat, Kreis & Kautz, Score-based Generative Modeling in Latent Space (2021), section 3, https://arxiv.org/abs/2106.05931
 */
import { bitsPerDim, type Estimate, estimate } from '../../diffusion/likelihood/units.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, createDataset, itemSize } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { logStretch } from '../coded/likelihood-report.ts'
import { reportedLaw } from '../coded/law-of.ts'
import type { Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { likelihoodOf, type LikelihoodFigure, type LikelihoodOptions } from '../values/likelihood.ts'
import type { Model } from '../values/model.ts'
import { type CodesOf, drawnCodes } from './drawn-codes.ts'
import type { LatentModel } from './model.ts'

/** On how many items, and how exactly. */
export interface LatentLikelihoodOptions extends Pick<
  LikelihoodOptions,
  'bound' | 'flow' | 'shards' | 'signal' | 'onProgress'
> {
  /** Items: the first ones. */
  readonly count: number
  /** Items at a time. */
  readonly batch: number
  readonly seed: number
  /** Data on which variances of the bound are measured. */
  readonly training: ArrayDataset
}

/** The result, of −log p: less is better. */
export interface LatentLikelihood {
  readonly items: number
  readonly dimensions: number
  /** −log p(x | z), in nats. */
  readonly reconstruction: Estimate
  /** log q(z | x) − log p(z) by the bound, and by the flow. */
  readonly rate: { readonly bound?: Estimate; readonly flow?: Estimate }
  /** The bound with that of codes. */
  readonly bound?: LikelihoodFigure | undefined
  /** The bound with the exact cost of codes by their probability flow. */
  readonly flow?: (LikelihoodFigure & { readonly evaluations: number }) | undefined
}

/** Items of which the bound's variances are measured. */
const measured = 64

/** The likelihood of a data set's first items. @throws TweedieError `data` where the data are not of the model's shape */
export async function latentLikelihood(
  model: LatentModel,
  dataset: ArrayDataset,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  options: LatentLikelihoodOptions,
): Promise<LatentLikelihood> {
  const { autoencoder, prior } = model
  const { item } = autoencoder.frame
  if (dataset.shape.join() !== item.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model is of [${item.join(', ')}]`,
    )
  }
  const { batch, seed, shards, signal, training, bound, flow, onProgress } = options
  const count = Math.min(options.count, dataset.length)
  const codesOf: CodesOf = { autoencoder, frame: prior.frame, affine: prior.scale.affine! }
  const draw = { seed, batch, signal, ...setting }
  const first = Int32Array.from({ length: count }, (_, i) => i)
  const drawn = await drawnCodes(codesOf, dataset, {
    ...draw,
    indices: first,
    shards,
    onProgress: (share) => onProgress?.(0.1 * share),
  })
  const some = Math.min(measured, training.length)
  const spread = Int32Array.from({ length: some }, (_, i) => Math.floor((i * training.length) / some))
  const known = await drawnCodes(codesOf, training, { ...draw, shards: undefined, indices: spread })
  const costs: Record<'bound' | 'flow', number[]> = { bound: [], flow: [] }
  const report = await likelihoodOf(seeingCodes(prior), asSeen(prior, dataset, first, drawn.seen), setting.engine, {
    count,
    batch,
    seed,
    training: asSeen(prior, training, spread, known.seen),
    bound,
    flow,
    shards,
    signal,
    onProgress: (share) => onProgress?.(0.1 + 0.9 * share),
    onItems: (kind, nats) => costs[kind].push(...nats),
    ...sessionOf(setting),
  })
  return { ...figuresOf(model, drawn, costs, report.flow?.evaluations), items: count }
}

function figuresOf(
  { autoencoder: { frame, scale, law } }: LatentModel,
  { reconstruction, density }: Awaited<ReturnType<typeof drawnCodes>>,
  costs: Readonly<Record<'bound' | 'flow', readonly number[]>>,
  evaluations = 0,
): Omit<LatentLikelihood, 'items'> {
  const dimensions = itemSize(frame.item)
  const stretch = reportedLaw(law, scale).name === 'gaussian' ? logStretch(scale) : 0
  const rateOf = (each: readonly number[]): Float64Array => density.map((log, i) => log + each[i]!)
  const figure = (each: readonly number[]): LikelihoodFigure => {
    const nats = rateOf(each).map((rate, i) => rate + reconstruction[i]! + stretch)
    return { nats: estimate(nats), bitsPerDim: estimate(nats.map((total) => bitsPerDim(total, dimensions))) }
  }
  const { bound, flow } = costs
  return {
    dimensions,
    reconstruction: estimate(reconstruction.map((each) => each + stretch)),
    rate: {
      ...(bound.length > 0 && { bound: estimate(rateOf(bound)) }),
      ...(flow.length > 0 && { flow: estimate(rateOf(flow)) }),
    },
    ...(bound.length > 0 && { bound: figure(bound) }),
    ...(flow.length > 0 && { flow: { ...figure(flow), evaluations } }),
  }
}

const unscaled = { shift: [0], scale: [1] }

/** The model of codes, for codes as its network sees them, padding and patches included. */
function seeingCodes(prior: Model): Model {
  const { network } = prior.frame
  return { ...prior, frame: frameOf(network), scale: { ...prior.scale, shape: network, affine: unscaled } }
}

/** Codes as the network sees them, as data with the classes and other conditions of their items. */
function asSeen(prior: Model, of: ArrayDataset, indices: Int32Array, seen: Float32Array): ArrayDataset {
  const { labels, conditions = {} } = of
  const picked = Object.entries(conditions).map(([name, values]) => {
    const size = values.length / of.length
    const pick = (_: unknown, i: number): number => values[indices[Math.floor(i / size)]! * size + (i % size)]!
    const length = indices.length * size
    return [
      name,
      values instanceof Int32Array ? Int32Array.from({ length }, pick) : Float32Array.from({ length }, pick),
    ]
  })
  return createDataset({
    name: of.name,
    kind: 'points',
    shape: prior.frame.network,
    data: seen,
    affine: unscaled,
    ...(labels && { labels: indices.map((index) => labels[index]!) }),
    ...(picked.length > 0 && { conditions: Object.fromEntries(picked) as NonNullable<ArrayDataset['conditions']> }),
  })
}
