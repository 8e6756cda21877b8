/** Clients that cannot be trusted: what they name, how much they send, and how they leave. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodyRoom } from '../../../src/app/node/serve/body-room.ts'
import type { LogEntry } from '../../../src/app/node/serve/log-entry.ts'
import type { Serving } from '../../../src/app/node/serve/serve-options.ts'
import { withoutPlaces } from '../../../src/app/node/serve/without-places.ts'
import { workQueue } from '../../../src/app/node/serve/work-queue.ts'
import { serveModels } from '../../../src/app/node/serve.ts'
import type { WarmModel } from '../../../src/app/warm-model.ts'
import { linesIn } from '../../cli/support.ts'
import { temporaryFolder, tinyPoints } from '../../cli/tweedie.ts'

const folder = temporaryFolder()
const log: LogEntry[] = []
let server: Serving

beforeAll(async () => {
  expect(await linesIn(folder)(`train ${tinyPoints.join(' ')} --steps 3 -q -o FOLDER/points`)).toMatchObject({
    status: 0,
  })
  const onLog = (entry: LogEntry): void => void log.push(entry)
  server = await serveModels({ models: [`${folder}/points`], port: 0, threads: 1, maxBody: 0.05, onLog })
}, 60_000)

afterAll(async () => server.close())

const draw = async (body: unknown) => {
  const response = await fetch(new URL('v1/models/points/draw', server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, problem: (await response.json()) as Record<string, unknown> }
}

describe('nothing on the disk is read by name', () => {
  test.each([
    ['a model', { weak: 'PLACE/points', guidance: 1 }],
    ['a file', { classifier: '/etc/passwd' }],
    ['a file that is not there', { classifier: '/etc/nothing' }],
    ['data', { sampler: 'analytic-ddpm', data: 'PLACE/points' }],
    ['the data of the training', { sampler: 'analytic-ddpm' }],
  ])('%s', async (_, body) => {
    const named = JSON.parse(JSON.stringify(body).replaceAll('PLACE', folder)) as unknown
    for (const request of [named, { ...(named as object), pictures: {} }]) {
      const { status, problem } = await draw(request)
      expect(problem).toMatchObject({ code: 'usage', detail: /not read by a server/ })
      expect(status).toBe(400)
    }
  })

  test('and where things lie is not told', () => {
    const facts = { data: { path: '/home/me/photos', name: 'photos' }, of: ['C:\\\\me\\\\runs', 1, null] }
    expect(withoutPlaces(facts)).toEqual({ data: { path: 'photos', name: 'photos' }, of: ['runs', 1, null] })
  })
})

test('what goes wrong is in the log once', async () => {
  log.length = 0
  await draw({ class: 'horse' })
  expect(log).toHaveLength(1)
  expect(log[0]).toMatchObject({ status: 400, error: /no class 'horse'/ })
})

/** Sends text as it is, and gives the first line of the answer. */
function raw(...parts: string[]): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => parts.forEach((part) => socket.write(part)))
    let text = ''
    socket.on('data', (data) => {
      text += data.toString('latin1')
      if (text.includes('\r\n')) socket.destroy()
    })
    socket.on('error', reject).on('close', () => resolve(text.split('\r\n')[0]!))
  })
}

test('requests that are none, or longer than they say', async () => {
  const head = 'POST /v1/models/points/draw HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  expect(await raw('nonsense\r\n\r\n')).toContain('400')
  expect(await raw('GET / HTTP/1.1\r\nhost: x\r\nx: ', 'a'.repeat(40_000), '\r\n\r\n')).toContain('431')
  const chunk = `8000\r\n${' '.repeat(0x8000)}\r\n`
  expect(await raw(head, 'transfer-encoding: chunked\r\n\r\n', chunk, chunk, chunk)).toContain('413')
  expect(await raw(head, 'content-length: 99999999\r\n\r\n{')).toContain('413')
  expect(await raw(head, 'content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}')).toContain('415')
  expect((await draw({ count: 1, steps: 2 })).status).toBe(200)
})

test('large bodies at once are bounded together', () => {
  const room = bodyRoom(1)
  const sent = (length?: number): Request =>
    new Request('http://here', { headers: length === undefined ? {} : { 'content-length': String(length) } })
  const held = Array.from({ length: 16 }, (_, i) => room.take(sent(i % 2 === 0 ? 1e6 : undefined)))
  expect(() => room.take(sent(10))).toThrow('too much is being sent')
  held[0]![Symbol.dispose]()
  room.take(sent(1e12))
  expect(() => room.take(sent())).toThrow('too much is being sent')
})

test('who leaves the queue leaves room in it', async () => {
  const queue = workQueue({ most: 2, batch: 1, gatherMs: 0, open: async () => ({}) as WarmModel })
  let end!: () => void
  const busy = queue.run('m', { signal: new AbortController().signal }, () => new Promise<void>((done) => (end = done)))
  await new Promise((done) => setTimeout(done, 10))
  const gone = new AbortController()
  const ask = (signal: AbortSignal): Promise<string> => queue.run('m', { signal }, async () => 'done')
  const left = [ask(gone.signal), ask(gone.signal)]
  const { signal } = new AbortController()
  await expect(ask(signal)).rejects.toMatchObject({ status: 429 })
  gone.abort()
  for (const each of left) await expect(each).rejects.toMatchObject({ status: 499 })
  const waiting = ask(signal)
  end()
  expect(await waiting).toBe('done')
  await busy
})
