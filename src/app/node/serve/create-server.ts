/** The server as a function from requests to responses. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Hono, type Context } from 'hono'
import { version } from '../version.ts'
import { bodyRoom } from './body-room.ts'
import { answerBound } from './bound.ts'
import { brief, described } from './described.ts'
import type { HeldModels } from './held-models.ts'
import { addInference, inferenceError, isInference } from './inference.ts'
import type { Limits } from './limits.ts'
import type { LogEntry } from './log-entry.ts'
import { answerMaking } from './making.ts'
import { metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { problemOf, problemResponse, ServeError } from './problem.ts'
import { type AddRoute, makingRoutes, routes } from './routes.ts'
import type { Serving } from './serving.ts'
import { tokenCheck } from './tokens.ts'
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
  const requireToken = tokenCheck(tokens)
  const document = JSON.stringify(openApi(tokens.length > 0))

  const app = new Hono<{ Variables: { items: number } }>()
  const add: AddRoute = (route, answer) => {
    app.on(route.method.toUpperCase(), route.path, async (context) => {
      if (!route.open) requireToken(context.req.header('authorization'))
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
  add(routes.models, () => json({ models: models.all.map(({ name }) => brief(models, name)) }))
  add(routes.model, async (context) => {
    const { name } = models.named(context.req.param('model') ?? '')
    return json(await described({ queue, models }, name, context.req.raw.signal))
  })

  const serving = (counter: string): Serving => ({
    queue,
    models,
    limits,
    room,
    isEnding: () => draining,
    onItems: (model, items) => measured.count(counter, { model }, items),
  })
  addInference(add, serving('tweedie_evaluations_total'))
  const [bounds, making] = [serving('tweedie_bounds_total'), serving('tweedie_items_total')]
  add(routes.bound, async (context) => json(await answerBound(context, bounds)))
  for (const which of makingRoutes) add(routes[which], (context) => answerMaking(which, context, making))

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

function logText(error: unknown): string | undefined {
  const { status } = problemOf(error)
  const { message, cause, stack } = error as Error
  if (status < 500) return message
  return [message, cause === undefined ? undefined : String(cause), status === 500 ? stack : undefined]
    .filter((each) => each !== undefined)
    .join(' | ')
}
