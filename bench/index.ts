/**
 * `npm run bench`: training and sampling against PyTorch, where `--peer` finds its script and a Python that has PyTorch,
 * and against what the machine can do. Both sides take turns; times are medians.
 *
 *     npm run bench -- [--rows train16,mlp] [--rounds 5] [--threads 2] [--json | --markdown]
 */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { findOrtLibrary } from '../src/engine/runtime/node/ort-library.ts'
import { chosenRows } from './chosen-rows.ts'
import { defaultPeer, findPython, peerNote } from './peer.ts'
import { rows } from './rows.ts'
import type { Row } from './rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(rows).join(',') },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    peer: { type: 'string', default: defaultPeer },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    /** The name of the one row that this process is to measure. */
    child: { type: 'string' },
  },
})

if (values.child !== undefined) {
  const settings = { rounds: Number(values.rounds), threads: Number(values.threads), peer: values.peer }
  console.log(JSON.stringify(await rows[values.child]!(settings)))
  process.exit(0)
}

const names = chosenRows(values.rows, rows)

const python = findPython(values.peer)
const where = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]!.model.trim()} × ${cpus().length}`,
  node: process.version,
  onnxruntime: findOrtLibrary().version,
  engine: (await nodeEngine()).name,
  torch:
    python && spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' }).stdout.trim(),
  peer: python && peerNote,
  threads: Number(values.threads),
}
const heading = `${where.machine}, ${where.threads} threads, Node ${where.node}, ONNX Runtime ${where.onnxruntime} (${where.engine}), PyTorch ${where.torch ?? 'not found'}, ${where.date}`
const results: Record<string, Row> = {}

if (!values.json) {
  console.log(heading)
  if (python !== undefined) console.log(peerNote)
}
if (values.markdown) console.log('\n| | tweedie | PyTorch | | |\n|---|---|---|---|---|')
for (const name of names) {
  results[name] = measured(name)
  if (!values.json) console.log((values.markdown ? markdown : line)(results[name]))
}
if (values.json) console.log(JSON.stringify({ ...where, rows: results }, null, 2))

/** The row, from a process of its own. */
function measured(name: string): Row {
  const { rounds, threads, peer } = values
  const flags = Object.entries({ child: name, rounds, threads, peer }).flatMap(([flag, value]) => [`--${flag}`, value])
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...flags]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`row ${name} failed`)
  return JSON.parse(stdout) as Row
}

function line(row: Row): string {
  const { title, ours, peer, ratio, rate, note } = cells(row)
  const against = peer && `against ${peer}: ${ratio}`
  return `${title.padEnd(62)} ${[ours, against, rate, note].filter(Boolean).join('; ')}`
}

function markdown(row: Row): string {
  const { title, ours, peer, ratio, rate, note } = cells(row)
  return `| ${[title, ours, peer, ratio, [rate, note].filter(Boolean).join('; ')].join(' | ')} |`
}

function cells({ title, unit, ours, peer, ratio, goal, gflops, share, note }: Row) {
  const show = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`
  const aim = goal !== undefined && ratio !== undefined && ratio < goal ? ` (aim ${goal})` : ''
  return {
    title,
    ours: show(ours),
    peer: peer === undefined ? '' : show(peer),
    ratio: ratio === undefined ? '' : `${ratio.toFixed(2)} ×${aim}`,
    rate: gflops === undefined ? '' : `${gflops.toFixed(0)} GFLOP/s, ${(100 * share!).toFixed(0)} % of the peak`,
    note: note ?? '',
  }
}
