/** The bounds of a data set's first items under a model of codes. */
import type { Program } from '../../engine/runtime/program.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { throwIfAborted } from '../../interrupted.ts'
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
  readonly signal?: AbortSignal | undefined
  /** Called as it goes, with shares of 1. */
  readonly onProgress?: ((done: number) => void) | undefined
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
  { count: wanted, draws, batch: most, seed, signal, onProgress }: LikelihoodOptions,
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
  const feeds = {
    x: new Float32Array(items * itemSize(frame.network)),
    noise: new Float32Array(items * some * latents),
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
        const at = i * some * latents
        normal(fold(key(seed), 'code', index), feeds.noise.subarray(at, at + some * latents), done * latents)
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
  return sums
}

async function ran(program: Program, feeds: Record<string, Float32Array>, signal: AbortSignal | undefined) {
  return (await program.run(feeds, {}, signal ? { signal } : {})) as unknown as BoundRun
}
