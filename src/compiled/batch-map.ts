/** A graph with its weights as a function of batches: compiled at its first call, bound to arrays of its own. */
import { TweedieError } from '../errors.ts'
import { hostArray, type HostArray, type Shape, showShape, sizeOf, type Tensor } from '../engine/graph/index.ts'
import { bindPortions, portionOf } from '../engine/runtime/portions.ts'
import { compile } from '../engine/runtime/program.ts'
import type { CompileOptions } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { turns } from './turns.ts'

/** The function. */
export interface BatchMapDefinition {
  /** What it belongs to, for errors: `the autoencoder`. */
  readonly what: string
  /** The only input that is no weight, `[items, ...shape]`. */
  readonly input: { readonly name: string; readonly shape: Shape; readonly dtype: 'float32' | 'int32' }
  /** The graph for so many items, which are the first axis of every output. */
  readonly outputs: (items: number) => readonly Tensor[]
  /** The most items at a time. */
  readonly batch: number
}

/** A function of up to so many items. Calls may overlap, and then take turns. */
export interface BatchMap {
  /**
   * Its outputs for some items, in their order.
   *
   * @throws TweedieError `shape` for no whole items, or too many
   */
  run(items: ArrayLike<number>, signal?: AbortSignal): Promise<readonly HostArray[]>
  /** Frees it, after what is running. */
  close(): void
}

/** The largest number of values in a portion of a batch. */
const portionValues = 2.5e8

/** Makes it; nothing is compiled yet. */
export function batchMap(
  { what, input, outputs, batch }: BatchMapDefinition,
  engine: Engine,
  options: CompileOptions,
): BatchMap {
  const size = sizeOf(input.shape)
  const make = async () => {
    const portion = portionOf(outputs(batch), batch, portionValues)
    const graph = Object.fromEntries(outputs(portion).map((tensor, i) => [`output${i}`, tensor]))
    const program = await compile(graph, engine, options)
    const feed = hostArray(input.dtype, batch * size) as Float32Array | Int32Array
    const results = Object.fromEntries(
      Array.from(program.outputs, ([name, { dtype, shape }]) => [
        name,
        hostArray(dtype, batch * sizeOf(shape.slice(1))) as Float32Array | Int32Array,
      ]),
    )
    const bound = bindPortions(program, { [input.name]: feed }, results, batch / portion)
    return { program, portion, feed, results, bound }
  }
  let made: ReturnType<typeof make> | undefined
  const { take, close } = turns(what, () => {
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
          `${items.length} numbers for ${what}, which takes up to ${batch} items of ${showShape(input.shape)}`,
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
