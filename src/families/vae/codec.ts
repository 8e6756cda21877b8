/** An autoencoder at work on any number of items: batches of one size, compiled once. */
import { compiledAutoencoder, type CompiledAutoencoder } from '../../compiled/autoencoder.ts'
import { numberOf } from '../../compiled/kept.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { Setting } from '../family.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import type { Compiled } from '../warm.ts'
import type { VaeModel } from './model.ts'

/** Both ways, item by item. */
export interface Codec {
  /** The laws of the codes of items `[n, ...inputShape]`. */
  encode(x: Float32Array): Promise<{ readonly mean: Float32Array; readonly logVariance: Float32Array }>
  /** What the decoder gives for codes `[n, ...latentShape]`. */
  decode(z: Float32Array): Promise<Float32Array>
}

/** How far it is. */
export interface CodecWatch {
  /** The batches that are decoded here, where several processes share the work. */
  readonly shards?: Shards | undefined
  /** The loop that drew the codes; left out, every process has all of them. */
  readonly loop?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** @param batch items at a time @param compiled keeps what was compiled */
export async function codecOf(
  model: VaeModel,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  batch: number,
  compiled: Compiled,
  { shards, loop, signal, onProgress }: CodecWatch = {},
): Promise<Codec> {
  const { inputShape, latentShape, outputShape } = model.autoencoder
  const coder = await compiled(`autoencoder ${numberOf(model)} ${batch}`, () =>
    compiledAutoencoder(model, setting.engine, { batch, ...sessionOf(setting) }),
  )
  const each = async (
    items: Float32Array,
    size: number,
    run: (coder: CompiledAutoencoder, some: Float32Array, first: number) => Promise<void>,
  ): Promise<void> => {
    const count = items.length / size
    for (let first = 0; first < count; first += batch) {
      throwIfAborted(signal)
      const now = Math.min(batch, count - first)
      await run(coder, items.subarray(first * size, (first + now) * size), first)
      onProgress?.(first + now, count)
    }
  }
  return {
    async encode(x) {
      const [size, code] = [sizeOf(inputShape), sizeOf(latentShape)]
      const mean = new Float32Array((x.length / size) * code)
      const logVariance = new Float32Array(mean.length)
      await each(x, size, async ({ encode }, some, first) => {
        const codes = await encode(some, signal)
        mean.set(codes.mean, first * code)
        logVariance.set(codes.logVariance!, first * code)
      })
      return { mean, logVariance }
    },
    async decode(z) {
      const [size, code] = [sizeOf(outputShape), sizeOf(latentShape)]
      const output = new Float32Array((z.length / code) * size)
      const count = z.length / code
      await each(z, code, async ({ decode }, some, first) => {
        const from = loop === undefined ? undefined : { name: loop, first, count: some.length / code }
        const place = { name: loop === undefined ? 'items' : 'decoded', first, size: batch, count, from }
        const rows = await rowsOf(shards, place, async () => ({ items: await decode(some, signal) }))
        if (rows) output.set(rows.items, first * size)
      })
      return output
    },
  }
}
