/// <reference lib="esnext.disposable" preserve="true" />
/** An autoencoder with its weights: its two halves compiled, and its decoder as an expression. */
import { TweedieError } from '../errors.ts'
import { constant, input, showShape, sizeOf, type Tensor } from '../engine/graph/index.ts'
import type { Autoencoder } from '../engine/nn/autoencoder.ts'
import type { Layout } from '../engine/nn/layout.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { bindPortions, portionOf } from '../engine/runtime/portions.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { turns } from './turns.ts'

/** An autoencoder and the values of its parameters. */
export interface AutoencoderWeights {
  readonly autoencoder: Autoencoder
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
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

/** The largest number of values in a portion of a batch. */
const portionValues = 2.5e8

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
  const { autoencoder, layout, weights } = part
  const inputShape = Object.freeze([...(shape ?? autoencoder.inputShape)])
  const codes = (items: number): Tensor[] => {
    const { mean, logVariance } = autoencoder.encode(new Scope(), input('x', [items, ...inputShape]))
    return logVariance ? [mean, logVariance] : [mean]
  }
  const latentShape = Object.freeze(codes(1)[0]!.shape.slice(1))
  const images = (items: number): Tensor[] => [autoencoder.decode(new Scope(), input('z', [items, ...latentShape]))]
  const outputShape = Object.freeze(images(1)[0]!.shape.slice(1))
  const constants = new Map(Array.from(layout.toMap(weights), ([name, { data }]) => [name, data]))
  const half = (outputs: (items: number) => Tensor[], name: string, itemShape: readonly number[]): Half =>
    halfOf({ outputs, name, itemShape, batch }, (graph) => compile(graph, engine, { ...session, constants }))
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
      const [mean, logVariance] = await encoder.run(x, signal)
      return { mean: mean!, ...(logVariance && { logVariance }) }
    },
    decode: async (z, signal) => (await decoder.run(z, signal))[0]!,
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
export function decoderExpression({ autoencoder, layout, weights }: AutoencoderWeights): (z: Tensor) => Tensor {
  return (z) => autoencoder.decode(new Scope((name, shape) => constant(layout.view(weights, name), shape)), z)
}

interface Half {
  run(items: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array[]>
  close(): void
}

/** One half: compiled at the first run, and bound to arrays of its own. */
function halfOf(
  {
    outputs,
    name,
    itemShape,
    batch,
  }: {
    readonly outputs: (items: number) => Tensor[]
    readonly name: string
    readonly itemShape: readonly number[]
    readonly batch: number
  },
  compileGraph: (graph: Record<string, Tensor>) => ReturnType<typeof compile>,
): Half {
  const size = sizeOf(itemShape)
  const make = async () => {
    const portion = portionOf(outputs(batch), batch, portionValues)
    const program = await compileGraph(Object.fromEntries(outputs(portion).map((tensor, i) => [`output${i}`, tensor])))
    const feed = new Float32Array(batch * size)
    const results = Object.fromEntries(
      Array.from(program.outputs, ([name, { shape }]) => [name, new Float32Array(batch * sizeOf(shape.slice(1)))]),
    )
    return { program, portion, feed, results, bound: bindPortions(program, { [name]: feed }, results, batch / portion) }
  }
  let made: ReturnType<typeof make> | undefined
  const { take, close } = turns('the autoencoder', () => {
    made?.then(
      ({ bound, program }) => {
        bound.dispose()
        program.dispose()
      },
      () => undefined,
    )
  })
  return {
    async run(items, signal) {
      const count = items.length / size
      if (!Number.isInteger(count) || count > batch) {
        throw new TweedieError(
          'shape',
          `${items.length} numbers for an autoencoder of up to ${batch} items of ${showShape(itemShape)}`,
        )
      }
      return take(async () => {
        made ??= make()
        const { bound, portion, feed, results } = await made
        feed.set(items)
        await bound.run(count / portion, signal ? { signal } : {})
        return Object.values(results).map((result) => result.slice(0, (result.length / batch) * count))
      }, signal)
    },
    close,
  }
}
