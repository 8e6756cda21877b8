/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Where in an image a network looks at which word: the weights of its attention to a context, as maps.
 *
 * Tang et al., What the DAAM: Interpreting Stable Diffusion Using Cross Attention (2022), https://arxiv.org/abs/2210.04885
 */
import type { DenoiseContext, FloatArray } from '../diffusion/denoise/denoiser.ts'
import type { Schedule } from '../diffusion/noise/schedule.ts'
import { add, input, mean, reshape, sizeOf, type Tensor, transpose } from '../engine/graph/index.ts'
import { conditionArrays, conditionInputs } from '../engine/nn/condition-spec.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { compile } from '../engine/runtime/program.ts'
import { fold, type Key, normal } from '../engine/random/index.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import { feedConditions } from './condition-feeds.ts'
import type { DenoisingModel } from './denoiser.ts'
import { enlarged } from './enlarge.ts'
import { constantsOf } from './part-weights.ts'
import { turns } from './turns.ts'
import { contextName } from './words.ts'

/** How to compile it. */
export interface AttentionMapsOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** Items to an evaluation. */
  readonly batch: number
  /** The condition that is attended to; default `context`. */
  readonly condition?: string | undefined
}

/** A network that tells where it looks. */
export interface AttentionMaps extends Disposable {
  /** The largest number of items it takes at a time. */
  readonly batch: number
  /** How many numbers an item of the network has. */
  readonly itemSize: number
  /** Places S of the context, then height and width of the network's image. */
  readonly shape: readonly [places: number, height: number, width: number]
  /**
   * The maps of noisy items, `[items, S, H, W]`: for every place of the context, how much each pixel looks at it, a mean over all layers and
   * heads, each layer's map enlarged to the image. At every pixel they sum to 1 over the places where there is something, and
   * are 0 at others; with nothing at all they are 0.
   *
   * @param noisy x_t of the network's items (patches, if it works on patches)
   * @param t 0 … 1
   * @throws TweedieError `shape` for too many items, `usage` for a condition that is missing
   */
  maps(noisy: FloatArray, t: number, context?: DenoiseContext): Promise<Float32Array>
  /** Frees it, after what is running. */
  dispose(): void
}

/**
 * Compiles a model's network with the weights of its attention as outputs.
 *
 * @throws TweedieError `usage` for a network without such a condition, or one that does not attend to it
 * @example
 * using watched = await attentionMaps(model, engine, { batch: 1 })
 * const maps = await watched.maps(noisy, 0.5, { conditions: { context } })
 */
export async function attentionMaps(
  model: DenoisingModel,
  engine: Engine,
  { batch, condition = contextName, ...session }: AttentionMapsOptions,
): Promise<AttentionMaps> {
  const { network, view } = model
  const { outputs, layers } = watchedGraph(model, batch, condition)
  const [, height, width] = network.inputShape as [number, number, number]
  const program = await compile(outputs, engine, { ...session, constants: constantsOf(model) })
  const size = sizeOf(network.inputShape)
  const feeds = {
    ...conditionArrays(network.conditions, batch),
    x: new Float32Array(batch * size),
    t: new Float32Array(batch),
  }
  const grids = Array.from(program.outputs, ([name, { shape }]) => ({
    name,
    shape,
    data: new Float32Array(sizeOf(shape)),
  }))
  const places = grids[0]!.shape[1]!
  const bound = program.bind(feeds, Object.fromEntries(grids.map(({ name, data }) => [name, data])))
  const { take, close } = turns('the network that shows its attention', () => {
    bound.dispose()
    program.dispose()
  })
  return {
    batch,
    itemSize: size,
    shape: [places, height, width],
    maps: (noisy, t, { signal, conditions } = {}) =>
      take(async () => {
        const items = noisy.length / size
        if (!Number.isInteger(items) || items > batch) {
          throw new TweedieError('shape', `${noisy.length} numbers for maps of up to ${batch} items of ${size}`)
        }
        feedConditions(model, feeds, conditions, items)
        const scale = view.scale(t)
        for (let i = 0; i < noisy.length; i++) feeds.x[i] = scale * noisy[i]!
        feeds.t.fill(view.time(t))
        await bound.run(signal ? { signal } : {})
        const out = new Float32Array(items * places * height * width)
        for (const { shape, data } of grids) {
          const grid = [shape[2]!, shape[3]!] as const
          const large = enlarged(data.subarray(0, items * places * grid[0] * grid[1]), grid, [height, width])
          for (let i = 0; i < out.length; i++) out[i]! += large[i]! / layers
        }
        return out
      }, signal),
    dispose: close,
    [Symbol.dispose]: close,
  }
}

