/** The Lab as it was built, in a real browser: what a visitor does, by pointer and by keyboard, in both themes. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { serveLab } from '../../src/app/node/lab/lab-server.ts'
import { chapters } from '../../src/lab/learn/chapters/list.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { serve, type TestServer } from '../support/serve.ts'

const folder = 'dist/lab'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let [isolated, plain] = [undefined as unknown as TestServer, undefined as unknown as TestServer]
const errors: string[] = []

interface Opening {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly origin?: string
}

/** A page in a context of its own, so that no run of another test is kept in it. */
async function openAt(
  address: string,
  { theme = 'light', width = 1280, origin = isolated.origin }: Opening = {},
): Promise<Page> {
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('console', (message) => void (message.type() === 'error' && errors.push(`${address}: ${message.text()}`)))
  page.on('pageerror', (error) => void errors.push(`${address}: ${String(error)}`))
  await page.goto(`${origin}/${address}`)
  return page
}

/** Violations of the rules of accessibility, or of some of them, with where they are. */
async function violations(page: Page, runOnly?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async (only) => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
      }
    }
    const { violations: found } = await checker.run(only === undefined ? {} : { runOnly: only })
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    )
  }, runOnly)
}

/** Rules that depend on colours: the only ones that a theme can break. */
const ofColours = ['color-contrast', 'link-in-text-block']

