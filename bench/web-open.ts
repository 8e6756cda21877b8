/**
 * A model folder in a page: 16 glyphs in 20 steps, from its URL to the pictures; again on the warm model; and again in a new tab that
 * has kept the folder. Node beside it, in turns, with as many threads. Networks are those of the quickstart, which is that of the default
 * ten minutes, and of trainings from a quarter of an hour on. Then a run in the worker: how soon it stops, the longest gap of the page's main thread, and memory.
 *
 *     npx tsx bench/web-open.ts [--rounds 3] [--threads 1] [--steps 5000]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { fit } from '../src/app/node/fit.ts'
import { open } from '../src/app/node/open.ts'
import { saveModel } from '../src/app/node/save-model.ts'
import { bundled, openPage } from '../test/support/page.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '5000' },
  },
})
const [rounds, threads, steps] = [Number(values.rounds), Number(values.threads), Number(values.steps)]
/** Channels at each resolution. */
const networks: Readonly<Record<string, readonly number[]>> = { quickstart: [32, 64], longer: [48, 96] }
const request = { count: 16, steps: 20, seed: 1 }

/** What the page has: a connection to a worker of its own. */
const page = `
import { connect } from '/page.js'
const engine = { assets: '/ort/', device: 'cpu', threads: ${threads} }
const worker = () => connect(new Worker('/worker.js', { type: 'module' }), { engine })
globalThis.drawTwice = async (url, request) => {
  const begin = performance.now()
  const tweedie = worker()
  await tweedie.engine()
  const started = performance.now()
  const model = await tweedie.open(url)
  const opened = performance.now()
  await model.draw(request)
  const first = performance.now()
  await model.draw(request)
  const second = performance.now()
  tweedie.dispose()
  return { engine: started - begin, open: opened - started, first: first - started, again: second - first }
}
globalThis.trainLong = async (steps) => {
  const tweedie = worker()
  const run = tweedie.train({ data: 'moons', options: { widths: [64, 64, 64], batch: 256, steps: 1e6, seed: 1, model: 'values' }, logEvery: 50 })
  let [last, gap, watching] = [performance.now(), 0, false]
  const timer = setInterval(() => {
    const now = performance.now()
    if (watching) gap = Math.max(gap, now - last - 4)
    last = now
  }, 4)
  const memory = []
  let asked
  for await (const event of run) {
    if (event.type !== 'step') continue
    watching = event.step > 50
    if (event.step === 200 || event.step === steps) memory.push(performance.measureUserAgentSpecificMemory?.().then(({ bytes }) => bytes))
    if (event.step >= steps && asked === undefined) {
      asked = performance.now()
      void run.stop()
    }
  }
  clearInterval(timer)
  const stopped = performance.now() - asked
  const { step, seconds } = await run.end
  const bytes = await Promise.all(memory)
  tweedie.dispose()
  return { step, seconds, gap, stopped, bytes }
}
`

const folder = mkdtempSync(join(tmpdir(), 'tweedie-bench-'))
try {
  // The weights do not matter for the time: one step.
  for (const [name, widths] of Object.entries(networks)) {
    await saveModel(join(folder, name), await fit('glyphs', { steps: 1, seed: 1, items: 64, widths }))
  }
  await using opened = await openPage({
    isolated: true,
    contents: {
      '/worker.js': { type: 'text/javascript', text: await bundled('src/app/web/worker.ts') },
      '/page.js': { type: 'text/javascript', text: await bundled('src/app/web/page.ts') },
      '/test.js': { type: 'text/javascript', text: page },
      '/models/': { folder },
    },
  })
  for (const name of Object.keys(networks)) await drawn(name, opened.page)
  const run = await opened.page.evaluate(
    (many) => (globalThis as unknown as { trainLong(steps: number): Promise<Record<string, unknown>> }).trainLong(many),
    steps,
  )
  console.log('training moons in the worker', run)
} finally {
  rmSync(folder, { recursive: true })
}

/** Prints a line a round. */
async function drawn(name: string, tab: Page): Promise<void> {
  using native = await open(join(folder, name), { threads })
  await native.draw(request)
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now()
    await native.draw(request)
    const node = performance.now() - begin
    const times = await tab.evaluate(
      ([url, asked]) =>
        (
          globalThis as unknown as { drawTwice(url: string, request: object): Promise<Record<string, number>> }
        ).drawTwice(url, asked),
      [`/models/${name}/`, request] as const,
    )
    const shown = Object.entries(times).map(([what, ms]) => `${what} ${(ms / 1000).toFixed(2)} s`)
    const tabKind = round === 0 ? 'first tab' : 'kept before'
    console.log(
      `${name.padEnd(12)}${tabKind.padEnd(13)}${shown.join('   ')}   Node, warm ${(node / 1000).toFixed(2)} s`,
    )
  }
}
