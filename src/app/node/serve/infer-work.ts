/** Evaluations of a bare network as work for the queue: those of one model go through it in one batch. */
import { type TensorData, type Tensors, tensorArrays, type TypedArray } from '../../../engine/runtime/session.ts'
import type { WarmModel } from '../../warm-model.ts'
import { fullSize } from './batch-sizes.ts'
import type { SharedWork, WorkWatch } from './work.ts'
import type { WorkQueue } from './work-queue.ts'

/** An evaluation that is asked for. */
export interface InferWork extends WorkWatch {
  readonly model: string
  readonly inputs: Tensors
  /** Items in it. */
  readonly items: number
}

type Outputs = Readonly<Record<string, TensorData>>
type Shared = SharedWork<Outputs> & InferWork

/**
 * Evaluates a network, perhaps together with what others ask for. Alone, it is compiled for just so many items: then the result is that of
 * the library, bit for bit; in company the last bits may differ.
 *
 * @throws ServeError 429 where too much waits
 */
export function inferIn(queue: WorkQueue, work: InferWork): Promise<Outputs> {
  const shared: Shared = { ...work, key: `${work.model}\ninfer ${kindOf(work.inputs)}`, together }
  return queue.share<Outputs>(shared)
}

/** What must be equal for tensors to lie in one: names, types, and shapes of one item. */
function kindOf(inputs: Tensors): string {
  const described = Object.entries(inputs).map(([name, { dtype, shape }]) => [name, dtype, ...shape.slice(1)])
  return JSON.stringify(described.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
}

async function together(
  model: WarmModel,
  works: readonly SharedWork<Outputs>[],
  signal: AbortSignal,
): Promise<readonly Outputs[]> {
  const all = works as readonly Shared[]
  const { evaluate } = await model.network()
  if (all.length === 1) return [await evaluate(all[0]!.inputs, { signal })]
  const items = all.reduce((sum, each) => sum + each.items, 0)
  const outputs = await evaluate(joined(all, fullSize(items)), { signal })
  let at = 0
  return all.map((each) => {
    const from = at
    at += each.items
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, part(tensor, from, each.items)] as const),
    )
  })
}

/** The tensors of all behind one another; what is missing to the size is the last item again. */
function joined(all: readonly Shared[], size: number): Tensors {
  return Object.fromEntries(
    Object.entries(all[0]!.inputs).map(([name, { dtype, shape }]) => {
      const width = shape.slice(1).reduce((product, each) => product * each, 1)
      const data: TypedArray = new tensorArrays[dtype](size * width)
      let at = 0
      for (const { inputs } of all) {
        data.set(inputs[name]!.data as never, at)
        at += inputs[name]!.data.length
      }
      for (; at < data.length; at += width) data.copyWithin(at, at - width, at)
      return [name, { dtype, shape: [size, ...shape.slice(1)], data }]
    }),
  )
}

function part({ dtype, shape, data }: TensorData, from: number, items: number): TensorData {
  const width = data.length / shape[0]!
  return { dtype, shape: [items, ...shape.slice(1)], data: data.slice(from * width, (from + items) * width) }
}
