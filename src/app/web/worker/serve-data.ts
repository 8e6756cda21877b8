/** The calls about data. */
import { areRecords } from '../../../files/data/any-dataset.ts'
import { classCount, itemSize } from '../../../files/data/dataset.ts'
import type { NdArray } from '../../../files/data/nd-array.ts'
import { openInput, type OpenedInput } from '../../../files/data/web/open-input.ts'
import { type Held, held } from './held.ts'
import type { DataFacts, DataInput, Handle, PlainOptions, WorkerState } from './protocol.ts'
import type { Answers, Bench, CallContext } from './answers.ts'

/** Data in the worker, and where they came from. */
export interface DataCalls {
  readonly answers: Answers<'data' | 'items'>
  readonly held: Held<OpenedInput>
  /** Data by a handle, or opened for this once. */
  opened(data: Handle | DataInput, options: PlainOptions, context: CallContext): Promise<OpenedInput>
  state(): WorkerState['data']
  release(handle: Handle): void
}

export function dataCalls({ own }: Bench): DataCalls {
  const all = held<OpenedInput>('the data')
  const open = (input: DataInput, options: PlainOptions, { signal, progress }: CallContext) =>
    openInput(input, options, {
      signal,
      readers: own.readers,
      onProgress: (done, total) => progress({ phase: 'reading', done, total, unit: 'files' }),
    })
  return {
    held: all,
    async opened(data, options, context) {
      return typeof data === 'number' ? all.get(data) : open(data, options, context)
    },
    answers: {
      async data({ input, options }, context) {
        const opened = await open(input, options, context)
        return { handle: all.put(opened), ...factsOf(opened) }
      },
      async items({ data, first, count }) {
        const { train } = all.get(data)
        const from = Math.max(0, Math.min(first, train.length))
        const to = Math.max(from, Math.min(first + count, train.length))
        if (areRecords(train)) return { values: { shape: [0, ...train.shape], data: new Float32Array(0) } }
        const size = itemSize(train.shape)
        const values = { shape: [to - from, ...train.shape], data: train.data.slice(from * size, to * size) } as NdArray
        const labels = train.labels?.slice(from, to)
        const { shownItems } = await import('./show-items.ts')
        return {
          values,
          ...(labels && { labels }),
          ...shownItems(train, from, values),
        }
      },
    },
    state: () => Array.from(all.entries(), ([handle, opened]) => ({ handle, ...factsOf(opened) })),
    release: (handle) => void all.take(handle),
  }
}

/** What is to be said of data. */
export function factsOf({ train, heldOut, report }: OpenedInput): DataFacts {
  const { name, kind, shape, length, classNames } = train
  const classes = classCount(train as Parameters<typeof classCount>[0])
  return {
    name,
    kind,
    shape,
    length,
    classNames: classNames ?? Array.from({ length: classes }, (_, i) => String(i)),
    heldOut: heldOut?.length ?? 0,
    remarks: report,
  }
}
