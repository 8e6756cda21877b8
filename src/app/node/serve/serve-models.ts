/** Serves models over HTTP. */
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { TweedieError } from '../../../errors.ts'
import type { OwnParts } from '../../../families/family.ts'
import type { ValuesOf } from '../../../options.ts'
import { open } from '../open.ts'
import { createServer, type LogEntry } from './create-server.ts'
import { holdModels } from './held-models.ts'
import { type limitOptions, limitsOf } from './limits.ts'

/** How models are served. Limits have the defaults of `tweedie serve`. */
export interface ServeOptions extends ValuesOf<typeof limitOptions> {
  /** The folders of models; `name=folder` gives one another name. */
  readonly models: readonly string[]
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string | undefined
  /** Default 8033; 0 is any free one. */
  readonly port?: number | undefined
  /** Tokens of which a request needs one; none: everybody who reaches the port may ask. */
  readonly tokens?: readonly string[] | undefined
  /** Bytes of weights that are open at a time; the models that were not used for longest are closed. */
  readonly memory?: number | undefined
  /** Whether all models are opened at the start, and not when they are first asked for. */
  readonly eager?: boolean | undefined
  readonly device?: string | undefined
  readonly threads?: number | undefined
  readonly own?: OwnParts | undefined
  /** Called with each request when it is answered. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined
  readonly onRemark?: ((text: string) => void) | undefined
}

/** Models while they are served. */
export interface Serving extends AsyncDisposable {
  /** `http://127.0.0.1:8033/` */
  readonly url: string
  readonly models: readonly string[]
  /** Takes nothing new, ends what was begun, at most for so long, and closes. */
  close(seconds?: number): Promise<void>
}

const usualPort = 8033

/**
 * Serves models until it is closed.
 *
 * @throws TweedieError `usage` for a port that is taken or names that are used twice, `model` for a folder that is not there
 * @example
 * await using server = await serveModels({ models: ['runs/icons'] })
 * const response = await fetch(`${server.url}v1/models/icons/draw`, { method: 'POST', body: '{"count": 4}' })
 */
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
  const opening = { own, onRemark, ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  const models = await holdModels(sources, (path) => open(path, opening), memory)
  if (eager) for (const { name } of models.all) await models.use(name)
  const server = createServer({ models, limits: limitsOf(limits), tokens, ...(onLog && { onLog }) })
  const http = createAdaptorServer({ fetch: server.fetch })
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