/** How to look at finished items. */
export interface ItemMapsOptions extends DenoiseContext {
  /** For the noise. That of an item depends on the key and its number only. */
  readonly key: Key
  /** The number of the first item; default 0. */
  readonly firstItem?: number | undefined
  /** The times at which items are looked at, noise added; the maps are a mean over them. Default: 0.2, 0.4, 0.6, 0.8. */
  readonly times?: readonly number[] | undefined
}

/**
 * The maps of finished items, drawn or real, `[items, S, H, W]`: noise is added as in training, x_t = α x₀ + σ ε, at several times, and the
 * mean is taken.
 *
 * @param items of the network (patches, if it works on patches), no more than its batch
 * @example
 * const maps = await attentionOfItems(watched, model.schedule, x0, { key: key(0), conditions: { context } })
 */
export async function attentionOfItems(
  watched: AttentionMaps,
  { alpha, sigma }: Pick<Schedule, 'alpha' | 'sigma'>,
  items: FloatArray,
  { key, firstItem = 0, times = [0.2, 0.4, 0.6, 0.8], ...context }: ItemMapsOptions,
): Promise<Float32Array> {
  if (times.length === 0) throw new TweedieError('usage', '`times` is empty: maps need a time at least')
  let total: Float32Array | undefined
  for (const [i, t] of times.entries()) {
    const noisy = new Float32Array(items.length)
    for (let from = 0, n = firstItem; from < noisy.length; from += watched.itemSize, n++) {
      normal(fold(fold(key, n), i), noisy.subarray(from, from + watched.itemSize))
    }
    const [a, s] = [alpha(t), sigma(t)]
    for (let j = 0; j < noisy.length; j++) noisy[j] = a * items[j]! + s * noisy[j]!
    const maps = await watched.maps(noisy, t, context)
    total ??= new Float32Array(maps.length)
    for (let j = 0; j < maps.length; j++) total[j]! += maps[j]! / times.length
  }
  return total!
}

/** The sums over layers of the same resolution, `[N, S, h, w]`, heads averaged; and how many layers there are. */
function watchedGraph({ network }: Pick<DenoisingModel, 'network'>, batch: number, condition: string) {
  if (!Object.hasOwn(network.conditions, condition)) {
    throw new TweedieError('usage', `there are no maps of attention: the network has no condition ${condition}`, {
      hint: 'only a model that was trained with captions attends to words',
    })
  }
  const sums = new Map<string, Tensor>()
  let layers = 0
  const watch = (weights: Tensor, [height, width]: readonly [number, number], told: string): void => {
    if (told !== condition) return
    layers++
    const places = weights.shape[3]!
    // [N, heads, T, S] → [N, S, h, w]
    const map = reshape(transpose(mean(weights, 1), [0, 2, 1]), [batch, places, height, width])
    const key = `map_${height}x${width}`
    const before = sums.get(key)
    sums.set(key, before ? add(before, map) : map)
  }
  network.build(new Scope(), {
    x: input('x', [batch, ...network.inputShape]),
    t: input('t', [batch]),
    conditions: conditionInputs(network.conditions, batch),
    watch,
  })
  if (layers === 0) {
    throw new TweedieError('usage', `there are no maps of attention: the network does not attend to ${condition}`)
  }
  return { outputs: Object.fromEntries(sums), layers }
}
