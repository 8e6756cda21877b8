/// <reference lib="esnext.disposable" preserve="true" />
/** An autoencoder with its weights: its two halves compiled, and its decoder as an expression. */
import { constant, input, type Shape, type Tensor } from '../engine/graph/index.ts'
import type { Autoencoder } from '../engine/nn/autoencoder.ts'
import { Scope } from '../engine/nn/parameters.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { batchMap } from './batch-map.ts'
import { constantsOf, flatWeights, type PartWeights } from './part-weights.ts'

/** An autoencoder and the values of its parameters. */
export interface AutoencoderWeights extends PartWeights {
  readonly autoencoder: Autoencoder
}

/** How to compile it. */
export interface CompiledAutoencoderOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** The largest number of items it takes at a time. */
  readonly batch: number
  /** The shape of one item, where it is not the network's `inputShape`: images of another size. */
  readonly shape?: readonly number[]
}

/** Codes of items as numbers. */
export interface Codes {
  /** `[items, ...latentShape]` */
  readonly mean: Float32Array
  /** log σ², of the same shape; an autoencoder whose codes are certain has none. */
  readonly logVariance?: Float32Array
}

/** An autoencoder that runs. Each half is compiled when it is first needed; calls may overlap, and then take turns. */
export interface CompiledAutoencoder extends Disposable {
  readonly batch: number
  /** Of one item, of one code, and of what the decoder gives for one. */
  readonly inputShape: readonly number[]
  readonly latentShape: readonly number[]
  readonly outputShape: readonly number[]
  /**
   * The laws of the codes of up to `batch` items, `[items, ...inputShape]`.
   *
   * @throws TweedieError `shape` for no whole items or too many
   */
  encode(x: ArrayLike<number>, signal?: AbortSignal): Promise<Codes>
  /** What the decoder gives for up to `batch` codes, `[items, ...latentShape]`. @throws TweedieError `shape` as `encode` */
  decode(z: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array>
  /** Frees both halves, after what is running. */
  dispose(): void
}

/**
 * Compiles an autoencoder for batches of one size. Every item is computed alone, so the size does not change the result beyond
 * rounding.
 *
 * @throws TweedieError `shape` for a `shape` that the autoencoder does not take
 * @example
 * using autoencoder = await compiledAutoencoder(part, engine, { batch: 16 })
 * const { mean } = await autoencoder.encode(images)
 * const again = await autoencoder.decode(mean)
 */
export async function compiledAutoencoder(
  part: AutoencoderWeights,
  engine: Engine,
  { batch, shape, ...session }: CompiledAutoencoderOptions,
): Promise<CompiledAutoencoder> {
  const { autoencoder } = part
  const inputShape = Object.freeze([...(shape ?? autoencoder.inputShape)])
  const codes = (items: number): Tensor[] => {
    const { mean, logVariance } = autoencoder.encode(new Scope(), input('x', [items, ...inputShape]))
    return logVariance ? [mean, logVariance] : [mean]
  }
  const latentShape = Object.freeze(codes(1)[0]!.shape.slice(1))
  const images = (items: number): Tensor[] => [autoencoder.decode(new Scope(), input('z', [items, ...latentShape]))]
  const outputShape = Object.freeze(images(1)[0]!.shape.slice(1))
  const options = { ...session, constants: constantsOf(part) }
  const half = (outputs: (items: number) => readonly Tensor[], name: string, shape: Shape) =>
    batchMap({ what: 'the autoencoder', input: { name, shape, dtype: 'float32' }, outputs, batch }, engine, options)
  const encoder = half(codes, 'x', inputShape)
  const decoder = half(images, 'z', latentShape)

  const close = (): void => {
    encoder.close()
    decoder.close()
  }
  return {
    batch,
    inputShape,
    latentShape,
    outputShape,
    async encode(x, signal) {
      const [mean, logVariance] = (await encoder.run(x, signal)) as readonly Float32Array[]
      return { mean: mean!, ...(logVariance && { logVariance }) }
    },
    decode: async (z, signal) => (await decoder.run(z, signal))[0] as Float32Array,
    dispose: close,
    [Symbol.dispose]: close,
  }
}

/**
 * The decoder as a function of expressions, its weights constants of the graph: for measurements A ∘ decode.
 *
 * @example
 * const decode = decoderExpression(part)
 * const operator = await graphOperator({ from: part.autoencoder.latentShape, forward: (z) => grey(decode(z)), engine })
 */
export function decoderExpression(part: AutoencoderWeights): (z: Tensor) => Tensor {
  const { autoencoder, layout } = part
  const weights = flatWeights(part)
  return (z) => autoencoder.decode(new Scope((name, shape) => constant(layout.view(weights, name), shape)), z)
}
