/**
 * The built Lab in headless Chromium: from opening its page to the end of a training of moons, how far the samples then are from the
 * data, and the JavaScript that was loaded, gzip.
 *
 *     npm run build && npx tsx bench/lab.ts [--steps 300] [--seed 0]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { launchChromium } from '../test/support/chromium.ts'
import { serve } from '../test/support/serve.ts'

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '300' }, seed: { type: 'string', default: '0' } },
})
const folder = 'dist/lab'
await using server = await serve({ '/': { folder } }, { isolated: true })
const browser = await launchChromium()
try {
  const page = await browser.newPage()
  const begin = performance.now()
  await page.goto(`${server.origin}/#/train?steps=${values.steps}&seed=${values.seed}`)
  await page.click('button[type=submit]:not([disabled])')
  const finished = page.locator('.run-bar .facts', { hasText: 'finished' })
  await finished.waitFor({ timeout: 300_000 })
  const seconds = (performance.now() - begin) / 1000
  // The last samples are drawn and compared after the last step.
  await page.waitForTimeout(2000)
  const scripts = [...new Set(server.asked)].filter((path) => /\.m?js$/.test(path))
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0)
  console.log(`${seconds.toFixed(1)} s from opening the page: ${await finished.textContent()}`)
  console.log(await page.locator('.distance').first().textContent())
  console.log(`${scripts.length} scripts, ${(bytes / 1000).toFixed(0)} kB gzip`)
} finally {
  await browser.close()
}
