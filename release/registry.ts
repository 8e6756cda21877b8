/** A registry of packages in this process: what `npm install` asks of one, answered from tarballs that are at hand, and from nothing else. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A registry under its address. */
export interface Registry extends AsyncDisposable {
  readonly url: string
}

/** Serves these tarballs, each the only version of its package. */
export async function serveTarballs(tarballs: readonly string[]): Promise<Registry> {
  const files = new Map<string, Buffer>()
  const packages = new Map<string, (url: string) => unknown>()
  for (const tarball of tarballs) {
    const content = readFileSync(tarball)
    const manifest = JSON.parse(
      execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
    ) as {
      readonly name: string
      readonly version: string
    }
    const { name, version } = manifest
    const file = `/-/${name.replace('/', '-')}.tgz`
    files.set(file, content)
    const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
    packages.set(name, (url) => ({
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist: { tarball: url + file, integrity } } },
    }))
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!)
    const answer = files.get(path) ?? packages.get(path.slice(1))
    if (answer === undefined) response.writeHead(404).end('{}')
    else if (Buffer.isBuffer(answer)) response.end(answer)
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(url())))
  })
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: url(),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
