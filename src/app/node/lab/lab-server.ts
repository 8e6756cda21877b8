/**
 * The Lab on this machine: its static files, and what it asks about run folders. It listens on the loopback address alone, answers
 * only requests that name it by that address (so that no web site can read runs through a rebound name), and writes nothing.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { version } from '../version.ts'
import { labFolder, sendFile } from './static-files.ts'
import { answerApi, type ApiSetting } from './run-api.ts'

/** How the Lab is served. */
export interface LabOptions {
  /** The folder whose runs are shown. */
  readonly folder: string
  /** Default: 4870, or any free one if that is taken; 0 is any. */
  readonly port?: number | undefined
  /** Where the built Lab lies; default: in this package. */
  readonly assets?: string | undefined
}

/** The Lab while it is served. */
export interface LabServer extends AsyncDisposable {
  /** `http://127.0.0.1:4870/`. */
  readonly url: string
  close(): Promise<void>
}

const usualPort = 4870

/**
 * Serves the Lab until it is closed.
 *
 * @throws TweedieError `usage` for a port that is taken, `model` where the Lab is not built
 * @example
 * await using lab = await serveLab({ folder: 'runs' })
 * console.log(lab.url)
 */
export async function serveLab({ folder, port, assets = labFolder() }: LabOptions): Promise<LabServer> {
  const leaving = new AbortController()
  const server = createServer((request, response) => {
    answer(request, response, { folder, assets, signal: leaving.signal }).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(error instanceof Error ? error.message : String(error))
    })
  })
  if (port === undefined) await listen(server, usualPort).catch(() => listen(server, 0))
  else await listen(server, port)
  const close = async (): Promise<void> => {
    leaving.abort()
    server.closeAllConnections()
    await new Promise<void>((done) => server.close(() => done()))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const taken = cause.code === 'EADDRINUSE'
      fail(
        new TweedieError('usage', taken ? `\`port: ${port}\` is taken` : `\`port: ${port}\`: ${cause.message}`, {
          hint: 'name another one, or leave it out',
          cause,
        }),
      )
    }
    server.once('error', onError)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError)
      done()
    })
  })
}

/** What a page may do, and what it needs to have threads. */
const headers: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy':
    "default-src 'self' blob: data:; script-src 'self' 'wasm-unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; connect-src * blob: data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

interface LabSetting extends ApiSetting {
  readonly assets: string
}

async function answer(request: IncomingMessage, response: ServerResponse, setting: LabSetting): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const refuse = (status: number, why: string): void =>
    void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
  if (!isLocal(request.headers.host)) return refuse(403, 'ask for it as 127.0.0.1 or localhost')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'there is nothing to change here')
  const path = pathOf(request.url)
  if (path === undefined) return refuse(400, 'that is not a path')
  if (path[0] === 'api') return answerApi(path.slice(1), request, response, setting)
  if (path.length === 0) return sendPage(setting.assets, response)
  return sendFile(setting.assets, path, request, response)
}

/** The page, with a mark by which it knows that it may ask about runs. */
async function sendPage(assets: string, response: ServerResponse): Promise<void> {
  const page = await readFile(join(assets, 'index.html'), 'utf8')
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
  response.end(page.replace('<head>', `<head><meta name="tweedie-lab" content="${version}" />`))
}

function isLocal(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? '')
}

/** The parts of a path; undefined for one that cannot be read, or that would lead elsewhere. */
function pathOf(url: string | undefined): readonly string[] | undefined {
  try {
    const parts = (url ?? '/').split(/[?#]/)[0]!.split('/').filter(Boolean).map(decodeURIComponent)
    return parts.some((part) => part === '..' || part === '.' || /[\0\\]/.test(part)) ? undefined : parts
  } catch {
    return undefined
  }
}
