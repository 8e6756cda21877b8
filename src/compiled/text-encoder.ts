/// <reference lib="esnext.disposable" preserve="true" />
/** A text encoder with its weights, compiled. */
import { input, type Tensor } from '../engine/graph/index.ts'
import { Scope } from '../engine/nn/parameters.ts'
import type { TextEncoder } from '../engine/nn/text-encoder.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { batchMap } from './batch-map.ts'
import { constantsOf, type PartWeights } from './part-weights.ts'

/** A text encoder and the values of its parameters. */
export interface TextEncoderWeights extends PartWeights {
  readonly encoder: TextEncoder
}

/** How to compile it. */
export interface CompiledTextEncoderOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** The largest number of texts at a time. */
  readonly batch: number
  /** How many of the last layers are left out; none by default. */
  readonly skip?: number | undefined
  /** Whether the norm behind the last layer is applied; yes by default. */
  readonly finalNorm?: boolean | undefined
}

/** Texts as numbers. */
export interface TextVectors {
  /** `[texts, length, width]` */
  readonly hidden: Float32Array
  /** `[texts, pooledWidth]`, if the encoder has one. */
  readonly pooled?: Float32Array | undefined
}

/** A text encoder that runs. Calls may overlap, and then take turns. */
export interface CompiledTextEncoder extends Disposable {
  readonly batch: number
  /**
   * The vectors of up to `batch` texts.
   *
   * @param tokens `[texts, length]`, int32
   * @throws TweedieError `shape` for no whole texts, or too many
   */
  encode(tokens: Int32Array, signal?: AbortSignal): Promise<TextVectors>
  /** Frees it, after what is running. */
  dispose(): void
}

/**
 * Compiles a text encoder, when it is first called.
 *
 * @example
 * using encoder = compiledTextEncoder(textEncoderOf(part), engine, { batch: 2 })
 * const { hidden } = await encoder.encode(captionTokens(tokenizer, tokenizer.pieces('a red circle')).tokens)
 */
export function compiledTextEncoder(
  part: TextEncoderWeights,
  engine: Engine,
  { batch, skip, finalNorm, ...session }: CompiledTextEncoderOptions,
): CompiledTextEncoder {
  const { encoder } = part
  const outputs = (texts: number): readonly Tensor[] => {
    const tokens = input('tokens', [texts, encoder.length], 'int32')
    const { hidden, pooled } = encoder.encode(new Scope(), tokens, { skip, finalNorm })
    return pooled ? [hidden, pooled] : [hidden]
  }
  const shape = Object.freeze([encoder.length])
  const map = batchMap(
    { what: 'the text encoder', input: { name: 'tokens', shape, dtype: 'int32' }, outputs, batch },
    engine,
    { ...session, constants: constantsOf(part) },
  )
  return {
    batch,
    async encode(tokens, signal) {
      const [hidden, pooled] = (await map.run(tokens, signal)) as readonly Float32Array[]
      return { hidden: hidden!, ...(pooled && { pooled }) }
    },
    dispose: map.close,
    [Symbol.dispose]: map.close,
  }
}
