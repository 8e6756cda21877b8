/// <reference lib="esnext.disposable" preserve="true" />
/** A vector-quantised autoencoder that runs: images to maps of tokens, and tokens to images. */
import { input, type Shape } from '../engine/graph/index.ts'
import { Scope } from '../engine/nn/parameters.ts'
import type { VectorQuantiser } from '../engine/nn/vq-model/vq-model.ts'
import type { Engine } from '../engine/runtime/session.ts'
import type { AutoencoderWeights, CompiledAutoencoderOptions } from './autoencoder.ts'
import { constantsOf } from './part-weights.ts'
import { batchMap } from './batch-map.ts'

/** A vector-quantised autoencoder and the values of its parameters. */
export interface QuantiserWeights extends AutoencoderWeights {
  readonly autoencoder: VectorQuantiser
}

/** An autoencoder whose codes are tokens. Each half is compiled when it is first needed; calls may overlap. */
export interface CompiledQuantiser extends Disposable {
  readonly batch: number
  /** K: tokens are 0 … K − 1. */
  readonly codes: number
  readonly inputShape: Shape
  readonly tokenShape: Shape
  readonly outputShape: Shape
  /** Tokens of up to `batch` items: `[items, ...inputShape]` → `[items, ...tokenShape]`. @throws TweedieError `shape` */
  encode(x: ArrayLike<number>, signal?: AbortSignal): Promise<Int32Array>
  /** Items of up to `batch` maps of tokens; each must be one of `codes`. @throws TweedieError `shape` */
  decode(tokens: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array>
  dispose(): void
}

/**
 * Compiles one for batches of one size.
 *
 * @example
 * using quantiser = await compiledQuantiser(part, engine, { batch: 16 })
 * const again = await quantiser.decode(await quantiser.encode(images))
 */
export function compiledQuantiser(
  part: QuantiserWeights,
  engine: Engine,
  { batch, ...session }: Omit<CompiledAutoencoderOptions, 'shape'>,
): CompiledQuantiser {
  const { inputShape, tokenShape, outputShape, codes, ...network } = part.autoencoder
  const options = { ...session, constants: constantsOf(part) }
  const shared = { what: 'the quantiser', batch }
  const encoder = batchMap(
    {
      ...shared,
      input: { name: 'x', shape: inputShape, dtype: 'float32' },
      outputs(items) {
        const scope = new Scope()
        return [network.tokens(scope, network.encode(scope, input('x', [items, ...inputShape])).mean)]
      },
    },
    engine,
    options,
  )
  const decoder = batchMap(
    {
      ...shared,
      input: { name: 'tokens', shape: tokenShape, dtype: 'int32' },
      outputs(items) {
        const scope = new Scope()
        return [network.decodeVectors(scope, network.embed(scope, input('tokens', [items, ...tokenShape], 'int32')))]
      },
    },
    engine,
    options,
  )
  const close = (): void => {
    encoder.close()
    decoder.close()
  }
  return {
    batch,
    codes,
    inputShape,
    tokenShape,
    outputShape,
    encode: async (x, signal) => (await encoder.run(x, signal))[0] as Int32Array,
    decode: async (tokens, signal) => (await decoder.run(tokens, signal))[0] as Float32Array,
    dispose: close,
    [Symbol.dispose]: close,
  }
}
