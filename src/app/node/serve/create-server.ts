/// <reference lib="esnext.disposable" preserve="true" />
/** The server as a function from requests to responses. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Hono, type Context } from 'hono'
import type { Drawn } from '../../../families/family.ts'
import { version } from '../version.ts'
import { encoded, type Format, formatFor } from './answers.ts'
import { bodyRoom } from './body-room.ts'
import { answerBound, type BoundSetting } from './bound.ts'
import { timeLimit } from './deadline.ts'
import { drawIn } from './draw-work.ts'
import { eventStream } from './event-stream.ts'
import type { HeldModels } from './held-models.ts'
import { itemName, requestAccess, sentArray, withAccess } from './items.ts'
import { addInference, inferenceError, isInference } from './inference.ts'
import { checked, jsonBody } from './json-body.ts'
import { type Limits, requireWithin } from './limits.ts'
import type { LogEntry } from './log-entry.ts'
import { metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { problemOf, problemResponse, ServeError } from './problem.ts'
import { type AddRoute, type MakingRoute, makingRoutes, type Route, routes } from './routes.ts'
import type { DescribedAnswer, DrawBody, ItemBody, ModelAnswer } from '../../serving/bodies.ts'
import { withoutPlaces } from './without-places.ts'
import { workQueue } from './work-queue.ts'

/** How a server is made. */
export interface ServerOptions {
  readonly models: HeldModels
  readonly limits: Limits
  /** Tokens of which a request needs one; none: everybody may ask. */
  readonly tokens?: readonly string[]
  readonly onLog?: (entry: LogEntry) => void
}

/** A server. */
export interface ModelServer {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>
  /** Takes no further work, and resolves when what was begun is done. */
  drain(): Promise<void>
  close(): void
}

/**
 * Makes a server of models.
 *
 * @example
 * const { fetch } = createServer({ models, limits: usualLimits })
 * const response = await fetch(new Request('http://here/v1/models'))
 */
