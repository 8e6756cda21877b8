/// <reference lib="esnext.disposable" preserve="true" />
/** An image encoder with its weights, compiled. */
import { input, type Tensor } from '../engine/graph/index.ts'
import type { ImageEncoder } from '../engine/nn/image-encoder.ts'
import { Scope } from '../engine/nn/parameters.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { batchMap } from './batch-map.ts'
import { constantsOf, type PartWeights } from './part-weights.ts'

/** An image encoder and the values of its parameters. */
export interface ImageEncoderWeights extends PartWeights {
  readonly encoder: ImageEncoder
}

/** How to compile it. */
export interface CompiledImageEncoderOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** The largest number of pictures at a time. */
  readonly batch: number
  /** How many of the last layers `hidden` leaves out; none by default. */
  readonly skip?: number | undefined
}

/** Pictures as numbers. */
export interface ImageVectors {
  /** `[pictures, length, width]` */
  readonly hidden: Float32Array
  /** `[pictures, pooledWidth]` */
  readonly pooled: Float32Array
}

/** An image encoder that runs. Calls may overlap, and then take turns. */
export interface CompiledImageEncoder extends Disposable {
  readonly batch: number
  /**
   * The vectors of up to `batch` pictures.
   *
   * @param x in [−1, 1], `[pictures, ...inputShape]`
   * @throws TweedieError `shape` for no whole pictures, or too many
   */
  encode(x: ArrayLike<number>, signal?: AbortSignal): Promise<ImageVectors>
  /** Frees it, after what is running. */
  dispose(): void
}

/**
 * Compiles an image encoder, when it is first called.
 *
 * @example
 * using encoder = compiledImageEncoder(imageEncoderOf(part), engine, { batch: 4 })
 * const { pooled } = await encoder.encode(pictures)
 */
export function compiledImageEncoder(
  part: ImageEncoderWeights,
  engine: Engine,
  { batch, skip, ...session }: CompiledImageEncoderOptions,
): CompiledImageEncoder {
  const { encoder } = part
  const outputs = (pictures: number): readonly Tensor[] => {
    const { hidden, pooled } = encoder.encode(new Scope(), input('x', [pictures, ...encoder.inputShape]), { skip })
    return [hidden, pooled]
  }
  const map = batchMap(
    { what: 'the image encoder', input: { name: 'x', shape: encoder.inputShape, dtype: 'float32' }, outputs, batch },
    engine,
    { ...session, constants: constantsOf(part) },
  )
  return {
    batch,
    async encode(x, signal) {
      const [hidden, pooled] = (await map.run(x, signal)) as readonly [Float32Array, Float32Array]
      return { hidden, pooled }
    },
    dispose: map.close,
    [Symbol.dispose]: map.close,
  }
}