describe.skipIf(findChromium() === undefined || !existsSync(`${folder}/index.html`))('the Lab', () => {
  beforeAll(async () => {
    browser = await launchChromium()
    isolated = await serve({ '/': { folder } }, { isolated: true })
    plain = await serve({ '/': { folder } })
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([isolated, plain].map((server) => server[Symbol.asyncDispose]()))
  })

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    it.each(['', '#/learn', '#/learn/forward-process', '#/train', '#/draw', '#/restore', '#/runs', '#/nowhere'])(
      'breaks no rule of accessibility, and fits a phone: %s',
      async (address) => {
        const page = await openAt(address, { theme })
        await page.waitForSelector('h1')
        if (address.startsWith('#/learn/')) await page.waitForSelector('.live canvas')
        if (address === '#/train') await page.waitForSelector('.engine:has-text("Runs in this page")')
        expect(await violations(page, theme === 'light' ? undefined : ofColours)).toEqual([])
        await page.setViewportSize({ width: 390, height: 800 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      },
    )
  })

  it('shows the same figure to whoever gets its address', async () => {
    const page = await openAt('#/learn/forward-process')
    const figure = page.locator('.live').first()
    const slider = figure.locator('input[type=range]').first()
    await figure.locator('canvas').first().waitFor()
    const before = await figure.locator('figcaption').textContent()
    await slider.focus()
    for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowRight')
    await page.waitForURL(/forward-process\/[\w-]+\?/)
    await expect.poll(() => figure.locator('figcaption').textContent()).not.toBe(before)
    // on a busy machine address and figure follow the keys one after the other: until both stand
    let [was, now] = ['', '']
    const stands = async (): Promise<boolean> => {
      ;[was, now] = [now, `${page.url()} ${await figure.locator('figcaption').textContent()}`]
      return was === now
    }
    await expect.poll(stands, { interval: 500, timeout: 10_000 }).toBe(true)
    const seen = async (at: Page): Promise<string[]> => {
      const here = at.locator('.live').first()
      await here.locator('canvas').first().waitFor()
      const picture = await here
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
      return [
        (await here.locator('figcaption').textContent())!,
        await here.locator('output').first().textContent(),
        picture,
      ] as string[]
    }
    const other = await openAt(new URL(page.url()).hash)
    await expect
      .poll(() => other.locator('.live').first().locator('figcaption').textContent())
      .toBe(await figure.locator('figcaption').textContent())
    expect(await seen(other)).toEqual(await seen(page))
  })

  it('puts the numbers of a figure into its equation', async () => {
    const page = await openAt('#/learn/forward-process')
    const live = page.locator('math [data-live]').first()
    await expect.poll(() => live.textContent()).toMatch(/^[−\d.·⁻⁰-⁹]+$/)
    const before = await live.textContent()
    const slider = page.locator('.live').first().locator('input[type=range]').first()
    await slider.focus()
    await page.keyboard.press('End')
    await expect.poll(() => live.textContent()).not.toBe(before)
  })

  it.each([
    ['#/lear', 'There is no page “lear”'],
    ['#/learn/nothing', 'There is no chapter “nothing”'],
    ['#/learn/forward-process/nothing', 'has no figure “nothing”'],
    ['#/learn/forward-process?t=7', 't = 7, but t is a number from'],
    ['#/learn/forward-process?nothing=7', 'nothing here is called'],
    ['#/train?steps=-1&data=cats', 'steps = -1, but steps is a number from 1'],
    ['#/train?run=gone', 'names the run “gone”'],
  ])('explains an address that leads nowhere: %s', async (address, said) => {
    const page = await openAt(address)
    await page.waitForSelector(`[role=alert]:has-text("${said}")`)
  })

  it.each(['#/learn/forward-process', '#/train'])('is reached by keyboard, all of it: %s', async (address) => {
    const page = await openAt(address)
    await page.waitForSelector('canvas')
    if (address === '#/train') await page.waitForSelector('button[type=submit]:not([disabled])')
    // Those that a pointer can use; of radio buttons the chosen one is reached, and arrow keys go on from there.
    const wanted = await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary, [tabindex="0"]')]
      const usable = all.filter(
        (element) =>
          element.checkVisibility() &&
          !(element as HTMLButtonElement).disabled &&
          !((element as HTMLInputElement).type === 'radio' && !(element as HTMLInputElement).checked),
      )
      usable.forEach((element, i) => (element.dataset.reach = String(i)))
      return usable.length
    })
    const reached = new Set<string>()
    for (let i = 0; i < wanted + 10; i++) {
      await page.keyboard.press('Tab')
      reached.add(await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.reach ?? ''))
    }
    const missed = await page.evaluate(
      (seen) =>
        [...document.querySelectorAll<HTMLElement>('[data-reach]')]
          .filter(({ dataset }) => !seen.includes(dataset.reach!))
          .map((element) => element.outerHTML.slice(0, 120)),
      [...reached],
    )
    expect(missed).toEqual([])
  })

  it('trains moons, keeps them over a reload in the middle, and goes on', async () => {
    const page = await openAt('#/train?steps=5000')
    await page.click('button[type=submit]:not([disabled])')
    const facts = page.locator('.run-bar .facts')
    const step = async (): Promise<number> =>
      Number(/step ([\d,]+)/.exec((await facts.textContent())!)![1]!.replace(',', ''))
    await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(20)
    await page.click('button:has-text("Pause")')
    await page.waitForSelector('.facts[data-status=paused]')
    await expect.poll(() => page.locator('button:has-text("Go on")').isEnabled()).toBe(true)
    const before = await step()
    await page.click('button:has-text("One step")')
    await expect.poll(step).toBe(before + 1)
    await page.reload()
    await page.waitForSelector('.run-bar:has-text("moons-1") .facts[data-status=paused]')
    expect(await step()).toBe(before)
    await page.click('button:has-text("Go on")')
    await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(before + 3)
    await page.click('button:has-text("Stop")')
    await page.waitForSelector('.facts[data-status=stopped]')
    await page.waitForSelector('.distance', { timeout: 30_000 })
    expect(await violations(page)).toEqual([])
    const download = page.waitForEvent('download')
    await page.click('button:has-text("Model folder")')
    expect((await download).suggestedFilename()).toBe('moons-1.zip')
  })

  it('trains points that were drawn, without cross-origin isolation, in one thread', async () => {
    const page = await openAt('#/train?data=drawn&steps=100&show=paths', { origin: plain.origin })
    await page.locator('.drawing').focus()
    for (const key of ['Space', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown'])
      await page.keyboard.press(key)
    await page.waitForURL(/cells=/)
    await page.waitForSelector('.engine:has-text("one thread, since the page is not cross-origin isolated")')
    await page.click('button[type=submit]:not([disabled])')
    await page.waitForSelector('.facts[data-status=finished]', { timeout: 60_000 })
    await page.waitForSelector('canvas[aria-label^="From noise to data"]', { timeout: 30_000 })
  })

  it('shows the runs of a machine beside Node and a line that a terminal adds, and offers them to draw from', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tweedie-lab-flow-'))
    const line = (step: number): string =>
      `${JSON.stringify({ step, epoch: 1, loss: 1 / step, gradientNorm: 1, rate: 1e-3, lossByNoise: [1, 0.5], itemsPerSecond: 9, seconds: step })}\n`
    mkdirSync(join(root, 'one'))
    writeFileSync(join(root, 'one', 'train.json'), '{ "data": { "path": "moons" } }')
    writeFileSync(join(root, 'one', 'log.jsonl'), line(10) + line(20))
    await using lab = await serveLab({ folder: root, port: 0, assets: folder })
    try {
      const page = await openAt('#/runs', { origin: lab.url.slice(0, -1) })
      const canvas = page.locator('.runs canvas').first()
      await canvas.waitFor()
      const picture = (): Promise<string> => canvas.evaluate((each: HTMLCanvasElement) => each.toDataURL())
      const before = await picture()
      writeFileSync(join(root, 'one', 'log.jsonl'), line(10) + line(20) + line(300))
      await expect.poll(picture, { timeout: 10_000 }).not.toBe(before)
      expect(page.url()).toContain('show=one')
      expect(await violations(page)).toEqual([])
      const other = await openAt('#/draw', { origin: lab.url.slice(0, -1) })
      await other.getByRole('button', { name: 'one', exact: true }).waitFor()
      expect(await violations(other)).toEqual([])
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('has a chapter for each in its list', async () => {
    const page = await openAt('#/learn')
    await expect.poll(() => page.locator('.chapters a').count()).toBe(chapters.length)
  })
})
