/** What items cost under a model, over HTTP. */
import type { Context } from 'hono'
import { itemSize } from '../../../files/data/dataset.ts'
import type { BoundAnswer } from '../../serving/bodies.ts'
import { boundRequest } from '../../serving/schemas.ts'
import type { WarmModel } from '../../warm-model.ts'
import type { BodyRoom } from './body-room.ts'
import { timeLimit } from './deadline.ts'
import type { HeldModels } from './held-models.ts'
import { requestAccess, sentNumbers } from './items.ts'
import { checked, jsonBody } from './json-body.ts'
import { type Limits, requireWithin } from './limits.ts'
import { ServeError } from './problem.ts'
import type { WorkQueue } from './work-queue.ts'

/** What the route needs of the server. */
export interface BoundSetting {
  readonly queue: WorkQueue
  readonly models: HeldModels
  readonly limits: Limits
  readonly room: BodyRoom
  isEnding(): boolean
  /** Called with the number of items that were asked for. */
  readonly onItems: (model: string, items: number) => void
}

/** The answer to a request. @throws ServeError as other routes do */
export async function answerBound(
  context: Context,
  { queue, models, limits, room, isEnding, onItems }: BoundSetting,
): Promise<BoundAnswer> {
  if (isEnding()) throw new ServeError(503, 'ending', 'the server ends: nothing new is begun')
  const { name } = models.named(context.req.param('model') ?? '')
  using _ = room.take(context.req.raw)
  const { items: sent, ...values } = checked(boundRequest, await jsonBody(context.req.raw, limits))
  const { terms, boundSteps, importanceSamples, dequantisations } = values as Readonly<Record<string, unknown>>
  for (const steps of [terms, boundSteps, importanceSamples, dequantisations]) {
    if (typeof steps === 'number') requireWithin(limits, { steps })
  }
  const named = sent.map((item, i) => [`item ${i}`, item] as const)
  const access = requestAccess(Object.fromEntries(named))
  const items = named.map(([each, item]) => sentNumbers(item, each) ?? each)
  const deadline = timeLimit(limits.maxSeconds)
  try {
    const signal = AbortSignal.any([context.req.raw.signal, deadline.signal])
    const found = await queue.run(name, { signal }, async (model, stop) => {
      requireWithin(limits, { count: countOf(items, model) })
      return model.bound(items, { ...values, access, signal: stop })
    })
    onItems(name, found.count)
    return {
      count: found.count,
      dimensions: found.dimensions,
      items: Array.from({ length: found.count }, (_, i) => ({
        nats: numbersAt(found.nats, i),
        bitsPerDim: numbersAt(found.bitsPerDim, i),
      })),
    }
  } finally {
    deadline.end()
  }
}

/** How many items there are, as far as can be told before they are read. */
function countOf(items: readonly (string | Float32Array)[], { model }: WarmModel): number {
  const size = itemSize(model.meta.data.shape)
  return items.reduce((sum, item) => sum + (typeof item === 'string' ? 1 : Math.ceil(item.length / size)), 0)
}

const numbersAt = (kinds: Readonly<Record<string, Float64Array>>, i: number): Record<string, number> =>
  Object.fromEntries(Object.entries(kinds).map(([kind, numbers]) => [kind, numbers[i]!]))
