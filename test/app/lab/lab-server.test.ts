/** The Lab on this machine: what it says of runs, and what it refuses. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LabServer, serveLab } from '../../../src/app/node/lab/lab-server.ts'
import { lockRun } from '../../../src/tools/train/node/run-lock.ts'

const line = (step: number) =>
  `${JSON.stringify({ step, epoch: 1, loss: 1 / step, gradientNorm: 1, rate: 1e-3, lossByNoise: [1, null], itemsPerSecond: 9, seconds: step / 10 })}\n`

let [root, runs, assets] = ['', '', '']
let lab: LabServer
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tweedie-lab-test-'))
  ;[runs, assets] = [join(root, 'runs'), join(root, 'assets')]
  mkdirSync(join(runs, 'deep', 'one', 'samples'), { recursive: true })
  writeFileSync(join(runs, 'deep', 'one', 'train.json'), '{ "data": { "path": "moons" } }')
  writeFileSync(join(runs, 'deep', 'one', 'log.jsonl'), line(20) + line(40))
  for (const step of [20, 100]) writeFileSync(join(runs, 'deep', 'one', 'samples', `step-${step}.png`), 'a picture')
  mkdirSync(join(runs, 'no-run'))
  mkdirSync(join(root, 'outside'))
  writeFileSync(join(root, 'outside', 'train.json'), '{}')
  symlinkSync(join(root, 'outside'), join(runs, 'link'))
  symlinkSync(join(root, 'outside', 'train.json'), join(runs, 'deep', 'one', 'samples', 'link.png'))
  mkdirSync(join(assets, 'assets'), { recursive: true })
  writeFileSync(join(assets, 'index.html'), '<head></head><h1>lab</h1>')
  writeFileSync(join(assets, 'assets', 'a-hash.js'), '1')
  writeFileSync(join(root, 'secret.txt'), 'secret')
  lab = await serveLab({ folder: runs, port: 0, assets })
})
afterAll(async () => {
  await lab.close()
  rmSync(root, { recursive: true })
})

/** A request whose path and headers are sent as they are. */
function raw(path: string, { method = 'GET', headers = {} } = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((done, fail) => {
    const sent = ask(lab.url, { method, path, headers }, async (response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part as Buffer)
      done({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) })
    })
    sent.on('error', fail).end()
  })
}
const json = async (path: string): Promise<unknown> => JSON.parse((await raw(path)).body.toString())

describe('runs', () => {
  it('are found in folders, with their last line', async () => {
    expect(await json('/api/runs')).toEqual([
      {
        name: 'deep/one',
        kind: 'run',
        data: 'moons',
        busy: false,
        last: { step: 40, loss: 1 / 40, seconds: 4 },
        changed: expect.any(Number),
      },
    ])
  })

  it('have logs, pictures by step, and cards', async () => {
    expect(await json('/api/run/deep%2Fone/log')).toMatchObject([{ step: 20 }, { step: 40 }])
    expect(await json('/api/run/deep%2Fone/samples')).toEqual(['link.png', 'step-20.png', 'step-100.png'])
    expect((await raw('/api/run/deep%2Fone/samples/step-20.png')).body.toString()).toBe('a picture')
    // This folder has no model yet: the card says so.
    expect(await json('/api/run/deep%2Fone/card')).toMatchObject({ problem: expect.any(String) })
  })

  it('are downloaded whole', async () => {
    const { body, headers } = await raw('/api/run/deep%2Fone/zip')
    expect(headers['content-type']).toBe('application/zip')
    const files = unzipSync(body)
    expect(Object.keys(files).toSorted()).toEqual(
      ['log.jsonl', 'samples/step-100.png', 'samples/step-20.png', 'train.json'].map((file) => `one/${file}`),
    )
    expect(Buffer.from(files['one/log.jsonl']!).toString()).toBe(line(20) + line(40))
  })

  it('are watched: new lines, new pictures, whether a process trains there', async () => {
    const stopped = new AbortController()
    const response = await fetch(`${lab.url}api/run/deep%2Fone/watch`, { signal: stopped.signal })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    const until = async (what: RegExp): Promise<void> => {
      while (!what.test(seen)) seen += (await reader.read()).value ?? ''
    }
    await until(/event: log\ndata: .*"step":40.*"anew":true/)
    await until(/event: state\ndata: {"busy":false}/)
    appendFileSync(join(runs, 'deep', 'one', 'log.jsonl'), line(60))
    await until(/event: log\ndata: {"lines":\[{"step":60[^\]]*\[1,null\][^\]]*\],"anew":false}/)
    using _lock = lockRun(join(runs, 'deep', 'one'))
    await until(/"busy":true/)
    stopped.abort()
  })
})

describe('what is refused', () => {
  it.each(['evil.example', 'evil.example:4870', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'another host: %s',
    async (host) => {
      expect((await raw('/', { headers: { host } })).status).toBe(403)
    },
  )

  it.each(['POST', 'PUT', 'DELETE'])('%s', async (method) => expect((await raw('/', { method })).status).toBe(405))

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
  ])('a file outside: %s', async (path) => {
    const { status, body } = await raw(path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body.toString()).not.toContain('secret\n')
    expect(body.toString()).not.toBe('secret')
  })

  it.each(['..%2Foutside', 'link', 'no-run', 'deep', '%00', 'deep%2Fone%2F..%2F..%2F..%2Foutside'])(
    'a run that is none of these: %s',
    async (name) => expect((await raw(`/api/run/${name}/log`)).status).toBeGreaterThanOrEqual(400),
  )

  it('a picture that is a link out of the folder', async () => {
    expect((await raw('/api/run/deep%2Fone/samples/link.png')).status).toBe(404)
  })

  it('a port that is taken', async () => {
    const port = Number(new URL(lab.url).port)
    await expect(serveLab({ folder: runs, port, assets })).rejects.toThrow(`\`port: ${port}\` is taken`)
  })
})

it('the page may have threads, and its assets are kept', async () => {
  const page = await raw('/')
  expect(page.body.toString()).toMatch(/^<head><meta name="tweedie-lab" content="[\d.]+" \/><\/head><h1>lab<\/h1>$/)
  expect(page.headers['cross-origin-opener-policy']).toBe('same-origin')
  expect(page.headers['cross-origin-embedder-policy']).toBe('require-corp')
  expect((await raw('/assets/a-hash.js')).headers['cache-control']).toContain('immutable')
  expect((await raw('/localhost', { headers: { host: 'localhost:1' } })).status).toBe(404)
})
