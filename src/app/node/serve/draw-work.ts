/** Samples as work for the queue: requests that fit together are drawn in one batch. */
import type { Drawn } from '../../../families/family.ts'
import type { OptionValues } from '../../../options.ts'
import { togetherKey } from '../../together.ts'
import { fullSize } from './batch-sizes.ts'
import type { WarmModel } from '../../warm-model.ts'
import type { SharedWork, WorkWatch } from './work.ts'
import type { WorkQueue } from './work-queue.ts'

/** Samples that are asked for. */
export interface DrawWork extends WorkWatch {
  /** The name of the model; it is opened when it is needed. */
  readonly model: string
  readonly values: OptionValues
  /** How many items. */
  readonly items: number
  /** Whether it is drawn by itself: its progress and its frames are then its own. */
  readonly alone?: boolean | undefined
}

/** Draws samples, perhaps together with what others ask for. @throws ServeError 429 where too much waits */
export function drawIn(queue: WorkQueue, work: DrawWork): Promise<Drawn> {
  const { model, values, items, alone, onProgress } = work
  const key = alone ? undefined : togetherKey(values)
  if (key === undefined) {
    return queue.run(model, work, (opened, signal) => opened.draw({ ...values, count: items, signal, onProgress }))
  }
  const shared: SharedWork<Drawn> & DrawWork = { ...work, key: `${model}\ndraw ${key}`, together }
  return queue.share<Drawn>(shared)
}

async function together(
  model: WarmModel,
  works: readonly SharedWork<Drawn>[],
  signal: AbortSignal,
): Promise<readonly Drawn[]> {
  const asked = (works as readonly (SharedWork<Drawn> & DrawWork)[]).map(({ values, items }) => ({
    ...values,
    count: items,
  }))
  const items = works.reduce((sum, each) => sum + each.items, 0)
  const size = fullSize(items)
  // Batches have few sizes, so that each is compiled once: what is missing is drawn and thrown away.
  const filling = size > items ? [{ ...asked.at(-1)!, count: size - items, seed: 'filling' }] : []
  const drawn = await model.drawAll([...asked, ...filling], {
    signal,
    onProgress: (progress) => {
      const share = progress.total > 0 ? progress.done / progress.total : 0
      for (const { items: own, onProgress } of works) {
        onProgress?.({ ...progress, done: own * share, total: own, step: undefined })
      }
    },
  })
  return drawn.slice(0, works.length)
}
