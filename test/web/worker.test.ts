/** A page and its worker in a real browser: folders over HTTP, what is kept, runs that survive a closed tab. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fit } from '../../src/app/node/fit.ts'
import { open } from '../../src/app/node/open.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { findChromium } from '../support/chromium.ts'
import { bundled, type OpenPage, openPage } from '../support/page.ts'
import type { doings } from './worker-page.ts'

type Doings = typeof doings
const insecureName = 'insecure.test'

let opened: OpenPage
let models: string

/** Calls a function of the page. */
function ask<Name extends keyof Doings>(page: Page, name: Name, ...args: Parameters<Doings[Name]>) {
  return page.evaluate(
    async ([which, given]) => {
      const all = (globalThis as unknown as { doings: Record<string, (...args: unknown[]) => unknown> }).doings
      return all[which]!(...given)
    },
    [name, args] as const,
  ) as ReturnType<Doings[Name]> extends Promise<infer T> ? Promise<T> : never
}

/** Another tab of the same browser, or the same page elsewhere. */
async function tab(path = '/'): Promise<Page> {
  const page = await opened.page.context().newPage()
  await page.goto(path.startsWith('http') ? path : `${opened.server.origin}${path}`)
  return page
}

describe.skipIf(findChromium() === undefined)('in a browser', () => {
  beforeAll(async () => {
    models = mkdtempSync(join(tmpdir(), 'tweedie-web-test-'))
    await saveModel(join(models, 'moons'), await fit('moons', { widths: [16, 16], batch: 32, steps: 40, seed: 1 }))
    await saveModel(
      join(models, 'glyphs'),
      await fit('glyphs', { widths: [8, 8], batch: 8, steps: 6, seed: 1, items: 64 }),
    )
    opened = await openPage({
      script: 'test/web/worker-page.ts',
      contents: {
        '/worker.js': { type: 'text/javascript', text: await bundled('src/app/web/worker.ts') },
        '/models/': { folder: models },
      },
      flags: [`--host-resolver-rules=MAP ${insecureName} 127.0.0.1`],
    })
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
    rmSync(models, { recursive: true })
  })

  it.each(['moons', 'glyphs'])('draws from a folder over HTTP what Node draws: %s', async (name) => {
    const request = { count: 4, seed: 7, steps: 5 }
    const drawn = await ask(opened.page, 'draw', `/models/${name}/`, request)
    if (!('values' in drawn)) throw new Error(drawn.message)
    using painter = await open(join(models, name))
    const { data } = (await painter.draw(request)).array()
    expect(drawn.values).toHaveLength(data.length)
    expect(Math.max(...drawn.values.map((value, i) => Math.abs(value - Number(data[i]))))).toBeLessThan(1e-5)
    expect(drawn.pictures).toBe(name === 'moons' ? 1 : 4)
  })

  it('fetches weights once, and again when the model at the URL is another one', async () => {
    const weights = '/models/moons/network/model.safetensors'
    const times = () => opened.server.asked.filter((path) => path === weights).length
    const before = times()
    const first = await ask(opened.page, 'draw', '/models/moons/', { count: 1, steps: 2 })
    expect(times()).toBe(before)
    expect(first).toMatchObject({ remarks: [] })
    await saveModel(join(models, 'moons'), await fit('moons', { widths: [16, 16], batch: 32, steps: 3, seed: 2 }))
    const second = await ask(opened.page, 'draw', '/models/moons/', { count: 1, steps: 2 })
    expect(times()).toBe(before + 1)
    expect(second).toMatchObject({ remarks: [expect.stringContaining('another one than the browser kept')] })
  })

  it('refuses a file with another hash than is asked for, and a folder that is no model', async () => {
    const path = 'network/model.safetensors'
    const hash = createHash('sha256')
      .update(readFileSync(join(models, 'moons', path)))
      .digest('hex')
    const request = { count: 1, steps: 2 }
    const right = await ask(opened.page, 'draw', '/models/moons/', request, { integrity: { [path]: `sha256-${hash}` } })
    expect(right).toHaveProperty('values')
    const other = hash.replaceAll(/./g, (digit) => (digit === '0' ? '1' : '0'))
    for (const wrong of [other, 'abc']) {
      const refused = await ask(opened.page, 'draw', '/models/moons/', request, { integrity: { [path]: wrong } })
      expect(refused).toMatchObject({
        code: wrong === 'abc' ? 'usage' : 'model',
        message: expect.stringContaining('SHA-256'),
      })
    }
    const gone = await ask(opened.page, 'draw', '/models/none/', request)
    expect(gone).toMatchObject({ code: 'model', message: expect.stringContaining('no such file') })
    const away = await ask(opened.page, 'draw', 'http://127.0.0.1:1/', request)
    expect(away).toMatchObject({ code: 'model', message: expect.stringContaining('cannot be fetched') })
  })

  it('saves a model in every place, and opens it from there', async () => {
    const drawn = await ask(opened.page, 'saved', '/models/moons/')
    expect(drawn).toHaveLength(6)
    for (const values of drawn) expect(values).toEqual(drawn[0])
    for (const place of ['opfs', 'indexedDb', 'zip', 'files'] as const) {
      expect(await ask(opened.page, 'openNothing', place)).toMatchObject({ code: 'model' })
    }
  })

  it('goes on after a closed tab with the same run, bit for bit', async () => {
    const whole = await ask(opened.page, 'train', 'whole')
    expect(whole.failure).toBeUndefined()
    const page = await tab()
    const half = await ask(page, 'train', 'half', 15)
    expect(half.failure).toBeUndefined()
    const busy = await ask(opened.page, 'train', 'half')
    expect(busy.failure).toMatchObject({ code: 'exists', message: expect.stringContaining('another tab') })
    expect(await ask(opened.page, 'forget', 'half')).toMatchObject({ code: 'exists' })
    const kept = async () => (await ask(page, 'runs')).find(({ name }) => name === 'half')!.step
    expect(await kept()).toBe(10)
    await page.evaluate(() => (globalThis as unknown as { doings: Doings }).doings.hide())
    await expect.poll(kept, { timeout: 20_000 }).toBe(15)
    await page.reload()
    const rest = await ask(page, 'resume', 'half')
    expect(rest.failure).toBeUndefined()
    expect(rest.events.find(({ type }) => type === 'ready')).toMatchObject({ step: 15 })
    expect(rest.weights).toEqual(whole.weights)
    const again = await ask(page, 'train', 'half')
    expect(again.failure).toMatchObject({ code: 'exists', hint: expect.stringContaining('resume') })
    expect((await ask(page, 'resume', 'half', { widths: [3] })).failure).toMatchObject({ code: 'usage' })
    expect((await ask(page, 'resume', 'none')).failure).toMatchObject({ code: 'model' })
    await page.close()
  })

  it('writes a run folder that Node opens', async () => {
    const folder = join(models, 'run')
    const files = await ask(opened.page, 'runFiles', 'whole')
    for (const [path, bytes] of files) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), Uint8Array.from(bytes))
    }
    using painter = await open(folder)
    expect((await painter.draw({ count: 2, steps: 2 })).shape).toEqual([2, 2])
  })

  it('trains where nothing is kept, and says so', async () => {
    const page = await tab(opened.server.origin.replace('127.0.0.1', insecureName))
    const { events, failure } = await ask(page, 'train', 'mine', undefined, { steps: 5 })
    expect(failure).toBeUndefined()
    expect(events).toContainEqual({ type: 'remark', text: expect.stringContaining('lost when the tab is closed') })
    expect(events).toContainEqual({ type: 'checkpoint', step: 5, kept: false })
    const drawn = await ask(page, 'draw', '/models/glyphs/', { count: 1, steps: 2 })
    expect(drawn).toHaveProperty('values')
    await page.close()
  })

  it('says what a worker that does not load needs', async () => {
    const page = await tab('/?worker=/nothing.js')
    const said = await page.evaluate(() =>
      (globalThis as unknown as { doings: Doings }).doings
        .engine()
        .catch((error: unknown) => String((error as Error).message)),
    )
    expect(said).toContain('the worker does not run')
    await page.close()
  })
})
