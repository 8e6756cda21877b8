/**
 * The built site in a browser: search, examples, accessibility, dark and light. Part of `npm run site:check`; `--examples` runs the
 * examples alone and prints what each took.
 */
import { readFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import type { Page } from 'playwright-core'
import { findChromium, launchChromium } from '../../test/support/chromium.ts'
import { serve } from '../../test/support/serve.ts'
import { type Notes, notesFile } from '../examples/notes.ts'
import { built, root } from '../paths.ts'
import { unfoundNames } from './names.ts'
import { runExamples } from './run-examples.ts'
import { searchHits } from './search.ts'

if (findChromium() === undefined) {
  console.error('There is no Chromium: the site was not tried in a browser. Install it, or set CHROMIUM.')
  exit(1)
}

/** What a reader types → the page that must come first, or the folder that it is in. */
const searches: Readonly<Record<string, string>> = {
  mixtureDenoiser: '/api/tweedie/denoise/functions/mixtureDenoiser.html',
  dpmSolver: '/api/tweedie/sample/functions/dpmSolver.html',
  webEngine: '/api/tweedie/web/functions/webEngine.html',
  WebEngine: '/api/tweedie/web/interfaces/WebEngine.html',
  Schedule: '/api/tweedie/noise/interfaces/Schedule.html',
  sampleFinal: '/api/tweedie/sample/functions/sampleFinal.html',
  gradients: '/api/tweedie/graph/functions/gradients.html',
  guidance: '/docs/theory/guidance.html',
  'posterior mean': '/docs/theory/',
}

/** Pages of each kind. */
const looked: readonly string[] = [
  'index.html',
  'docs/theory/vae.html',
  'docs/families/index.html',
  'api/tweedie/noise/index.html',
  'api/tweedie/noise/interfaces/Schedule.html',
  'api/tweedie/sample/functions/ddim.html',
  'src/diffusion/sample/ddim.ts.html',
  'src/index.html',
]

const problems: string[] = []
await using server = await serve({ '/': { folder: built } })
const browser = await launchChromium()
try {
  const page = await browser.newPage()
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${String(error)}`))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${page.url()}: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(server.origin) && !/^(data|blob):/.test(request.url())) {
      problems.push(`${page.url()} asks for ${request.url()}`)
    }
  })
  if (!argv.includes('--examples')) {
    await checkSearch(page)
    await checkButton(page)
    await checkAccess(page)
  }
  await checkExamples(page)
} finally {
  await browser.close()
}
if (problems.length > 0) {
  console.error(problems.join('\n'))
  exit(1)
}

async function checkSearch(page: Page): Promise<void> {
  await page.goto(`${server.origin}/index.html`)
  for (const [query, wanted] of Object.entries(searches)) {
    const hits = await searchHits(page, query)
    if (hits[0]?.startsWith(wanted) !== true)
      problems.push(`search for ${query}: ${hits.join(', ')} instead of ${wanted}`)
  }
  const { names, unfound } = await unfoundNames(built)
  if (unfound.length > 0) problems.push(`names whose page is not found first: ${unfound.join(', ')}`)
  console.log(`${Object.keys(searches).length} searches, and the index asked for ${names} names`)
}

/** The button itself: it runs, shows what is printed, and runs again. */
async function checkButton(page: Page): Promise<void> {
  await page.goto(`${server.origin}/docs/theory/ddim.html`)
  const example = page.locator('.run-example').first()
  for (const label of ['Run', 'Run again']) {
    await example.getByRole('button', { name: label, exact: true }).click()
    await example.and(page.locator('[data-state="done"]')).waitFor({ timeout: 60_000 })
    const text = await example.locator('output pre').textContent()
    if (text !== 'true') problems.push(`the button of ${page.url()} shows ${text}`)
  }
}

async function checkAccess(page: Page): Promise<void> {
  const axe = readFileSync(`${root}node_modules/axe-core/axe.min.js`, 'utf8')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const path of looked) {
      await page.goto(`${server.origin}/${path}`)
      await page.waitForTimeout(300)
      for (const button of ['here', 'Run']) await pressFirst(page, button)
      await page.evaluate(axe)
      const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as readonly Violation[]
      for (const { id, nodes } of violations) {
        problems.push(`${path} (${colorScheme}): ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
      }
    }
  }
  console.log(`axe: ${looked.length} pages, dark and light`)
  await checkNarrow(page)
}

/** What is behind a button must be as accessible as the rest. */
async function pressFirst(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true }).first()
  if ((await button.count()) === 0) return
  await button.click()
  if (name === 'Run') await page.locator('[data-state="done"]').first().waitFor({ timeout: 60_000 })
}

/** On a phone nothing but tables, formulas and code scrolls sideways. */
async function checkNarrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 })
  for (const path of looked) {
    await page.goto(`${server.origin}/${path}`)
    const width = (await page.evaluate('document.documentElement.scrollWidth')) as number
    if (width > 360) problems.push(`${path} is ${width} pixels wide on a screen of 360`)
  }
  await page.setViewportSize({ width: 1280, height: 720 })
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

async function checkExamples(page: Page): Promise<void> {
  await page.goto(`${server.origin}/index.html`)
  const outcomes = await runExamples(page, JSON.parse(readFileSync(notesFile, 'utf8')) as Notes)
  for (const { page: where, id, wrong, seconds } of outcomes) {
    if (wrong !== undefined) problems.push(`example ${id} of ${where}: ${wrong}`)
    if (argv.includes('--examples')) console.log(`${seconds.toFixed(2)} s  ${where}`)
  }
  console.log(`${outcomes.length} examples`)
}
