/** The pages “Draw” and “Restore” as they were built, in a real browser, with a small model over HTTP. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fit } from '../../src/app/node/fit.ts'
import { open } from '../../src/app/node/open.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { layoutPictures } from '../../src/lab/draw/pictures.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { serve, type TestServer } from '../support/serve.ts'

const lab = 'dist/lab'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const [side, area] = [28, 28 * 28]

let browser: Browser
let server: TestServer
let models: string
const errors: string[] = []

async function openAt(hash: string, width = 1280): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())))
  page.on('pageerror', (error) => void errors.push(String(error)))
  await page.goto(`${server.origin}/#${hash}`)
  return page
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations: found } = await checker.run()
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
}

/** The red of every pixel of a canvas, and its width. */
function reds(canvas: Locator): Promise<{ readonly width: number; readonly red: number[] }> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement
    const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
    return { width, red: Array.from({ length: width * height }, (_, i) => data[4 * i]!) }
  })
}

/** Pictures on a canvas that shows several, each `[28 × 28]`, at whole pixels. */
async function picturesIn(canvas: Locator, columns: number, count: number, labels: boolean): Promise<number[][]> {
  const items = Array.from({ length: count }, () => ({
    shape: [1, side, side] as const,
    data: [],
    ...(labels && { label: 'a' }),
  }))
  const room = await canvas.evaluate((element) => element.parentElement!.clientWidth)
  const { scale, corners } = layoutPictures({ kind: 'pictures', columns, title: 'a', items }, room)
  const { width, red } = await reds(canvas)
  return corners.map(([x, y]) =>
    Array.from({ length: area }, (_, i) => {
      const [row, column] = [Math.floor(i / side), i % side]
      return red[Math.round(y + (row + 0.5) * scale) * width + Math.round(x + (column + 0.5) * scale)]!
    }),
  )
}

const done = (page: Page, drawings: number) =>
  page.getByText(new RegExp(`\\b${drawings} drawings?,`)).waitFor({ timeout: 50_000 })

