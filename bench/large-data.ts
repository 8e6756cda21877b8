/**
 * Training on data larger than memory: how fast they are prepared, how much memory the process takes, how soon the first step comes, and how
 * long the loop waits for data.
 *
 *     npx tsx bench/large-data.ts --count 200000 --size 64 --kind npy
 *
 * `--kind npy`, `tar` or `folder` (PNG files; every thousandth is the first again, to be made in seconds); `--size` pixels; `--steps` (default 30); `--batch` (default 64). The data are synthetic, lie in a
 * temporary folder and are removed. Each figure is of a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sharp from 'sharp'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    size: { type: 'string', default: '64' },
    kind: { type: 'string', default: 'npy' },
    steps: { type: 'string', default: '30' },
    batch: { type: 'string', default: '64' },
    child: { type: 'string' },
    cache: { type: 'string' },
  },
})
const [count, size, steps, batch] = [values.count, values.size, values.steps, values.batch].map(Number) as [
  number,
  number,
  number,
  number,
]

const text = (value: number): string => value.toFixed(value < 10 ? 2 : 0)
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

if (values.child !== undefined) await child(values.child, values.cache)
else await all()

/** Trains, and prints what it took as JSON. */
async function child(path: string, cache: string | undefined): Promise<void> {
  const began = performance.now()
  const { trainRun } = await import('../src/app/node/train-run.ts')
  const { openSource } = await import('../src/files/data/node/index.ts')
  const out = mkdtempSync(join(tmpdir(), 'tweedie-large-run-'))
  const found: Record<string, number> = {}
  let opened = performance.now()
  if (steps === 0) {
    await openSource({ path }, { ...(cache && { dataCache: cache }) })
    found['seconds'] = (performance.now() - began) / 1000
  } else {
    let first = 0
    let last = 0
    const options = { steps, batch, logEvery: steps, ...(cache ? { dataCache: cache } : { inMemory: true }) }
    for await (const event of trainRun({ data: path, out, options })) {
      if (event.type === 'report') opened = performance.now()
      if (event.type !== 'step') continue
      if (first === 0) first = performance.now()
      last = performance.now()
    }
    found['opened'] = (opened - began) / 1000
    found['first'] = (first - began) / 1000
    found['msPerStep'] = (last - first) / Math.max(1, steps - 1)
    const { waitedForDisk } = await import('../src/files/data/node/prepared/item-reader.ts')
    found['waiting'] = waitedForDisk() / (last - opened)
  }
  found['peak'] = process.resourceUsage().maxRSS * 1024
  rmSync(out, { recursive: true, force: true })
  console.log(JSON.stringify(found))
}

async function all(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'tweedie-large-data-'))
  const cache = join(root, 'cache')
  try {
    const path = await make(join(root, 'data'), count)
    const small = await make(join(root, 'small'), 256)
    console.log(`${count} images of ${size} x ${size} as ${values.kind}, batch ${batch}, ${steps} steps`)
    const prepared = run(path, cache, 0)
    console.log(
      `prepared in ${text(prepared['seconds']!)} s: ${Math.round(count / prepared['seconds']!)} images a second; peak ${mb(prepared['peak']!)}`,
    )
    const reference = run(small, undefined, steps)
    const large = run(path, cache, steps)
    console.log(
      `the same network on 256 images in memory: peak ${mb(reference['peak']!)}, first step after ${text(reference['first']!)} s, ${text(reference['msPerStep']!)} ms a step`,
    )
    console.log(
      `on ${count} from the prepared copy: peak ${mb(large['peak']!)}, ${mb(large['peak']! - reference['peak']!)} more`,
    )
    console.log(
      `first step after ${text(large['first']!)} s, data open after ${text(large['opened']!)} s; ${text(large['msPerStep']!)} ms a step`,
    )
    console.log(`waiting for data: ${(100 * large['waiting']!).toFixed(2)} % of the loop's time`)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function run(path: string, cache: string | undefined, stepsOf: number): Record<string, number> {
  const line = [
    '--import',
    'tsx',
    fileURLToPath(import.meta.url),
    '--child',
    path,
    '--steps',
    String(stepsOf),
    '--batch',
    String(batch),
  ]
  const output = execFileSync(process.execPath, [...line, ...(cache ? ['--cache', cache] : [])], { encoding: 'utf8' })
  return JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, number>
}

/** Synthetic pictures: gradients and noise, each another. */
function pixels(i: number, out: Uint8Array): Uint8Array {
  let state = (i + 1) * 2654435761
  for (let p = 0; p < out.length; p++) {
    if (p % 16 === 0) state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    out[p] = (p / 3 + i * 7 + (state >>> 24) / 4) & 255
  }
  return out
}

/** Writes the data; gives their path. */
async function make(folder: string, items: number): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const picture = new Uint8Array(size * size * 3)
  const made = new Map<number, Buffer>()
  const png = async (i: number): Promise<Buffer> => {
    const known = made.get(i % 1000)
    if (known) return known
    const raw = { width: size, height: size, channels: 3 as const }
    const bytes = await sharp(pixels(i, picture), { raw }).png().toBuffer()
    made.set(i % 1000, bytes)
    return bytes
  }
  if (values.kind === 'folder') {
    for (let i = 0; i < items; i++) writeFileSync(join(folder, `${String(i).padStart(7, '0')}.png`), await png(i))
    return folder
  }
  const path = join(folder, values.kind === 'tar' ? 'data.tar' : 'data.npy')
  const file = openSync(path, 'w')
  const write = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  }
  if (values.kind === 'tar') {
    for (let i = 0; i < items; i++) write(entry(`${String(i).padStart(7, '0')}.png`, await png(i)))
    write(new Uint8Array(1024))
  } else {
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${items}, ${size}, ${size}, 3), }`
    const start = Math.ceil((11 + header.length) / 64) * 64
    const head = new Uint8Array(start).fill(32)
    head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (start - 10) & 255, (start - 10) >>> 8])
    head.set(new TextEncoder().encode(header), 10)
    head[start - 1] = 10
    write(head)
    for (let i = 0; i < items; i++) write(pixels(i, picture))
  }
  closeSync(file)
  return path
}

/** A file in a .tar. */
function entry(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(512 + Math.ceil(content.length / 512) * 512)
  const put = (at: number, part: string): void => bytes.set(new TextEncoder().encode(part), at)
  put(0, name)
  put(100, '0000644\0')
  put(124, `${content.length.toString(8).padStart(11, '0')}\0`)
  put(136, '00000000000\0')
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\u000000')
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  bytes.set(content, 512)
  return bytes
}
