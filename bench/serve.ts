/**
 * A server under load: images a second with many clients against one at a time and against the library, how long a request of one image takes
 * beside a batch, and the event loop. With `--soak N`, requests of which some leave, some are malformed and some too large: answers and memory. The
 * server is a process of its own (`npm run build` first), on the same machine as the clients.
 *
 *     npx tsx bench/serve.ts [MODEL] [--seconds 20] [--clients 32] [--steps 20] [--threads 2] [--soak 0] [--json]
 *
 * MODEL is a folder; without one, the model of the quick start is trained for a minute.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { open } from '../src/app/node/open.ts'
import { createClient, ServedError } from '../src/client.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '20' },
    clients: { type: 'string', default: '32' },
    steps: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    soak: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const [seconds, clients, steps, threads, soak] = (['seconds', 'clients', 'steps', 'threads', 'soak'] as const).map(
  (name) => Number(flags[name]),
) as [number, number, number, number, number]

function trained(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'tweedie-bench-serve-')), 'model')
  const args = ['train', 'glyphs', '--minutes', '1', '--quiet', '--out', folder]
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`training ended with status ${status}`)
  return folder
}

const model = positionals[0] ?? trained()
const server = await started()
const client = createClient(server.url)

/** The command `serve`, once it listens. */
async function started(): Promise<{ readonly url: string; memory(): number; close(): Promise<number | null> }> {
  const args = [
    'serve',
    `model=${model}`,
    '--port',
    '0',
    '--threads',
    String(threads),
    '--max-waiting',
    '10000',
    '--quiet',
  ]
  const child = spawn(process.execPath, ['bin/tweedie.js', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  process.once('exit', () => child.kill())
  const url = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (bytes: Buffer) => done(bytes.toString().trim()))
    void ended.then((status) => fail(new Error(`the server ended with ${status}`)))
  })
  return {
    url,
    // resident bytes, as the kernel counts them
    memory: () => 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]),
    close: () => (child.kill('SIGTERM'), ended),
  }
}

/** Images a second, and the times of requests in milliseconds, with so many clients that each wait for their answer. */
async function load(at: number, forSeconds: number): Promise<{ rate: number; times: number[] }> {
  const times: number[] = []
  let seed = 0
  const until = performance.now() + 1000 * forSeconds
  const began = performance.now()
  await Promise.all(
    Array.from({ length: at }, async () => {
      while (performance.now() < until) {
        const start = performance.now()
        await client.picture('model', { count: 1, steps, seed: seed++ })
        times.push(performance.now() - start)
      }
    }),
  )
  return { rate: (1000 * times.length) / (performance.now() - began), times: times.toSorted((a, b) => a - b) }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!

/** The time of one batch of so many, in milliseconds: the median of some. */
async function batchTime(count: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 9; i++) {
    const start = performance.now()
    await client.picture('model', { count, steps, seed: i })
    times.push(performance.now() - start)
  }
  return quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  )
}

async function libraryRate(): Promise<number> {
  using painter = await open(model, { threads })
  await painter.draw({ count: 64, steps })
  const began = performance.now()
  let drawn = 0
  for (let seed = 0; performance.now() - began < 1000 * Math.min(seconds, 10); seed++, drawn += 512) {
    await painter.draw({ count: 512, steps, seed })
  }
  return (1000 * drawn) / (performance.now() - began)
}

// everything is compiled once before it is timed
for (const at of [1, 2, 4, 8, clients]) await load(at, 2)
await fetch(`${server.url}metrics`)
const one = await load(1, seconds / 2)
const eight = await load(8, seconds / 2)
const many = await load(clients, seconds)
const batch = await batchTime(8)
const text = await (await fetch(`${server.url}metrics`)).text()
const loopDelay = 1000 * Number(/^tweedie_event_loop_delay_seconds (.*)$/m.exec(text)![1])
const library = await libraryRate()

const row: Record<string, number> = {
  'images/s, one client': one.rate,
  [`images/s, ${clients} clients`]: many.rate,
  'against one client': many.rate / one.rate,
  'against the library': many.rate / library,
  'p99 of one image, 8 clients, ms': quantile(eight.times, 0.99),
  'a batch of 8, ms': batch,
  'p99 / batch of 8': quantile(eight.times, 0.99) / batch,
  'event loop delay p99, ms': loopDelay,
}

if (soak > 0) Object.assign(row, await soaked(soak))
const status = await server.close()
if (status !== 0) throw new Error(`the server ended with ${status}`)
if (flags.json) console.log(JSON.stringify(row))
else for (const [name, value] of Object.entries(row)) console.log(`${name.padEnd(40)} ${value.toFixed(2)}`)

/** Requests of all kinds, `at` at a time: wrong answers, and how much memory grows after the first thousand. */
async function soaked(requests: number): Promise<Record<string, number>> {
  // batches have few sizes, each of which is compiled and then kept: what grows afterwards is a leak
  for (const count of [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]) await client.picture('model', { count, steps: 4 })
  const known = new Map<number, string>()
  for (let seed = 0; seed < 16; seed++)
    known.set(seed, pixels(await client.draw('model', { seed, steps: 4, count: 1 })))
  let [sent, wrong, unexpected, left] = [0, 0, 0, 0]
  let early = 0
  const next = async (): Promise<void> => {
    while (sent < requests) {
      const i = sent++
      if (i === Math.min(1000, requests >> 1)) early = server.memory()
      if (i % 1000 === 0) console.error(`soak: ${i} requests, ${Math.round(server.memory() / 2 ** 20)} MB`)
      const kind = (i * 2_654_435_761) % 100
      try {
        if (kind < 20) {
          const stop = new AbortController()
          setTimeout(() => stop.abort(), kind)
          await client.draw('model', { count: 4, steps: 10, seed: i }, { signal: stop.signal }).catch(() => left++)
        } else if (kind < 25) {
          const { status } = await fetch(`${server.url}v1/models/model/draw`, { method: 'POST', body: '{"count": "' })
          if (status !== 400 && status !== 415) unexpected++
        } else if (kind < 30) {
          const refused = await client.draw('model', { count: 1e6 }).catch((error: unknown) => error)
          if (!(refused instanceof ServedError && refused.status === 413)) unexpected++
        } else {
          const seed = i % 16
          if (pixels(await client.draw('model', { seed, steps: 4, count: 1 })) !== known.get(seed)) wrong++
        }
      } catch (error) {
        unexpected++
        console.error(error)
      }
    }
  }
  await Promise.all(Array.from({ length: 16 }, next))
  await new Promise((done) => setTimeout(done, 500))
  return {
    'soak: requests': sent,
    'soak: left before their answer': left,
    'soak: wrong answers': wrong,
    'soak: unexpected': unexpected,
    'soak: growth of memory, %': 100 * (server.memory() / early - 1),
  }
}

/** The first item, as text. */
function pixels({
  items,
}: {
  readonly items: readonly { readonly png?: string | undefined; readonly values?: readonly number[] | undefined }[]
}): string {
  return items[0]!.png ?? JSON.stringify(items[0]!.values)
}
