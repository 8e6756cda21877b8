/** The files of the built Lab. */
import { createReadStream, existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TweedieError } from '../../../errors.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/**
 * The folder of the built Lab, in this package.
 *
 * @throws TweedieError `model` where it was not built
 */
export function labFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  const found = join(folder, 'dist', 'lab')
  if (existsSync(join(found, 'index.html'))) return found
  throw new TweedieError('model', `${found}: the Lab is not built`, {
    hint: "in a checkout, 'npm run build' builds it",
  })
}

/** Sends a file below `root`. No part of the path may lead elsewhere: none is `..` or has a slash in it. */
export async function sendFile(
  root: string,
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = join(root, ...path)
  const inside = path.every((part) => part !== '..' && !/[/\\]/.test(part))
  const found = inside ? await stat(file).catch(() => undefined) : undefined
  if (found?.isFile() !== true) {
    return void response.writeHead(404, { 'content-type': types['.txt']! }).end('there is no such file\n')
  }
  response.writeHead(200, {
    'content-type': types[extname(file).toLowerCase()] ?? 'application/octet-stream',
    'content-length': found.size,
    // Names of assets have a hash of their content.
    'cache-control': path[0] === 'assets' ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  if (request.method === 'HEAD') return void response.end()
  const stream = createReadStream(file)
  stream.on('error', () => response.destroy())
  stream.pipe(response)
}
