/** The maps of a trained hierarchy as expressions, and at work on any number of items: batches of one size, compiled once. */
import { constantsOf } from '../../compiled/part-weights.ts'
import { type BatchMap, batchMap } from '../../compiled/batch-map.ts'
import { concat, filled, input, reshape, sizeOf, slice } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { HierarchyNetwork } from '../../engine/nn/hierarchy-network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { generateLevels, inferLevels, networkHierarchy, splitLevels } from '../../diffusion/latent/index.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { expressionOf } from '../coded/law-of.ts'
import type { DrawSetting } from '../coded/painter.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import type { Compiled } from '../warm.ts'
import { type HvaeModel, latentsOf } from './model.ts'

/** A map from the numbers of an item to those of another. */
export interface ItemMap {
  /** Its name, for what keeps compiled graphs. */
  readonly name: string
  /** Numbers of an item that go in. */
  readonly takes: number
  /** @param numbers `[items, takes]` */
  readonly build: (scope: Scope, numbers: Tensor) => Tensor
}

/** Noise of all levels, the lowest first → what the decoder gives. */
export function generatorMap({ network }: Pick<HvaeModel, 'network'>): ItemMap {
  return {
    name: 'generator',
    takes: latentsOf(network),
    build(scope, noise) {
      const hierarchy = networkHierarchy(network, scope)
      return hierarchy.output(generateLevels(hierarchy, splitLevels(noise, hierarchy)))
    },
  }
}

/** The highest code, and noise of all levels behind it → what the decoder gives. */
export function fromTopMap({ network }: Pick<HvaeModel, 'network'>): ItemMap {
  const top = network.latentShapes.at(-1)!
  return {
    name: 'from the top',
    takes: sizeOf(top) + latentsOf(network),
    build(scope, numbers) {
      const hierarchy = networkHierarchy(network, scope)
      const noise = splitLevels(slice(numbers, 1, sizeOf(top)), hierarchy)
      const code = reshape(slice(numbers, 1, 0, sizeOf(top)), [numbers.shape[0]!, ...top])
      return hierarchy.output(generateLevels(hierarchy, noise, code))
    },
  }
}

/** The codes that data are decoded from, the lowest first → what the decoder gives. */
export function decoderMap({ network }: Pick<HvaeModel, 'network'>): ItemMap {
  const latentShapes = network.latentShapes.slice(0, network.outputReads)
  return {
    name: 'decoder',
    takes: latentsOf({ latentShapes }),
    build: (scope, numbers) => network.output(scope, splitLevels(numbers, { latentShapes })),
  }
}

/** An item as the network sees it, and noise of all levels behind it → the codes of all levels. */
export function encoderMap({ network }: Pick<HvaeModel, 'network'>): ItemMap {
  const size = sizeOf(network.inputShape)
  return {
    name: 'encoder',
    takes: size + latentsOf(network),
    build(scope, numbers) {
      const x = reshape(slice(numbers, 1, 0, size), [numbers.shape[0]!, ...network.inputShape])
      return codesOf(network, scope, x, splitLevels(slice(numbers, 1, size), network)).codes
    },
  }
}

/**
 * The codes of items `[items, ...inputShape]`, and their laws.
 *
 * @param noise of each level; left out, every code is the mean of its law given the means before it
 * @returns `[items, latents]` each, the lowest level first
 */
export function codesOf(network: HierarchyNetwork, scope: Scope, x: Tensor, noise?: readonly Tensor[]) {
  const hierarchy = networkHierarchy(network, scope)
  const silence = noise ?? network.latentShapes.map((shape) => filled(0, [1, ...shape]))
  const levels = inferLevels(hierarchy, hierarchy.features(x), silence)
  const all = (of: (level: (typeof levels)[number]) => Tensor): Tensor =>
    concat(
      levels.map((level) => reshape(of(level), [x.shape[0]!, -1])),
      1,
    )
  return {
    codes: all(({ z }) => z),
    mean: all(({ posterior }) => posterior.mean),
    logVariance: all(({ posterior }) => posterior.logVariance),
  }
}

/** The mean of the law of data, from what the decoder gives. */
export function meanOf(model: HvaeModel, output: Tensor): Tensor {
  return expressionOf(model.law).mean(output)
}

/** How far it is. */
export interface CodecWatch {
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * A map of any number of items, `[n, takes]` → `[n, ...]`, flat.
 *
 * @param batch items at a time @param compiled keeps what was compiled
 */
export async function mapped(
  model: HvaeModel,
  setting: DrawSetting,
  { name, takes, build }: ItemMap,
  numbers: Float32Array,
  { batch, compiled, shards, signal, onProgress }: CodecWatch & { readonly batch: number; readonly compiled: Compiled },
): Promise<Float32Array> {
  const count = numbers.length / takes
  const most = Math.min(batch, count)
  const { run } = await compiled(`${name} ${most}`, async () =>
    disposable(
      batchMap(
        {
          what: 'the hierarchy',
          input: { name: 'x', shape: [takes], dtype: 'float32' },
          outputs: (items) => [build(new Scope(), input('x', [items, takes]))],
          batch: most,
        },
        setting.engine,
        { ...sessionOf(setting), constants: constantsOf(model) },
      ),
    ),
  )
  let all: Float32Array | undefined
  for (let first = 0; first < count; first += most) {
    throwIfAborted(signal)
    const now = Math.min(most, count - first)
    const rows = await rowsOf(shards, { name: 'items', first, size: most, count }, async () => {
      const [items] = (await run(numbers.subarray(first * takes, (first + now) * takes), signal)) as [Float32Array]
      return { items }
    })
    if (rows) {
      const size = rows.items.length / now
      all ??= new Float32Array(count * size)
      all.set(rows.items, first * size)
    }
    onProgress?.(first + now, count)
  }
  // a shard may have nothing to do
  return all ?? new Float32Array(0)
}

function disposable(map: BatchMap): BatchMap & Disposable {
  return { ...map, [Symbol.dispose]: () => map.close() }
}
