/**
 * Threads that share every batch against threads inside an operator: images a second of a training, in turns, and whether the losses agree.
 *
 *     npx tsx bench/threads.ts [--data glyphs,moons] [--threads 2] [--batch 64] [--steps 40] [--rounds 3] [-- --widths 16,32]
 *
 * What stands behind `--` are further options of `tweedie train`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from './measure.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'glyphs,moons' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '3' },
  },
})
const [threads, batch, steps, rounds] = [values.threads, values.batch, values.steps, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
]
const folder = mkdtempSync(join(tmpdir(), 'tweedie-bench-threads-'))
console.log(`${cpus()[0]!.model.trim()} × ${cpus().length}, Node ${process.version}, batch ${batch}`)

/** Images a second after the first tenth of the steps, and the last loss. */
function trained(data: string, ranks: number, each: number): { readonly rate: number; readonly loss: number } {
  const out = join(folder, 'run')
  rmSync(out, { recursive: true, force: true })
  const every = Math.max(1, Math.floor(steps / 10))
  const args = ['train', data, '-q', '--steps', steps, '--batch', batch, '--ranks', ranks, '--threads', each]
  const all = [...args.map(String), '--log-every', String(every), '--out', out, ...positionals]
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...all], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`training ended with status ${status}: ${stderr}`)
  const lines = readFileSync(join(out, 'log.jsonl'), 'utf8').trim().split('\n')
  const log = lines.map((line) => JSON.parse(line) as { step: number; seconds: number; loss: number })
  const [first, last] = [log[0]!, log.at(-1)!]
  return { rate: (batch * (last.step - first.step)) / (last.seconds - first.seconds), loss: last.loss }
}

for (const data of values.data.split(',')) {
  const ways = [
    { name: `1 rank of ${threads} threads`, ranks: 1, each: threads, rates: [] as number[], loss: 0 },
    { name: `${threads} ranks of 1 thread`, ranks: threads, each: 1, rates: [] as number[], loss: 0 },
  ]
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const { rate, loss } = trained(data, way.ranks, way.each)
      way.rates.push(rate)
      way.loss = loss
    }
  }
  const [one, several] = ways.map(({ rates }) => median(rates)) as [number, number]
  for (const { name, rates } of ways) console.log(`${data}, ${name}: ${median(rates).toFixed(0)} items/s`)
  console.log(
    `${data}: ${(several / one).toFixed(2)} × as fast, losses ${Math.abs(ways[1]!.loss / ways[0]!.loss - 1).toExponential(1)} apart`,
  )
}
rmSync(folder, { recursive: true, force: true })
