/** A web server for tests: folders of static files, at any number of paths, with or without cross-origin isolation. */
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** What lies at a path: a folder, or a text of its own type. */
export type Content = { readonly folder: string } | { readonly type: string; readonly text: string }

export interface ServeOptions {
  /** Whether pages get SharedArrayBuffer, and so threads; default false. */
  readonly isolated?: boolean
}

export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:41234`. */
  readonly origin: string
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[]
}

/**
 * Serves `contents`, by the beginning of the path; the longest that fits counts.
 *
 * @example
 * await using server = await serve({ '/': { type: 'text/html', text: '<h1>hi</h1>' }, '/dist/': { folder: 'dist' } })
 */
export async function serve(
  contents: Readonly<Record<string, Content>>,
  { isolated = false }: ServeOptions = {},
): Promise<TestServer> {
  const asked: string[] = []
  const prefixes = Object.keys(contents).toSorted((a, b) => b.length - a.length)
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    asked.push(path)
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin')
      response.setHeader('cross-origin-embedder-policy', 'require-corp')
    }
    response.setHeader('cross-origin-resource-policy', 'same-origin')
    const prefix = prefixes.find((each) => (each.endsWith('/') && each !== '/' ? path.startsWith(each) : path === each))
    const content = contents[prefix ?? (contents['/'] && 'folder' in contents['/'] ? '/' : '')]
    if (content === undefined) return void response.writeHead(404).end('not found')
    if ('text' in content) return void response.writeHead(200, { 'content-type': content.type }).end(content.text)
    const rest = path.slice((prefix ?? '/').length)
    const file = join(content.folder, normalize(`/${rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest}`))
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isFile() !== true) return void response.writeHead(404).end('not found')
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-length': found.size,
    })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
