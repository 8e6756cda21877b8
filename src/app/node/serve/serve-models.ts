/** Serves models over HTTP. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { TweedieError } from '../../../errors.ts'
import { open } from '../open.ts'
import type { ServeOptions, Serving } from './serve-options.ts'
import { createServer } from './create-server.ts'
import { servedAccess } from './items.ts'
import { holdModels } from './held-models.ts'
import { usualLimits } from './limits.ts'

const usualPort = 8033

/** Connections at a time: more are closed as they come. */
const mostConnections = 4096

/** How long a client may take to send a request, in milliseconds: one that sends a byte now and then takes up a connection only so long. */
const patience = Object.freeze({
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5000,
  keepAliveTimeout: 5000,
})

/** See `serveModels` in `../serve.ts`. */
export async function serveModels({
  models: sources,
  host = '127.0.0.1',
  port = usualPort,
  tokens = [],
  memory,
  eager,
  device,
  threads,
  own,
  onLog,
  onRemark,
  ...limits
}: ServeOptions): Promise<Serving> {
  const opening = {
    own,
    onRemark,
    access: servedAccess,
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
  }
  const models = await holdModels(sources, (path) => open(path, opening), memory)
  if (eager) for (const { name } of models.all) await models.use(name)
  const all = { ...usualLimits, ...limits }
  const server = createServer({ models, limits: all, tokens, ...(onLog && { onLog }) })
  const http = createAdaptorServer({ fetch: server.fetch, serverOptions: patience }) as Server
  // Who reads nothing of what is sent, and sends nothing, is let go.
  http.setTimeout(1000 * (all.maxSeconds + 30))
  http.maxConnections = mostConnections
  await new Promise<void>((done, fail) => {
    http.once('error', (cause: NodeJS.ErrnoException) => fail(cannotListen(cause, host, port)))
    http.listen(port, host, done)
  })
  const { port: found, address, family } = http.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = (seconds = 30): Promise<void> => {
    closing ??= (async () => {
      const closed = new Promise<void>((done) => http.close(() => done()))
      await Promise.race([server.drain(), new Promise((done) => setTimeout(done, 1000 * seconds).unref())])
      // answers that are still being sent have a moment to arrive
      await Promise.race([closed, new Promise((done) => setTimeout(done, 250).unref())])
      if ('closeAllConnections' in http) http.closeAllConnections()
      server.close()
    })()
    return closing
  }
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${found}/`,
    models: models.all.map(({ name }) => name),
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): TweedieError {
  if (cause.code === 'EADDRINUSE') {
    return new TweedieError('usage', `port ${port} is in use`, {
      hint: 'another one: `port: 8034`, or 0 for any',
      cause,
    })
  }
  if (cause.code === 'EACCES') return new TweedieError('usage', `port ${port} is not allowed to this user`, { cause })
  return new TweedieError('usage', `cannot listen at ${host}, port ${port} (${cause.code})`, { cause })
}
