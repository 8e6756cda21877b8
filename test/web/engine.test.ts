/** The engine for browsers in a real one, against Node's. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { findChromium } from '../support/chromium.ts'
import { openPage, type OpenPage } from '../support/page.ts'
import type { InPage } from './engine-page.ts'
import { trainAndDraw } from './training.ts'

declare const inPage: InPage

const script = fileURLToPath(new URL('engine-page.ts', import.meta.url))

describe.skipIf(findChromium() === undefined)('the engine for browsers', () => {
  let opened: OpenPage
  beforeAll(async () => {
    opened = await openPage({ script })
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  it('says what it chose, and why', async () => {
    expect(await opened.page.evaluate(() => inPage.facts({ assets: '/ort/' }))).toMatchObject({
      device: 'cpu',
      threads: 1,
      isolated: false,
      why: expect.stringContaining('one thread, since the page is not cross-origin isolated'),
    })
  })

  it.each([
    ['moons', 20],
    ['glyphs', 3],
  ] as const)('trains and draws %s as Node does', async (what, steps) => {
    const there = await opened.page.evaluate(([kind, count]) => inPage.trained({ assets: '/ort/' }, kind, count), [
      what,
      steps,
    ] as const)
    const here = await trainAndDraw(await nodeEngine(), what, steps)
    expect(there.losses).toHaveLength(steps)
    there.losses.forEach((loss, i) => expect(Math.abs(loss - here.losses[i]!), `step ${i}`).toBeLessThan(1e-6))
    const furthest = Math.max(...there.samples.map((each, i) => Math.abs(each - here.samples[i]!)))
    expect(there.samples.length).toBe(here.samples.length)
    expect(furthest).toBeLessThan(1e-5)
  })

  it('writes no errors', () => expect(opened.errors).toEqual([]))
})
