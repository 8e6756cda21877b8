/** The engine for browsers in a real one, against Node's. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { findChromium } from '../support/chromium.ts'
import { openPage, type OpenPage, ortFolder } from '../support/page.ts'
import type { InPage } from './engine-page.ts'
import { trainAndDraw } from './training.ts'

declare const inPage: InPage

const script = fileURLToPath(new URL('engine-page.ts', import.meta.url))

describe.skipIf(findChromium() === undefined)('the engine for browsers', () => {
  let opened: OpenPage
  beforeAll(async () => {
    // A server that answers everything with its page, as many do.
    const page = { type: 'text/html', text: '<h1>not found</h1>' }
    const loader = await readFile(join(ortFolder, 'ort-wasm-simd-threaded.mjs'), 'utf8')
    const contents = {
      '/html/ort-wasm-simd-threaded.mjs': { type: 'text/javascript', text: loader },
      '/html/ort-wasm-simd-threaded.wasm': page,
    }
    opened = await openPage({ script, contents, flags: ['--js-flags=--expose-gc'] })
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  it('says what it chose, and why', async () => {
    expect(await opened.page.evaluate(() => inPage.facts({ assets: '/ort/' }))).toMatchObject({
      device: 'cpu',
      access: 'heap',
      threads: 1,
      isolated: false,
      why: expect.stringMatching(/^WebAssembly, since .*, one thread, since the page is not cross-origin isolated/),
    })
  })

  it('does without a GPU that does not work, unless one is asked for', async () => {
    const facts = await opened.page.evaluate(() => inPage.factsOfBrokenGpu({ assets: '/ort/' }))
    expect(facts).toMatchObject({
      device: 'cpu',
      access: 'heap',
      why: expect.stringContaining('WebGPU does not start'),
    })
  })

  it.each([
    ['moons', 20, 'heap'],
    ['moons', 20, 'api'],
    ['glyphs', 3, 'heap'],
  ] as const)('trains and draws %s as Node does: %s steps by its %s', async (what, steps, access) => {
    const there = await opened.page.evaluate(
      ([how, kind, count]) => inPage.trained({ assets: '/ort/', access: how }, kind, count),
      [access, what, steps] as const,
    )
    const here = await trainAndDraw(await nodeEngine(), what, steps)
    expect(there.losses).toHaveLength(steps)
    there.losses.forEach((loss, i) => expect(Math.abs(loss - here.losses[i]!), `step ${i}`).toBeLessThan(1e-6))
    const furthest = Math.max(...there.samples.map((each, i) => Math.abs(each - here.samples[i]!)))
    expect(there.samples.length).toBe(here.samples.length)
    expect(furthest).toBeLessThan(1e-5)
  })

  it('shares its memory with arrays and kernels', async () => {
    const { norms, ...rest } = await opened.page.evaluate(() => inPage.inRoom({ assets: '/ort/' }))
    expect(rest).toEqual({ together: true, zeros: true, values: [20, -2, 1998], same: true })
    expect(norms[0]).toBe(norms[1])
  })

  it('uses memory again that nothing refers to', async () => {
    const sizes = await opened.page.evaluate(() => inPage.reused({ assets: '/ort/' }, 12, 64))
    expect(Math.max(...sizes)).toBeLessThan(500) // all twelve at once would be 768
  })

  it.each([0, 30])('lets events in between runs, at least every %d ms', async (yieldEvery) => {
    const { done, runs } = await opened.page.evaluate(
      (every) => inPage.runsUntilTimer({ assets: '/ort/', yieldEvery: every }),
      yieldEvery,
    )
    expect(done).toBe(true)
    if (yieldEvery === 0) expect(runs).toBeLessThan(10)
  })

  it.each([
    [{ assets: '/nowhere/' }, 'device', 'nowhere'],
    [{ assets: '/html/' }, 'device', 'the server answers text/html'],
    [{ assets: '/ort/', device: 'cuda' }, 'usage', "`device: 'cuda'`"],
    [{ assets: '/ort/', device: 'webgpu' }, 'device', 'WebGPU'],
    [{ assets: '/ort/', threads: 0 }, 'usage', '`threads: 0`'],
    [{ assets: '/ort/', yieldEvery: -1 }, 'usage', '`yieldEvery: -1`'],
    [{ assets: '/ort/', ort: '/nowhere.mjs' }, 'device', '/nowhere.mjs'],
    [{ assets: 'http://[' }, 'usage', "'http://[' is not a URL"],
  ])('refuses %j by name', async (options, code, words) => {
    const error = await opened.page.evaluate((each) => inPage.refused(each), options)
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
  })

  it('writes no errors but those of missing files', () =>
    expect(opened.errors.filter((line) => !line.includes('404'))).toEqual([]))
})

describe.skipIf(findChromium() === undefined)('the engine in an isolated page', () => {
  it('has threads', async () => {
    await using isolated = await openPage({ script, isolated: true })
    const { page } = isolated
    const facts = await page.evaluate(() => inPage.facts({ assets: '/ort/', threads: 2 }))
    expect(facts).toMatchObject({ threads: 2, isolated: true, access: 'heap' })
    for (const access of ['heap', 'api'] as const) {
      const there = await page.evaluate(
        (how) => inPage.trained({ assets: '/ort/', access: how, threads: 2 }, 'moons', 5),
        access,
      )
      const here = await trainAndDraw(await nodeEngine(), 'moons', 5)
      there.losses.forEach((loss, i) => expect(Math.abs(loss - here.losses[i]!)).toBeLessThan(1e-6))
    }
    expect(isolated.errors).toEqual([])
  })
})
