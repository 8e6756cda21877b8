/**
 * `npm run bench:others`: a convolution, its gradients and two training steps, in turns with TensorFlow.js and jax-js, which are
 * no dependencies of ours: whoever wants these rows installs them first, without saving. What a library cannot do is told in its
 * own words. Each row is a process of its own; times are medians.
 *
 *     npm run bench:others -- [--rows conv,mlp] [--rounds 5] [--threads 2] [--json | --markdown]
 */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { chosenRows } from './chosen-rows.ts'
import { jaxJs, jaxPackage } from './others/jax.ts'
import { race } from './others/race.ts'
import type { Standing } from './others/race.ts'
import { tasks, workOf } from './others/task.ts'
import { tensorflow, tensorflowPackages } from './others/tensorflow.ts'
import { tweedie } from './others/tweedie.ts'

interface Row {
  readonly title: string
  /** Floating-point operations, where they are those of one convolution. */
  readonly work?: number
  readonly standings: readonly Standing[]
  /** Packages that are not installed. */
  readonly missing: readonly string[]
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(tasks).join(',') },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    /** The name of the one row that this process is to measure. */
    child: { type: 'string' },
  },
})

if (values.child !== undefined) {
  console.log(JSON.stringify(await rowOf(values.child)))
  process.exit(0)
}

const names = chosenRows(values.rows, tasks)

const rows: Record<string, Row> = {}
for (const name of names) {
  console.error(`measuring ${name}`)
  rows[name] = measured(name)
}

const all = Object.values(rows)
const { standings, missing } = all[0]!
const where = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]!.model.trim()} × ${cpus().length}`,
  node: process.version,
  versions: Object.fromEntries(standings.map(({ library, version }) => [library, version])),
}
if (values.json) console.log(JSON.stringify({ ...where, rows }, null, 2))
else {
  const others = standings.slice(2).map(({ library, version }) => `, ${library} ${version} (one thread)`)
  const runtime = `ONNX Runtime ${standings[0]!.version}`
  console.log(`${where.machine}, Node ${where.node}, ${runtime}${others.join('')}, ${where.date}`)
  printTable([['', ...standings.map(({ library }) => library)], ...all.map(cells)])
  for (const note of notesOf(all)) console.log(values.markdown ? `- ${note}` : note)
}
if (missing.length > 0) console.error(`for the other libraries: npm install --no-save ${missing.join(' ')}`)

/** The row, from a process of its own. */
function measured(name: string): Row {
  const { rounds, threads } = values
  const flags = Object.entries({ child: name, rounds, threads }).flatMap(([flag, value]) => [`--${flag}`, value])
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...flags]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`row ${name} failed`)
  return JSON.parse(stdout) as Row
}

async function rowOf(name: string): Promise<Row> {
  const engine = await nodeEngine()
  const [tf, jax] = [await tensorflow(), await jaxJs()]
  const ours = [tweedie(engine, 1), tweedie(engine, Number(values.threads))]
  const task = tasks[name]!()
  const standings = await race([...ours, ...(tf ? [tf] : []), ...(jax ? [jax] : [])], task, {
    rounds: Number(values.rounds),
  })
  const missing = [...(tf ? [] : tensorflowPackages), ...(jax ? [] : [jaxPackage])]
  return { title: task.title, ...(task.kind === 'convolution' && { work: workOf(task) }), standings, missing }
}

/** Times, what they come to in GFLOP/s, and how they compare with one thread of ours. */
function cells({ title, work, standings }: Row): string[] {
  const least = standings[0]!.ms!
  return [
    title,
    ...standings.map(({ ms, runs, way }, i) => {
      if (ms === undefined) return 'cannot, see below'
      const rate = work === undefined ? '' : `, ${show(work / ms / 1e6)} GFLOP/s`
      const ratio = i === 0 ? '' : ` (${show(ms / least)} ×)`
      return `${show(ms)} ms${ratio}${rate}${i < 2 ? '' : `, ${way}`}${runs === 1 ? ', one run' : ''}`
    }),
  ]
}

/** Two digits or more. */
function show(value: number): string {
  return value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)
}

/** Ways that were not timed, and why. */
function notesOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ title, standings }) =>
    standings.flatMap(({ library, passedOver }) =>
      passedOver.map((each) => {
        const why = 'error' in each ? `cannot: ${each.error}` : `takes ${show(each.factor)} × as long`
        return `${title}: ${library}, ${each.way}, ${why}`
      }),
    ),
  )
}

function printTable(lines: readonly (readonly string[])[]): void {
  if (values.markdown) {
    const [head, ...body] = lines.map((line) => `| ${line.join(' | ')} |`)
    console.log(['', head, `|${'---|'.repeat(lines[0]!.length)}`, ...body, ''].join('\n'))
    return
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
}
