/** How likely items are under a flow, exactly: nats, and bits per dimension of pictures. */
import { flowDensity } from '../../compiled/flow-density.ts'
import { bitsPerDim, type Estimate, estimate } from '../../diffusion/likelihood/units.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { fold, key } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { conditionsFrom, conditionSource } from '../../tools/train/draws.ts'
import type { OnItems } from '../bound-items.ts'
import type { FlowModel } from './model.ts'
import { dequantise, unitsOf } from './shades.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/** On how many items, and how exactly. */
export interface FlowLikelihoodOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items; default 1000, or as many as there are: the first ones. */
  readonly count?: number | undefined
  /** Items at a time; default 64. */
  readonly batch?: number | undefined
  /** Decides the noise within the shades; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** How many draws of that noise for each item; default 4. Without shades there is one, and no noise. */
  readonly dequantisations?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number) => void) | undefined
  /** Called with −log p of all items in nats, as the figures count them. */
  readonly onItems?: OnItems<'exact'> | undefined
}

/** The result. Both units are of −log p: less is better. */
export interface FlowLikelihood {
  readonly items: number
  readonly dimensions: number
  readonly dequantisations: number
  /** −log p of an item, of its shades or of its density in the units of the data; the standard error is over items. */
  readonly nats: Estimate
  readonly bitsPerDim: Estimate
  /** The tighter bound −log (1/K) Σ p(k + u_j) of K draws, in bits per dimension, where there are several. */
  readonly tighter?: Estimate | undefined
  /** The share of numbers that met a spline outside its box. */
  readonly outside: number
}

/**
 * The likelihood of a data set's items. Of pictures, it is E log p(k + u), at most log P(k): a bound that is exact up to the noise.
 *
 * @throws TweedieError `data` where items are not of the model's shape, `usage` for counts that make no sense
 * @example
 * const { bitsPerDim } = await flowLikelihood(model, heldOut, engine)
 */
export async function flowLikelihood(
  model: FlowModel,
  dataset: ArrayDataset,
  engine: Engine,
  options: FlowLikelihoodOptions = {},
): Promise<FlowLikelihood> {
  const { frame, scale, shades, network } = model
  const { seed = 0, shards, signal, onProgress, device, threads } = options
  if (dataset.shape.join() !== frame.item.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model is of [${frame.item.join(', ')}]`,
    )
  }
  const draws = shades === null ? 1 : (options.dequantisations ?? 4)
  const count = Math.min(dataset.length, options.count ?? 1000)
  const batch = Math.min(count, options.batch ?? 64)
  for (const value of [draws, count, batch]) {
    if (Number.isInteger(value) && value > 0) continue
    throw new TweedieError(
      'usage',
      `${count} items in batches of ${batch}, ${draws} draws: must be positive whole numbers`,
    )
  }
  const session = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  using density = await flowDensity(model, engine, { batch, ...session })
  const alike = withFacts(dataset, { range: scale.range, affine: scale.affine })
  const labels = dataset.labels ?? new Int32Array(dataset.length).fill(model.unconditionalLabel ?? 0)
  if (!dataset.labels && model.classNames.length > 0 && model.unconditionalLabel === undefined) {
    throw new TweedieError('data', `${dataset.name}: has no classes, and the model needs one for each item`)
  }
  const source = { ...conditionSource(dataset), labels }
  const units = unitsOf(scale, shades, itemSize(frame.network))
  const stream = fold(key(seed), 'dequantise')
  const size = itemSize(frame.network)
  const costs: Float64Array[] = Array.from({ length: count }, () => new Float64Array(draws))
  let outside = 0
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const indices = Int32Array.from({ length: now }, (_, i) => first + i)
    const rows = await rowsOf(shards, { name: 'densities', first, size: batch, count }, async () => {
      const items = loadBatch(alike, indices, new Float32Array(now * itemSize(frame.item)))
      const clean = toNetwork(frame, items, new Float32Array(now * size))
      const conditions = conditionsFrom(network.conditions, source, indices)
      const found = { logs: new Float64Array(draws * now), outside: new Float64Array(draws) }
      for (let draw = 0; draw < draws; draw++) {
        const x = clean.slice()
        for (let i = 0; i < (shades === null ? 0 : now); i++) {
          dequantise(x.subarray(i * size, (i + 1) * size), shades!, fold(stream, first + i, draw))
        }
        const result = await density.of(x, { conditions, signal })
        found.logs.set(result.logDensity, draw * now)
        found.outside[draw] = result.outside
        onProgress?.((first + (now * (draw + 1)) / draws) / count)
      }
      return found
    })
    if (!rows) continue
    for (let draw = 0; draw < draws; draw++) {
      for (let i = 0; i < now; i++) costs[first + i]![draw] = units - rows.logs[draw * now + i]!
      outside += (rows.outside[draw]! * now) / (count * draws)
    }
  }
  shards?.requireAll()
  const dimensions = itemSize(frame.item)
  const nats = costs.map((each) => each.reduce((a, b) => a + b, 0) / draws)
  options.onItems?.('exact', Float64Array.from(nats))
  return Object.freeze({
    items: count,
    dimensions,
    dequantisations: draws,
    nats: estimate(nats),
    bitsPerDim: estimate(nats.map((value) => bitsPerDim(value, dimensions))),
    ...(draws > 1 && { tighter: estimate(costs.map((each) => bitsPerDim(logMean(each), dimensions))) }),
    outside,
  })
}

/** −log of the mean of e^−cost. */
function logMean(costs: Float64Array): number {
  const least = Math.min(...costs)
  return least - Math.log(costs.reduce((sum, cost) => sum + Math.exp(least - cost), 0) / costs.length)
}
