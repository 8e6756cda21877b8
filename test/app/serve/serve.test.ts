/** Models over HTTP: what is drawn, formats, refusals, batches, limits, tokens, the end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, type ModelClient, ServedError } from '../../../src/client.ts'
import { open } from '../../../src/app/node/open.ts'
import { type LogEntry } from '../../../src/app/node/serve/log-entry.ts'
import { serveModels } from '../../../src/app/node/serve.ts'
import type { Serving } from '../../../src/app/node/serve/serve-options.ts'
import { parseNpy } from '../../../src/files/data/index.ts'
import { linesIn } from '../../cli/support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from '../../cli/tweedie.ts'

const folder = temporaryFolder()
let server: Serving
let client: ModelClient
const log: LogEntry[] = []

beforeAll(async () => {
  for (const line of [
    `train ${tinyImages.join(' ')} --steps 3 -q -o FOLDER/images`,
    `train ${tinyPoints.join(' ')} --steps 3 -q -o FOLDER/points`,
  ]) {
    expect(await linesIn(folder)(line)).toMatchObject({ status: 0 })
  }
  server = await serveModels({
    models: [`${folder}/images`, `flat=${folder}/points`],
    port: 0,
    maxCount: 12,
    maxSteps: 50,
    maxBody: 0.05,
    threads: 1,
    onLog: (entry) => void log.push(entry),
  })
  client = createClient(server.url)
}, 60_000)

afterAll(async () => server.close())

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, server.url), {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('models', () => {
  test('are listed, and described when they are asked for', async () => {
    const models = await client.models()
    expect(models.map(({ name }) => name)).toEqual(['images', 'flat'])
    const images = await client.model('images')
    expect(images).toMatchObject({ family: 'values', shape: [1, 28, 28], open: true })
    expect(images.can).toEqual(expect.arrayContaining(['draw', 'restore', 'edit', 'encode']))
  })

  test('that are not there are a problem with a hint', async () => {
    const error: unknown = await client.draw('image').catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ServedError)
    expect(error).toMatchObject({ status: 404, hint: 'did you mean images?', problem: { code: 'no-model' } })
  })
})

describe('drawing', () => {
  test('gives what the library gives, in every format', async () => {
    using painter = await open(`${folder}/images`, { threads: 1 })
    const drawn = await painter.draw({ count: 2, steps: 4, seed: 5 })
    const made = await client.draw('images', { count: 2, steps: 4, seed: 5 })
    expect(made).toMatchObject({ count: 2, shape: [2, 1, 28, 28], how: { seed: 5, steps: 4 } })
    expect(made.items.map((item) => item.class)).toEqual(drawn.classes)
    const npy = await post('v1/models/images/draw', { count: 2, steps: 4, seed: 5 }, { accept: 'application/x-npy' })
    const array = parseNpy(new Uint8Array(await npy.arrayBuffer()))
    expect(array.shape).toEqual([2, 1, 28, 28])
    expect([...array.data]).toEqual([...drawn.array().data])
    const png = await client.picture('images', { count: 2, steps: 4, seed: 5 }, { columns: 1, scale: 2 })
    expect([...png.subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)))
    const webp = await client.picture('images', { count: 1, steps: 2 }, { format: 'webp' })
    expect(new TextDecoder().decode(webp.subarray(8, 12))).toBe('WEBP')
  })

  test('points are numbers', async () => {
    const { items } = await client.draw('flat', { count: 3, steps: 3 })
    expect(items.map(({ values }) => values!.length)).toEqual([2, 2, 2])
    const picture = await client.picture('flat', { count: 3, steps: 3 })
    expect(picture.length).toBeGreaterThan(100)
  })

  test('many at once are the same as one by one, and go through in batches', async () => {
    const requests = Array.from({ length: 12 }, (_, seed) => ({
      count: 1 + (seed % 2),
      steps: 3,
      seed,
      class: seed % 3,
    }))
    const alone = []
    for (const request of requests) alone.push(await client.draw('images', request))
    const before = await batches()
    const together = await Promise.all(requests.map((request) => client.draw('images', request)))
    expect(together.map(({ items }) => items)).toEqual(alone.map(({ items }) => items))
    expect((await batches()) - before).toBeLessThan(12)
  })

  test('what items cost is what the library says, of pictures and of numbers', async () => {
    using painter = await open(`${folder}/images`, { threads: 1 })
    const [png] = (await client.draw('images', { count: 1, steps: 2 })).items.map((each) => each.png!)
    const blank = new Float32Array(28 * 28).fill(-1)
    const asked = { class: ['1', '2'], terms: 5 }
    const cost = await client.bound('images', { items: [png!, [...blank]], ...asked })
    expect(cost).toMatchObject({ count: 2, dimensions: 28 * 28 })
    const alone = await painter.bound(blank, { class: '1', terms: 5 })
    const first = await client.bound('images', { items: [[...blank]], class: 1, terms: 5 })
    expect(first.items[0]!.nats).toEqual({ bound: alone.nats['bound']![0] })
    expect(cost.items[0]!.nats['bound']).not.toBe(cost.items[1]!.nats['bound'])
    for (const request of [
      { items: [] },
      { items: [[1, 2]] },
      { items: [[...blank]], class: '11' },
      { items: [[...blank]], boundDecoder: 'fitted' },
    ]) {
      expect([400, 422]).toContain((await post('v1/models/images/bound', request)).status)
    }
    expect((await post('v1/models/flat/bound', { items: [Array.from({ length: 26 }, () => 0)] })).status).toBe(413)
    expect((await post('v1/models/flat/bound', { items: [[0, 0]], terms: 51 })).status).toBe(413)
  })

  test('is watched', async () => {
    const events = []
    for await (const event of client.watch('images', { count: 2, steps: 4 })) events.push(event)
    expect(events.map(({ type }) => type)).toEqual(['progress', 'progress', 'progress', 'progress', 'result'])
    expect(events[3]).toMatchObject({ progress: { done: 2, total: 2, step: { index: 3, total: 4 } } })
    await expect(async () => {
      for await (const _ of client.watch('images', { count: 1, steps: 2, class: 'horse' }));
    }).rejects.toMatchObject({ code: 'usage' })
  })

  test('one that makes no sense does not spoil those beside it', async () => {
    const [good, bad] = await Promise.allSettled([
      client.draw('images', { steps: 3, class: 1 }),
      client.draw('images', { steps: 3, class: 'horse' }),
    ])
    expect(good.status).toBe('fulfilled')
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'usage', status: 400 } })
  })
})

async function batches(): Promise<number> {
  const text = await (await fetch(new URL('metrics', server.url))).text()
  return Number(/^tweedie_batches_total (\d+)$/m.exec(text)![1])
}

describe('items that are sent', () => {
  test('are restored, edited, encoded and decoded', async () => {
    const { items } = await client.draw('images', { count: 1, steps: 3 })
    const item = `data:image/png;base64,${items[0]!.png}`
    const mask = item
    const restored = await client.restore('images', {
      item,
      task: 'inpaint',
      mask: 'hole',
      pictures: { hole: mask },
      count: 2,
      steps: 3,
    })
    expect(restored.shape).toEqual([2, 1, 28, 28])
    expect((await client.edit('images', { item, strength: 0.5, steps: 3, count: 1 })).count).toBe(1)
    const latents = await post('v1/models/images/encode', { item, steps: 4 }, { accept: 'application/x-npy' })
    const npy = Buffer.from(await latents.arrayBuffer()).toString('base64')
    expect((await client.decode('images', { item: npy, steps: 4 })).shape).toEqual([1, 1, 28, 28])
  })

  test('and nothing else is read', async () => {
    const item = Array.from({ length: 784 }, () => 0)
    await expect(
      client.restore('images', { item, task: 'inpaint', mask: '/etc/passwd', steps: 2 }),
    ).rejects.toMatchObject({
      status: 400,
      message: '/etc/passwd: there is no such picture in the request',
    })
    await expect(client.draw('images', { weak: '/etc' })).rejects.toMatchObject({ status: 400 })
    await expect(client.edit('images', { item: '!', steps: 2 })).rejects.toMatchObject({ code: 'data', status: 422 })
    await expect(client.edit('images', { item: [1, 2], steps: 2 })).rejects.toMatchObject({ code: 'shape' })
  })
})

describe('bad requests are problems', () => {
  test.each([
    ['an option that is none', { stepz: 3 }, 400, /no option `stepz`/],
    ['a count that is none', { count: 0 }, 400, /`count`/],
    ['a count of text', { count: 'many' }, 400, /`count`/],
    ['more than allowed', { count: 13 }, 413, /at most 12/],
    ['more steps than allowed', { steps: 51 }, 413, /at most 50/],
    ['a list', [1], 400, /the body/],
    ['no JSON', '{"count": ', 400, /no JSON/],
    ['too much', `{"class": "${'x'.repeat(60_000)}"}`, 413, /larger than 0.05 MB/],
  ])('%s', async (_, body, status, detail) => {
    const response = await post('v1/models/images/draw', body)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await response.json()) as Record<string, unknown>
    expect(problem).toMatchObject({ status, detail: expect.stringMatching(detail) })
  })

  test('another type, another format, another route', async () => {
    expect((await post('v1/models/images/draw', '{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post('v1/models/images/draw', '{}', { accept: 'audio/mpeg' })).status).toBe(406)
    expect((await post('v1/nothing', '{}')).status).toBe(404)
    expect((await post('v1/models/images/draw?columns=x', '{}', { accept: 'image/png' })).status).toBe(400)
  })

  test('and are logged once, without their content', async () => {
    log.length = 0
    await post('v1/models/images/draw', { class: 'secret', stepz: 1 })
    expect(log).toHaveLength(1)
    expect(JSON.stringify(log)).not.toContain('secret')
    expect(log[0]).toMatchObject({ status: 400, method: 'POST' })
  })
})

test('a client that is gone: nothing is drawn for it, others get theirs', async () => {
  const stop = new AbortController()
  const gone = client.draw('images', { count: 12, steps: 50, seed: 1 }, { signal: stop.signal })
  const waits = client.draw('images', { count: 1, steps: 3, seed: 2 })
  setTimeout(() => stop.abort(), 20)
  await expect(gone).rejects.toThrow()
  expect((await waits).count).toBe(1)
})

test('the document describes every route', async () => {
  const document = (await (await fetch(new URL('openapi.json', server.url))).json()) as {
    readonly openapi: string
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
  }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toContain('/v1/models/{model}/draw')
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) {
      const url = new URL(path.replace('{model}', 'images'), server.url)
      expect((await fetch(url, { method })).status, path).not.toBe(404)
    }
  }
})

describe('tokens and limits', () => {
  test('a token is needed where there is one; health is for everybody', async () => {
    await using guarded = await serveModels({ models: [`${folder}/points`], port: 0, tokens: ['one', 'two'] })
    expect((await fetch(`${guarded.url}healthz`)).status).toBe(200)
    for (const token of [undefined, 'three', 'on']) {
      await expect(createClient(guarded.url, { token }).models()).rejects.toMatchObject({ status: 401 })
    }
    expect(await createClient(guarded.url, { token: 'two' }).models()).toHaveLength(1)
  })

  test('a full queue says when to come again', async () => {
    await using small = await serveModels({ models: [`${folder}/points`], port: 0, maxWaiting: 1, batch: 1 })
    const many = createClient(small.url, { retries: 0 })
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, seed) => many.draw('points', { count: 4, steps: 40, seed })),
    )
    const refused = all.filter((each) => each.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThan(8)
    for (const { reason } of refused) expect(reason).toMatchObject({ status: 429 })
  })

  test('what takes too long is ended', async () => {
    await using hasty = await serveModels({ models: [`${folder}/images`], port: 0, maxSeconds: 0.05 })
    await expect(createClient(hasty.url).draw('images', { count: 64, steps: 40 })).rejects.toMatchObject({
      status: 504,
    })
  })

  test('memory for one model: the other is closed', async () => {
    await using tight = await serveModels({
      models: [`${folder}/images`, `${folder}/points`],
      port: 0,
      memory: 1,
    })
    const its = createClient(tight.url)
    await its.draw('images', { steps: 2 })
    await its.draw('points', { steps: 2 })
    expect((await its.models()).map((each) => each.open)).toEqual([false, true])
    expect((await its.draw('images', { steps: 2 })).count).toBe(1)
  })

  test('a port in use, two models of one name, a folder that is none', async () => {
    const port = Number(new URL(server.url).port)
    await expect(serveModels({ models: [`${folder}/points`], port })).rejects.toMatchObject({ code: 'usage' })
    const twice = [`${folder}/points`, `${folder}/points`]
    await expect(serveModels({ models: twice, port: 0 })).rejects.toThrow('two models are named points')
    await expect(serveModels({ models: [`${folder}/nowhere`], port: 0 })).rejects.toMatchObject({ code: 'model' })
  })
})

test('at its end it answers what was begun, and takes nothing new', async () => {
  const ending = await serveModels({ models: [`${folder}/images`], port: 0 })
  const its = createClient(ending.url)
  await its.draw('images', { steps: 2 })
  const begun = its.draw('images', { count: 8, steps: 40 })
  await new Promise((done) => setTimeout(done, 30))
  const closed = ending.close()
  expect((await begun).count).toBe(8)
  await closed
  await expect(its.models()).rejects.toThrow()
})