describe.skipIf(findChromium() === undefined || !existsSync(`${lab}/index.html`))(
  'with a model',
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      models = mkdtempSync(join(tmpdir(), 'tweedie-lab-test-'))
      const model = await fit('glyphs', { widths: [8, 8], batch: 8, steps: 8, seed: 1, items: 64 })
      await saveModel(join(models, 'glyphs'), model)
      server = await serve({ '/': { folder: lab }, '/models/': { folder: models } })
      browser = await launchChromium()
    })
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()))
      expect(errors.splice(0)).toEqual([])
    })
    afterAll(async () => {
      await browser.close()
      await server[Symbol.asyncDispose]()
      rmSync(models, { recursive: true })
    })

    it('draws a matrix from an address, the same as Node, and again after a reload', async () => {
      const address = '/draw?model=/models/glyphs/&samplers=ddim,heun&steps=2,3&w=2&n=2&seed=5&class=3&to=6'
      const page = await openAt(address)
      await done(page, 4)
      const cells = page.locator('.matrix canvas')
      expect(await cells.count()).toBe(4)
      const heun = page.getByRole('img', { name: 'heun, 3 steps, guidance 2' })
      const { width, red } = await reds(heun)
      using painter = await open(join(models, 'glyphs'))
      const drawn = await painter.draw({ count: 2, class: '3', seed: 5, sampler: 'heun', steps: 3, guidance: 2 })
      const { data } = drawn.part(0, 1).raster!({ padding: 0 })
      const apart = Array.from({ length: area }, (_, i) =>
        Math.abs(data[3 * i]! - red[Math.floor(i / side) * width + (i % side)]!),
      )
      expect(Math.max(...apart)).toBeLessThanOrEqual(1)
      expect(await page.getByRole('img', { name: 'Nine pictures from seed 5 to seed 6' }).count()).toBe(1)
      expect(await violations(page)).toEqual([])
      const url = page.url()
      await page.reload()
      await done(page, 4)
      expect(page.url()).toBe(url)
      expect((await reds(heun)).red).toEqual(red)
      await page.setViewportSize({ width: 390, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })

    it('shows the way from noise by keyboard, and says in the address what is chosen', async () => {
      const page = await openAt('/draw?model=/models/glyphs/&samplers=ddim&steps=3&n=1')
      await done(page, 1)
      await page.getByLabel('Steps, with commas').fill('3, 5')
      await page.keyboard.press('Enter')
      await done(page, 2)
      await page.getByRole('button', { name: 'Show the way from noise by ddim, 5 steps' }).focus()
      await page.keyboard.press('Enter')
      const slider = page.getByLabel('Step', { exact: true })
      await slider.waitFor()
      const picture = page.locator('.panel canvas').first()
      const noise = (await reds(picture)).red
      await slider.focus()
      for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight')
      expect(await slider.getAttribute('aria-valuetext')).toMatch(/^5 of 5, t = 0\.0/)
      expect((await reds(picture)).red).not.toEqual(noise)
      expect(new URL(page.url()).hash).toBe('#/draw?model=%2Fmodels%2Fglyphs%2F&samplers=ddim&steps=3,5&n=1&way=ddim,5')
      expect(await violations(page)).toEqual([])
    })

    it('gives a sampler in one file, which any runtime runs', async () => {
      const page = await openAt('/draw?model=/models/glyphs/&samplers=ddim&steps=2&n=1')
      await done(page, 1)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Sampler in one file' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('glyphs-ddim.onnx')
      await page.getByText(/differ from ours by at most \de-\d/).waitFor()
      const session = await ort.InferenceSession.create((await download.path())!)
      expect([session.inputNames, session.outputNames]).toEqual([['noise', 'labels'], ['output']])
      await session.release()
    })

    it('opens a folder that is picked, and keeps it for the next time', async () => {
      const page = await openAt('/draw?samplers=ddim&steps=2&n=1')
      await page.locator('input[type=file]').first().setInputFiles(join(models, 'glyphs'))
      await done(page, 1)
      await page.waitForURL(/model=kept:glyphs/)
      await page.reload()
      await done(page, 1)
      await page.getByRole('button', { name: 'Another model' }).click()
      await page.getByRole('button', { name: 'glyphs', exact: true }).click()
      await done(page, 1)
      await page.getByRole('link', { name: 'Restore' }).click()
      await page.getByText('Paint the hole over the picture').waitFor()
    })

    it('explains an address that makes no sense', async () => {
      const page = await openAt('/draw?model=/models/glyphs/&samplers=magic&steps=x&n=1')
      await page.getByText('There is no sampler “magic”').waitFor()
      expect(await page.getByText('steps = x: whole numbers').count()).toBe(1)
      await page.goto(`${server.origin}/#/draw?model=/models/nothing/`)
      await page.getByText(/nothing could not be opened/).waitFor()
      // the browser itself writes that the file is not there
      expect(errors.splice(0).every((each) => each.includes('404'))).toBe(true)
    })

    it('fills a hole that is painted, and keeps what is not painted exactly', async () => {
      const page = await openAt('/restore?model=/models/glyphs/&picture=data:2&steps=3&n=2&method=diffpir')
      await page.getByText(/What is seen of it is the given picture/).waitFor({ timeout: 50_000 })
      const brush = page.getByRole('application')
      const box = (await brush.boundingBox())!
      // a stroke by pointer near the top, a cell by keyboard in the middle of the hole's edge
      await page.mouse.move(box.x + 0.2 * box.width, box.y + 0.1 * box.height)
      await page.mouse.down()
      await page.mouse.move(box.x + 0.8 * box.width, box.y + 0.1 * box.height, { steps: 5 })
      await page.mouse.up()
      await brush.focus()
      for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Space')
      await page.getByText('The answers below are to what was chosen before.').waitFor()
      await page.getByRole('button', { name: 'Restore', exact: true }).click()
      await page
        .getByText('The answers below are to what was chosen before.')
        .waitFor({ state: 'detached', timeout: 50_000 })
      const mask = maskIn(page.url())
      expect(mask[2 * side + 14]).toBe(1)
      expect(mask[22 * side + 14]).toBe(1)
      const [given] = await picturesIn(page.locator('.given canvas').nth(1), 1, 1, false)
      const [first, second, mean, deviation] = await picturesIn(page.locator('.answers canvas'), 4, 4, true)
      const outside = (pixels: readonly number[]) => pixels.filter((_, i) => mask[i] === 0)
      const inside = (pixels: readonly number[]) => pixels.filter((_, i) => mask[i] === 1)
      for (const each of [first, second, mean]) expect(outside(each!)).toEqual(outside(given!))
      expect(outside(deviation!).every((value) => value === 0)).toBe(true)
      expect(inside(first!)).not.toEqual(inside(given!))
      expect(inside(first!)).not.toEqual(inside(second!))
      expect(await violations(page)).toEqual([])
      await page.reload()
      await page.getByText(/What is seen of it is the given picture/).waitFor({ timeout: 50_000 })
      expect(await picturesIn(page.locator('.answers canvas'), 4, 4, true)).toEqual([first, second, mean, deviation])
      await page.setViewportSize({ width: 390, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
  },
)

/** The cells that an address says are painted. */
function maskIn(url: string): number[] {
  const written = /[?&]mask=([^&]*)/.exec(decodeURIComponent(url))?.[1] ?? ''
  return written.split('.').flatMap((run) => {
    const [value, times = '1'] = run.split('*')
    return Array.from({ length: Number(times) }, () => Number(value))
  })
}
