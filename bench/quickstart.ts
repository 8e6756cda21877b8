/**
 * What somebody sees who types `npm start` on a machine with everything installed: seconds to the first picture and to the end, and how many
 * of the digits are then recognised.
 *
 *     npx tsx bench/quickstart.ts [--no-eval] [--json]
 *
 * Runs in this checkout, with a cache of graphs of its own, which is empty; the run stays in `runs/`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { eval: { type: 'boolean', default: true }, json: { type: 'boolean', default: false } },
  allowNegative: true,
})

const root = join(import.meta.dirname, '..')
const cache = mkdtempSync(join(tmpdir(), 'tweedie-quickstart-'))
const began = performance.now()
const seconds = (): number => (performance.now() - began) / 1000
let [said, run, steps] = ['', '', 0]
let firstPicture: number | undefined
try {
  const env = { ...process.env, TWEEDIE_CACHE: cache }
  const start = spawn('npm', ['start'], { cwd: root, env, shell: process.platform === 'win32' })
  for (const stream of [start.stdout, start.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (/first, rough picture/.test(said)) firstPicture ??= seconds()
    })
  }
  const status = await new Promise((done) => start.on('exit', done))
  const total = seconds()
  if (status !== 0) throw new Error(`npm start ended with ${String(status)}:\n${said}`)
  ;[, run = '', steps] = [...(/trained (\S+): ([\d,]+) steps/.exec(said) ?? [])].map((part, i) =>
    i === 2 ? Number(part.replaceAll(',', '')) : part,
  ) as [string, string, number]
  const recognised = values.eval ? recognisedOf(run) : undefined
  const found = { firstPicture, total, steps, run, recognised }
  if (values.json) console.log(JSON.stringify(found))
  else {
    console.log(
      `first picture after ${firstPicture?.toFixed(1) ?? '–'} s, the end after ${total.toFixed(1)} s, ${steps} steps`,
    )
    if (recognised !== undefined) console.log(`${run}: ${(100 * recognised).toFixed(1)} % recognised as their class`)
  }
} finally {
  rmSync(cache, { recursive: true })
}

/** The share of 500 samples that a classifier takes for their class. */
function recognisedOf(folder: string): number {
  const args = ['bin/tweedie.js', 'eval', folder, '-n', '500', '--json', '-q']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return (JSON.parse(stdout) as { recognition: { rate: { value: number } } }).recognition.rate.value
}
