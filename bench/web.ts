/**
 * Training steps in headless Chromium and in Node, in turns, with the same threads: milliseconds by the clock, and of the processor
 * (other work on the machine lengthens the former by far more than the latter), and their ratios.
 *
 *     npx tsx bench/web.ts [--threads 1] [--access heap] [--rounds 3] [--seconds 4] [--case glyphs] [--json]
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { findChromium } from '../test/support/chromium.ts'
import { openPage } from '../test/support/page.ts'
import { median } from './measure.ts'
import { caseNames, start } from './web-cases.ts'
import type { BenchPage } from './web-page.ts'

declare const inPage: BenchPage

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    access: { type: 'string', default: 'heap' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    case: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
})
if (findChromium() === undefined) throw new Error('there is no Chromium: install it, or set CHROMIUM')
const [threads, rounds, seconds] = [Number(values.threads), Number(values.rounds), Number(values.seconds)]
const access = values.access === 'api' ? 'api' : 'heap'

/** One side of a case. */
interface Side {
  readonly ms: number[]
  /** Milliseconds of the processor, of each round. */
  readonly cpu: number[]
}

interface Row {
  readonly name: string
  readonly parameters: number
  readonly web: Side
  readonly node: Side
}

await using opened = await openPage({
  script: fileURLToPath(new URL('web-page.ts', import.meta.url)),
  isolated: threads > 1,
})
const { page, browser } = opened
const engine = await nodeEngine()
const rows: Row[] = []
for (const name of values.case ?? caseNames) {
  const options = { assets: '/ort/', device: 'cpu', access, threads } as const
  const why = await page.evaluate(([each, how]) => inPage.start(each, how), [name, options] as const)
  if (rows.length === 0 && !values.json) console.log(`${why}\n${head()}`)
  const here = await start(name, engine, threads)
  const row: Row = { name, parameters: here.parameters, web: { ms: [], cpu: [] }, node: { ms: [], cpu: [] } }
  // As many steps as fit the time of a round.
  const pilot = [await page.evaluate(() => inPage.steps(2)), await here.steps(2)]
  const counts = pilot.map(({ ms }) => Math.max(2, Math.round((1000 * seconds) / Math.min(...ms) / 2)))
  for (let round = 0; round < rounds; round++) {
    const before = await browserCpu(browser)
    row.web.ms.push(...(await page.evaluate((count) => inPage.steps(count), counts[0]!)).ms)
    row.web.cpu.push(((await browserCpu(browser)) - before) / counts[0]!)
    const begin = process.cpuUsage()
    row.node.ms.push(...(await here.steps(counts[1]!)).ms)
    const { user, system } = process.cpuUsage(begin)
    row.node.cpu.push((user + system) / 1000 / counts[1]!)
  }
  here.dispose()
  rows.push(row)
  if (!values.json) console.log(line(row))
}
if (values.json) console.log(JSON.stringify({ threads, access, rows }, undefined, 2))

/** Milliseconds of the processor that the browser's pages took. */
async function browserCpu(of: Browser): Promise<number> {
  const session = await of.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.reduce((sum, { type, cpuTime }) => sum + (type === 'renderer' ? 1000 * cpuTime : 0), 0)
}

function head(): string {
  const columns = ['parameters', 'page ms', 'Node ms', 'ratio', 'page CPU', 'Node CPU', 'ratio', 'steps/s']
  return `${'min / median of the clock, min of the processor'.padEnd(50)}\n${''.padEnd(24)}${columns.map((each) => each.padStart(15)).join('')}`
}

function line({ name, parameters, web, node }: Row): string {
  const both = ({ ms }: Side): string => `${Math.min(...ms).toFixed(1)} / ${median(ms).toFixed(1)}`
  const least = (list: readonly number[]): number => Math.min(...list)
  const columns = [
    parameters.toLocaleString('en'),
    both(web),
    both(node),
    (least(web.ms) / least(node.ms)).toFixed(2),
    least(web.cpu).toFixed(1),
    least(node.cpu).toFixed(1),
    (least(web.cpu) / least(node.cpu)).toFixed(2),
    (1000 / least(web.ms)).toFixed(0),
  ]
  return `${name.padEnd(24)}${columns.map((each) => each.padStart(15)).join('')}`
}