export function createServer({ models, limits, tokens = [], onLog }: ServerOptions): ModelServer {
  const queue = workQueue({
    most: limits.maxWaiting,
    batch: limits.batch,
    gatherMs: 5,
    open: (name) => models.use(name),
  })
  const measured = metrics()
  const room = bodyRoom(limits.maxBody)
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let draining = false
  const known = tokens.map(digest)
  const document = JSON.stringify(openApi(tokens.length > 0))

  const app = new Hono<{ Variables: { items: number } }>()
  const add: AddRoute = (route, answer) => {
    app.on(route.method.toUpperCase(), route.path, async (context) => {
      if (!route.open) requireToken(known, context.req.header('authorization'))
      return answer(context)
    })
  }
  const json = (value: unknown): Response =>
    new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } })
  const text = (value: string, status = 200): Response =>
    new Response(value, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })

  app.use('*', async (context, next) => {
    const began = performance.now()
    await next()
    const ms = performance.now() - began
    const { method, path } = context.req
    const { status } = context.res
    const route = context.req.matchedRoutes.at(-1)?.path ?? path
    measured.count('tweedie_requests_total', { method, route, status: String(status) })
    measured.observe('tweedie_request_seconds', ms / 1000, { route })
    const items = context.get('items')
    const error = context.error ? logText(context.error) : undefined
    onLog?.({ time: new Date().toISOString(), method, path, status, ms: Math.round(ms), items, error })
  })
  const refusal = (error: unknown, { req }: Context): Response =>
    isInference(req.path) ? inferenceError(error) : problemResponse(error)
  app.onError(refusal)
  app.notFound((context) =>
    refusal(
      new ServeError(404, 'no-route', `there is no ${context.req.method} ${context.req.path}`, {
        hint: 'GET /openapi.json lists what there is',
      }),
      context,
    ),
  )

  add(routes.index, () => json({ name: 'tweedie', version, document: '/openapi.json', models: '/v1/models' }))
  add(routes.document, () => new Response(document, { headers: { 'content-type': 'application/json' } }))
  add(routes.alive, () => text('ok\n'))
  add(routes.ready, () => (draining ? text('ending\n', 503) : text('ready\n')))
  add(routes.metrics, () => {
    const { waiting, running, batches, batchedItems } = queue.facts()
    const loop = delay.percentile(99) / 1e9
    delay.reset()
    const gauges = {
      tweedie_waiting: waiting,
      tweedie_running: running,
      tweedie_batches_total: batches,
      tweedie_batched_items_total: batchedItems,
      tweedie_open_models: models.all.filter(({ name }) => models.isOpen(name)).length,
      tweedie_event_loop_delay_seconds: loop,
      process_resident_memory_bytes: process.memoryUsage.rss(),
    }
    return new Response(measured.text(gauges), { headers: { 'content-type': 'text/plain; version=0.0.4' } })
  })
  const brief = (name: string): ModelAnswer => {
    const { bytes } = models.named(name)
    return { name, open: models.isOpen(name), bytes }
  }
  add(routes.models, () => json({ models: models.all.map(({ name }) => brief(name)) }))
  add(routes.model, async (context) => {
    const { name } = models.named(context.req.param('model') ?? '')
    const described = await queue.run(
      name,
      { signal: context.req.raw.signal },
      async (model): Promise<DescribedAnswer> => {
        const { entry } = model
        const family = await entry.load()
        const { data } = model.model.meta
        return {
          ...brief(name),
          open: true,
          family: entry.name,
          of: entry.of,
          shape: [...data.shape],
          classNames: [...model.model.classNames],
          can: [...makingRoutes, 'bound' as const].filter((each) => family.can[each] !== undefined),
          facts: withoutPlaces((await family.describe(model.model)).facts) as DescribedAnswer['facts'],
        }
      },
    )
    return json(described)
  })

  const make = async (which: MakingRoute, context: Context): Promise<Response> => {
    const route: Route = routes[which]
    if (draining) throw new ServeError(503, 'ending', 'the server ends: nothing new is begun')
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
    const finished = (drawn: Drawn): void => measured.count('tweedie_items_total', { model: name }, drawn.count)
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
  addInference(add, {
    queue,
    models,
    limits,
    room,
    isEnding: () => draining,
    onItems: (model, items) => measured.count('tweedie_evaluations_total', { model }, items),
  })
  const bounds: BoundSetting = {
    queue,
    models,
    limits,
    room,
    isEnding: () => draining,
    onItems: (model, items) => measured.count('tweedie_bounds_total', { model }, items),
  }
  add(routes.bound, async (context) => json(await answerBound(context, bounds)))
  for (const which of makingRoutes) add(routes[which], (context) => make(which, context))

  return {
    fetch: async (request) => app.fetch(request),
    async drain() {
      draining = true
      await queue.idle()
    },
    close() {
      delay.disable()
      models.close()
    },
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

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

/** @throws ServeError 401 without a token that is known */
function requireToken(known: readonly Buffer[], header: string | undefined): void {
  if (known.length === 0) return
  const given = /^bearer (.+)$/i.exec(header ?? '')?.[1]
  const sum = given === undefined ? undefined : digest(given)
  // all are compared, so that the time says nothing
  const found = known.filter((each) => sum !== undefined && timingSafeEqual(each, sum)).length > 0
  if (found) return
  throw new ServeError(401, 'token', given === undefined ? 'a token is needed' : 'the token is not known here', {
    hint: 'Authorization: Bearer TOKEN',
    headers: { 'www-authenticate': 'Bearer' },
  })
}

function logText(error: unknown): string | undefined {
  const { status } = problemOf(error)
  const { message, cause, stack } = error as Error
  if (status < 500) return message
  return [message, cause === undefined ? undefined : String(cause), status === 500 ? stack : undefined]
    .filter((each) => each !== undefined)
    .join(' | ')
}
