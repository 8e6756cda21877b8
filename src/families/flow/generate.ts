/** Samples of a flow: latents from N(0, T² I) go through the inverse, in batches, the same whatever their size. */
import { type Conditions, conditionsOfItems } from '../../diffusion/denoise/conditions.ts'
import { isSequential } from '../../diffusion/flow/stages.ts'
import { randomNoise } from '../../diffusion/sample/noise-source.ts'
import { nothing } from '../../compiled/condition-feeds.ts'
import { type FlowInverse, flowInverse } from '../../compiled/flow-inverse.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { fromNetwork } from '../../files/data/frame.ts'
import { duration } from '../../words.ts'
import { labelsFor } from '../conditions.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { defined } from '../defined.ts'
import { type Warm, warm, type WarmSession } from '../warm.ts'
import type { FlowModel } from './model.ts'
import { toShades } from './shades.ts'

/** How to draw. */
export interface DrawFlowOptions {
  readonly count: number
  /** Item i depends on (seed, i) and its class only; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** T; default 1. */
  readonly temperature?: number | undefined
  /** The class of each item; default: all classes in turn. */
  readonly labels?: ArrayLike<number> | undefined
  /** Its other conditions, of every item; default: nothing, where the flow knows that. */
  readonly conditions?: Conditions | undefined
  /** Items computed at a time; default 64, or as many as there are. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Told once, before a sequence that is long begins. */
  readonly onRemark?: ((text: string) => void) | undefined
}

/** The samples, `[count, ...item]`, as the network sees data, and their classes. */
export interface GeneratedFlow {
  readonly items: Float32Array
  readonly labels: Int32Array | undefined
}

/** A flow that is ready to draw. */
export type WarmFlowGenerator = Warm<DrawFlowOptions, GeneratedFlow>

/** A sequence that takes longer than this is announced, in seconds. */
const long = 10

/** Opens a flow to draw from it again and again. Nothing is compiled before the first draw. */
export function warmFlowGenerator(model: FlowModel, engine: Engine, session: WarmSession = {}): WarmFlowGenerator {
  const { profile: _, ...rest } = defined(session)
  return warm((options, compiled) =>
    draw(model, options, (batch) => compiled(`inverse ${batch}`, () => flowInverse(model, engine, { ...rest, batch }))),
  )
}

/**
 * Draws samples, once.
 *
 * @throws TweedieError `usage` for a count or class that makes no sense, `diverged` for samples that are not finite
 */
export async function generateFlow(
  model: FlowModel,
  engine: Engine,
  { device, threads, ...options }: DrawFlowOptions & WarmSession,
): Promise<GeneratedFlow> {
  using generator = warmFlowGenerator(model, engine, { device, threads })
  return await generator.draw(options)
}

async function draw(
  model: FlowModel,
  options: DrawFlowOptions,
  compiled: (batch: number) => Promise<FlowInverse>,
): Promise<GeneratedFlow> {
  const { count, seed = 0, shards, signal, onProgress, onRemark } = options
  const { temperature = (model.meta.sampler['temperature'] as number | undefined) ?? 1 } = options
  for (const [what, value] of Object.entries({ 'number of samples': count, 'batch size': options.batch ?? 1 })) {
    if (Number.isInteger(value) && value > 0) continue
    throw new TweedieError('usage', `the ${what} is ${value}: must be a positive whole number`)
  }
  const batch = Math.min(count, options.batch ?? 64)
  const labels = labelsFor(model, count, options.labels, 'in turn')
  const inverse = await compiled(batch)
  const size = itemSize(model.frame.network)
  const latents = new Float32Array(count * size)
  randomNoise(size, { seed })(latents, -1, 0)
  if (temperature !== 1) for (let i = 0; i < latents.length; i++) latents[i]! *= temperature
  const items = await decodeLatents(model, inverse, latents, {
    conditions: conditionsOf(model, count, options.conditions, labels),
    shards,
    signal,
    onProgress,
    onRemark,
  })
  return { items: model.shades === null ? items : toShades(items, model.shades), labels }
}

/** Classes and other conditions of so many items. @throws TweedieError `usage` for one that is needed and was not given */
export function conditionsOf(
  model: FlowModel,
  count: number,
  others: Conditions | undefined,
  labels: Int32Array | undefined,
): Conditions | undefined {
  const conditions = { ...others, ...(labels && { labels }) }
  const none = nothing(model)
  const missing = Object.keys(model.network.conditions).find((name) => !(name in conditions) && !(name in none))
  if (missing === undefined) return Object.keys(conditions).length > 0 ? conditions : undefined
  throw new TweedieError('usage', `the flow needs the condition ${missing} of ${count} items`, {
    hint: `\`condition: ${missing}=…\``,
  })
}

/** How latents are walked back. */
interface DecodeOptions extends Pick<DrawFlowOptions, 'shards' | 'signal' | 'onProgress' | 'onRemark'> {
  readonly conditions?: Conditions | undefined
}

/** Latents `[n, D]` → items `[n, ...item]`, batch by batch; a long sequence says so after its first round. */
export async function decodeLatents(
  { frame, network }: Pick<FlowModel, 'frame' | 'network'>,
  inverse: FlowInverse,
  latents: Float32Array,
  { conditions, shards, signal, onProgress, onRemark }: DecodeOptions,
): Promise<Float32Array> {
  const size = itemSize(frame.network)
  const count = latents.length / size
  const { batch, rounds } = inverse
  const batches = Math.ceil(count / batch)
  const seen = new Float32Array(latents.length)
  let announced = !isSequential(network.bijection)
  const begun = performance.now()
  for (let first = 0, number = 0; first < count; first += batch, number++) {
    const now = Math.min(batch, count - first)
    const rows = await rowsOf(shards, { name: 'items', first, size: batch, count }, async () => ({
      made: await inverse.of(latents.subarray(first * size, (first + now) * size), {
        conditions: conditionsOfItems(conditions, first, now, count),
        signal,
        onRound(done, most) {
          onProgress?.(first + (now * done) / most, count)
          if (announced || done < 2) return
          announced = true
          const expected = ((performance.now() - begun) / 1000 / done) * rounds * batches
          if (expected > long) {
            onRemark?.(
              `the inverse is sequential: up to ${rounds} calls for each of ${batches} batches, at most about ${duration(expected)}`,
            )
          }
        },
      }),
    }))
    if (rows) seen.set(rows.made, first * size)
  }
  return fromNetwork(frame, seen, new Float32Array(count * itemSize(frame.item)))
}
