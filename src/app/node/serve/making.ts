/// <reference lib="esnext.disposable" preserve="true" />
/** Items made over HTTP. */
import type { Context } from 'hono'
import type { Drawn } from '../../../families/family.ts'
import type { DrawBody, ItemBody } from '../../serving/bodies.ts'
import { encoded, type Format, formatFor } from './answers.ts'
import { timeLimit } from './deadline.ts'
import { drawIn } from './draw-work.ts'
import { eventStream } from './event-stream.ts'
import { itemName, requestAccess, sentArray, withAccess } from './items.ts'
import { checked, jsonBody } from './json-body.ts'
import { requireWithin } from './limits.ts'
import { ServeError } from './problem.ts'
import { type MakingRoute, type Route, routes } from './routes.ts'
import { requireGoingOn, type Serving } from './serving.ts'

/**
 * The answer to a request that draws, restores, edits, encodes or decodes: in a format that it accepts, or as events.
 *
 * @throws ServeError for what is not allowed, or not there
 */
export async function answerMaking(which: MakingRoute, context: Context, serving: Serving): Promise<Response> {
  const { queue, models, limits, room, onItems } = serving
  const route: Route = routes[which]
  requireGoingOn(serving)
  const { name } = models.named(context.req.param('model') ?? '')
  const format = formatFor(context.req.header('accept'))
  using _ = room.take(context.req.raw)
  const body = checked(route.body!, await jsonBody(context.req.raw, limits)) as DrawBody & Partial<ItemBody>
  const { item, pictures = {}, ...values } = body
  const count = values.count ?? 1
  requireWithin(limits, { count, ...(values.steps !== undefined && { steps: values.steps }) })
  context.set('items', count)
  const deadline = timeLimit(limits.maxSeconds)
  const left = new AbortController()
  const signal = AbortSignal.any([context.req.raw.signal, deadline.signal, left.signal])
  const access = requestAccess({ ...pictures, ...(item !== undefined && { [itemName]: item }) })
  const work = (watch: Pick<Parameters<typeof queue.run>[1], 'onProgress'>): Promise<Drawn> => {
    const watched = { signal, ...watch }
    if (which === 'draw' && body.pictures === undefined) {
      return drawIn(queue, { model: name, values, items: count, alone: format === 'text/event-stream', ...watched })
    }
    return queue.run(name, watched, (model, stop) => {
      const request = { ...values, access, signal: stop, onProgress: watch.onProgress }
      if (which === 'draw') return withAccess(access, () => model.draw(request))
      if (which === 'decode') return model.decode(sentArray(item!), request)
      return model[which](itemName, request)
    })
  }
  const finished = (drawn: Drawn): void => onItems(name, drawn.count)
  if (format === 'text/event-stream') {
    return eventStream(work, {
      signal,
      onLeft: () => left.abort(),
      onDone: (drawn) => (deadline.end(), drawn && finished(drawn)),
    })
  }
  try {
    const drawn = await work({})
    finished(drawn)
    return await response(drawn, format, context)
  } finally {
    deadline.end()
  }
}

/** The answer in a format; pictures are laid out as the query says. */
async function response(
  drawn: Drawn,
  format: Exclude<Format, 'text/event-stream'>,
  context: Context,
): Promise<Response> {
  const layout = Object.fromEntries(
    (['columns', 'scale'] as const).flatMap((name) => {
      const typed = context.req.query(name)
      if (typed === undefined) return []
      if (!/^\d{1,3}$/.test(typed) || Number(typed) < 1) {
        throw new ServeError(400, 'query', `\`${name}\` is ${typed}: a whole number from 1 on`)
      }
      return [[name, Number(typed)]]
    }),
  )
  return new Response(await encoded(drawn, format, layout), {
    headers: { 'content-type': format, 'x-tweedie-how': JSON.stringify(drawn.how).replaceAll(/[^\x20-\x7e]/g, '?') },
  })
}
