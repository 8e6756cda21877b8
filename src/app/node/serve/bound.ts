/** What items cost under a model, over HTTP. */
import type { Context } from 'hono'
import { itemSize } from '../../../files/data/dataset.ts'
import type { BoundAnswer } from '../../serving/bodies.ts'
import { boundRequest } from '../../serving/schemas.ts'
import type { WarmModel } from '../../warm-model.ts'
import { timeLimit } from './deadline.ts'
import { requestAccess, sentNumbers } from './items.ts'
import { checked, jsonBody } from './json-body.ts'
import { requireWithin } from './limits.ts'
import { requireGoingOn, type Serving } from './serving.ts'

/** The answer to a request. @throws ServeError as other routes do */
export async function answerBound(context: Context, serving: Serving): Promise<BoundAnswer> {
  const { queue, models, limits, room, onItems } = serving
  requireGoingOn(serving)
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
