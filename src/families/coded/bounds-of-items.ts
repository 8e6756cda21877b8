/** The bounds of a data set's first items under a model of codes. */
import type { Program } from '../../engine/runtime/program.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import type { OnItems } from '../bound-items.ts'
import { binarise } from './batches.ts'
import { type BoundRun, BoundSums } from './bound-sums.ts'
import type { CodedModel } from './coded-model.ts'
import { type ModelLaw, reportedLaw } from './law-of.ts'

/** On how many items, and how exactly. */
export interface LikelihoodOptions {
  /** Items: the first ones; all if there are fewer. */
  readonly count: number
  /** Draws of each code for the importance-weighted bound. */
  readonly draws: number
  /** Items at a time. */
  readonly batch: number
  readonly seed: number
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  /** Called as it goes, with shares of 1. */
  readonly onProgress?: ((done: number) => void) | undefined
  /** Called with what all items cost in nats, as the figures count them. */
  readonly onItems?: OnItems<'bound' | 'importance'> | undefined
}

/** So many items, each with so many draws. */
export interface BoundShape {
  readonly items: number
  readonly draws: number
}

/** What has bounds. */
export interface Bounded {
  readonly model: CodedModel
  /** Numbers in all codes of an item. */
  readonly latents: number
  /**
   * Compiles the bound: `x` `[items, ...]` as the network sees items and `noise` `[items · draws · latents]` in, what {@link BoundRun}
   * names out.
   */
  program(law: ModelLaw, shape: BoundShape): Promise<Program>
}

/** The most draws of a code in one run. */
const mostDraws = 25

/**
 * The bounds. Noise depends on the seed and the item alone.
 *
 * @throws TweedieError `data` where the data are not of the model's shape
 */
export async function boundsOfItems(
  { model, latents, program: compiled }: Bounded,
  dataset: ArrayDataset,
  { count: wanted, draws, batch: most, seed, shards, signal, onProgress }: LikelihoodOptions,
): Promise<BoundSums> {
  const { frame } = model
  if (dataset.shape.join() !== frame.item.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model is of [${frame.item.join(', ')}]`,
    )
  }
  const count = Math.min(wanted, dataset.length)
  const items = Math.min(most, count)
  const law = reportedLaw(model.law, model.scale)
  const some = Math.min(mostDraws, draws)
  const sums = new BoundSums(count, latents)
  using program = await compiled(law, { items, draws: some })
  const parts = Math.ceil(draws / some)
  const feeds = {
    x: new Float32Array(items * itemSize(frame.network)),
    noise: new Float32Array(items * some * latents),
  }
  const values = new Float32Array(items * itemSize(frame.item))
  for (let first = 0; first < count; first += items) {
    const now = Math.min(items, count - first)
    const rows = await rowsOf(shards, { name: 'bounds', first, size: items, count }, async () => {
      // the last batch is filled up with its last item
      const indices = Array.from({ length: items }, (_, i) => first + Math.min(i, now - 1))
      loadBatch(dataset, indices, values)
      indices.forEach((index, i) => {
        const own = values.subarray(i * itemSize(frame.item), (i + 1) * itemSize(frame.item))
        if (law.name === 'bernoulli') binarise(own, fold(key(seed), 'binarise', index))
      })
      toNetwork(frame, values, feeds.x)
      const runs: Record<string, Float32Array> = {}
      for (let part = 0; part < parts; part++) {
        const done = part * some
        throwIfAborted(signal)
        indices.forEach((index, i) => {
          const at = i * some * latents
          normal(fold(key(seed), 'code', index), feeds.noise.subarray(at, at + some * latents), done * latents)
        })
        const run = await ran(program, feeds, signal)
        for (const [name, numbers] of Object.entries(run)) runs[`${name} ${part}`] = (numbers as Float32Array).slice()
        onProgress?.((first + (now * Math.min(draws, done + some)) / draws) / count)
      }
      return runs
    })
    if (!rows) continue
    for (let part = 0; part < parts; part++) {
      const counted = Math.min(some, draws - part * some)
      sums.add(runOf(rows, part), { first, now, draws: counted, isFirst: part === 0 })
    }
  }
  shards?.requireAll()
  return sums
}

/** The numbers of one run: `kl 0`, `reconstruction 0`, … */
function runOf(rows: Readonly<Record<string, Float32Array>>, part: number): BoundRun {
  const own = Object.entries(rows).filter(([name]) => name.endsWith(` ${part}`))
  return Object.fromEntries(
    own.map(([name, numbers]) => [name.slice(0, -` ${part}`.length), numbers]),
  ) as unknown as BoundRun
}

async function ran(program: Program, feeds: Record<string, Float32Array>, signal: AbortSignal | undefined) {
  return (await program.run(feeds, {}, signal ? { signal } : {})) as unknown as BoundRun
}
