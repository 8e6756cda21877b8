/**
 * The built Lab in headless Chromium: from opening its page to the end of a training, how far the samples then are from the
 * data, and the JavaScript that was loaded, gzip: before the first training step, and in all.
 *
 *     npm run build && npx tsx bench/lab.ts [--data moons] [--steps 300] [--seed 0] [--folder dist/lab] [--list]
 *
 * `--list` prints every script that is loaded before the first step, the largest first.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { launchChromium } from '../test/support/chromium.ts'
import { serve } from '../test/support/serve.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'moons' },
    steps: { type: 'string', default: '300' },
    seed: { type: 'string', default: '0' },
    folder: { type: 'string', default: 'dist/lab' },
    list: { type: 'boolean', default: false },
  },
})
const { folder } = values
/** What the page asks for when its worker says that the first step is made: so the server's list tells what came before. */
const mark = '/first-step'
await using server = await serve({ '/': { folder } }, { isolated: true })
const browser = await launchChromium()
try {
  const page = await browser.newPage()
  await page.addInitScript((path) => {
    let seen = false
    globalThis.Worker = class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given)
        this.addEventListener('message', ({ data }) => {
          const events = (data as { readonly events?: readonly { readonly type: string }[] }).events ?? []
          if (seen || !events.some(({ type }) => type === 'step')) return
          seen = true
          void fetch(path)
        })
      }
    }
  }, mark)
  const begin = performance.now()
  await page.goto(`${server.origin}/#/train?data=${values.data}&steps=${values.steps}&seed=${values.seed}`)
  await page.click('button[type=submit]:not([disabled])')
  const finished = page.locator('.run-bar .facts', { hasText: 'finished' })
  await finished.waitFor({ timeout: 300_000 })
  const seconds = (performance.now() - begin) / 1000
  // The last samples are drawn and compared after the last step; pictures are not compared.
  await settled(async () => (await page.locator('.distance').allTextContents()).join())
  const before = sizesOf(server.asked.slice(0, server.asked.indexOf(mark)))
  const all = sizesOf(server.asked)
  console.log(`${seconds.toFixed(1)} s from opening the page: ${await finished.textContent()}`)
  for (const text of await page.locator('.distance').allTextContents()) console.log(text)
  console.log(`before the first step ${told(before)}; in all ${told(all)}`)
  if (values.list) {
    for (const [path, bytes] of [...before].toSorted((a, b) => b[1] - a[1])) console.log(`${bytes} ${path}`)
  }
} finally {
  await browser.close()
}

/** Waits until a text has been the same for some seconds. */
async function settled(read: () => Promise<string>): Promise<void> {
  for (let [last, same] = [await read(), 0]; same < 5;) {
    await new Promise((done) => setTimeout(done, 1000))
    const now = await read()
    same = now === last ? same + 1 : 0
    last = now
  }
}

/** Bytes of each script, gzip. */
function sizesOf(paths: readonly string[]): ReadonlyMap<string, number> {
  const scripts = paths.filter((path) => /\.m?js$/.test(path))
  return new Map(scripts.map((path) => [path, gzipSync(readFileSync(join(folder, path))).length]))
}

function told(sizes: ReadonlyMap<string, number>): string {
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  return `${sizes.size} scripts, ${(bytes / 1000).toFixed(0)} kB gzip`
}
