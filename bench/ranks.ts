/**
 * `npx tsx bench/ranks.ts [same|pace|scale|faults …]`: training by several ranks, by every launcher that is there.
 *
 *     npx tsx bench/ranks.ts --launchers mpirun,/path/mpiexec.hydra --data glyphs
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { exit } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { joinMpi } from '../src/app/node/mpi/mpi.ts'
import { median, timed } from './measure.ts'
import { checkpointOf, stopped } from './ranks/faults.ts'
import { ended, type Launcher, launchers, start } from './ranks/launch.ts'
import { ethernet25, halving, ring } from './ranks/scaling.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    launchers: { type: 'string', default: 'mpirun,mpiexec.hydra' },
    data: { type: 'string', default: 'glyphs' },
    steps: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '5' },
    /** The number of floats that this process adds with the others. */
    child: { type: 'string' },
  },
})

if (values.child !== undefined) {
  await addUp(Number(values.child))
  exit(0)
}

const tsx = ['--import', import.meta.resolve('tsx')]
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const [steps, rounds] = [Number(values.steps), Number(values.rounds)]
const folder = mkdtempSync(join(tmpdir(), 'ranks-'))
const found = launchers(values.launchers.split(','))
const parts = { same, pace, scale, faults }
const asked = positionals.length > 0 ? positionals : Object.keys(parts)
console.log(
  `${cpus()[0]!.model.trim()} × ${cpus().length}, Node ${process.version}, ${found.map(({ name }) => name).join(', ') || 'no MPI'}`,
)
try {
  for (const name of asked) await parts[name as keyof typeof parts]()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** A training command; `--out` is its last word. */
function training(more: readonly string[], out: string): readonly string[] {
  return [...tsx, main, 'train', values.data, '-q', ...more, '--out', out]
}

async function trained(launcher: Launcher, ranks: number, more: readonly string[]): Promise<string> {
  const out = join(folder, 'run')
  rmSync(out, { recursive: true, force: true })
  const { status, said } = await ended(start(launcher, ranks, training(more, out)))
  if (status !== 0) throw new Error(`${launcher.name}, ${ranks} ranks: ended with ${status}\n${said}`)
  return out
}

/** The lines of a run's log. */
function logOf(out: string): readonly { readonly loss: number; readonly itemsPerSecond: number }[] {
  const lines = readFileSync(join(out, 'log.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as never)
}

/** (a) Losses and weights of 1, 2 and 4 ranks on the same batches. */
async function same(): Promise<void> {
  console.log(`\nThe same ${steps} steps by 1, 2 and 4 ranks: largest relative difference from one rank`)
  for (const launcher of found) {
    const runs = []
    for (const ranks of [1, 2, 4]) {
      const out = await trained(launcher, ranks, ['--steps', String(steps), '--log-every', '10', '--threads', '1'])
      runs.push({ ranks, losses: logOf(out).map(({ loss }) => loss), weights: checkpointOf(out).state.params.slice() })
    }
    const [one] = runs as [(typeof runs)[number]]
    const size = Math.sqrt(one.weights.reduce((sum, x) => sum + x * x, 0))
    for (const { ranks, losses, weights } of runs.slice(1)) {
      const loss = Math.max(...losses.map((each, i) => Math.abs(each / one.losses[i]! - 1)))
      const away = Math.sqrt(weights.reduce((sum, x, i) => sum + (x - one.weights[i]!) ** 2, 0))
      console.log(
        `  ${launcher.name}, ${ranks} ranks: loss ${loss.toExponential(1)}, weights ${(away / size).toExponential(1)} (Euclidean norm)`,
      )
    }
  }
}

/** (b) Two ranks of one thread against one rank of two threads, in turns. */
async function pace(): Promise<void> {
  console.log(`\nImages a second, batch 64, in turns, ${rounds} rounds`)
  for (const launcher of found) {
    const [two, one]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      for (const [ranks, into] of [
        [2, two],
        [1, one],
      ] as const) {
        const out = await trained(launcher, ranks, [
          '--batch',
          '64',
          '--steps',
          '60',
          '--log-every',
          '10',
          '--threads',
          String(3 - ranks),
        ])
        into.push(
          median(
            logOf(out)
              .slice(2)
              .map(({ itemsPerSecond }) => itemsPerSecond),
          ),
        )
      }
    }
    const ratios = two.map((each, i) => each / one[i]!)
    console.log(
      `  ${launcher.name}: 2 ranks of 1 thread ${median(two).toFixed(1)}, 1 rank of 2 threads ${median(one).toFixed(1)}: ${median(ratios).toFixed(2)} × (${ratios.map((each) => each.toFixed(2)).join(', ')})`,
    )
  }
}

/** (c) Machines behind a network, by the α–β model. */
async function scale(): Promise<void> {
  const [launcher] = found
  if (!launcher) return
  const out = await trained(launcher, 1, [
    '--batch',
    '64',
    '--steps',
    '40',
    '--log-every',
    '10',
    '--threads',
    String(cpus().length),
  ])
  const step =
    64 /
    median(
      logOf(out)
        .slice(1)
        .map(({ itemsPerSecond }) => itemsPerSecond),
    )
  const floats = checkpointOf(out).state.params.length
  const bytes = 4 * floats
  const child = [...tsx, fileURLToPath(import.meta.url), '--child', String(floats)]
  const { said } = await ended(start(launcher, 2, child))
  const own = Number(/^ms ([\d.]+)$/m.exec(said)?.[1])
  console.log(
    `\nA step of 64 images: ${(1000 * step).toFixed(0)} ms; gradients: ${(bytes / 1e6).toFixed(1)} MB; their all-reduce by 2 ranks here: ${own.toFixed(2)} ms`,
  )
  console.log(
    `By the α–β model over ${ethernet25.name} (α = ${1e6 * ethernet25.alpha} µs, B = ${(ethernet25.bandwidth / 1e9).toFixed(2)} GB/s), one rank a machine, each as fast as this one with its own 64 images;`,
  )
  console.log(
    'the memory traffic of the reduction as measured here; nothing overlaps, nobody is late, no other traffic:',
  )
  for (const p of [2, 4, 8, 16, 32, 64]) {
    const local = own / 1000
    const [a, b] = [ring(p, bytes, ethernet25), halving(p, bytes, ethernet25)].map(
      (seconds) => step / (step + local + seconds),
    )
    console.log(
      `  ${String(p).padStart(2)} ranks: efficiency ${a!.toFixed(3)} by a ring, ${b!.toFixed(3)} by halving and doubling`,
    )
  }
}

/** (d) A rank that is killed, and one that is told to end. */
async function faults(): Promise<void> {
  console.log(
    '\nRank 1 of two is stopped; the run goes on with the checkpoint that is left, beside one that nothing stops',
  )
  const tiny = 'moons --items 64 --batch 16 --widths 32 --depth 2 --steps 80 --checkpoint-every 1 --threads 1 -q'.split(
    ' ',
  )
  const begin = (out: string): readonly string[] => [...tsx, main, 'train', ...tiny, '--out', out]
  for (const launcher of found) {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const resume = (out: string): readonly string[] => [...tsx, main, 'train', '--resume', '-q', '--out', out]
      const fault = await stopped(launcher, signal, folder, begin, resume)
      const { seconds, status, step, same: equal } = fault
      console.log(
        `  ${launcher.name}, ${signal}: all ended after ${seconds.toFixed(1)} s with status ${status}; the checkpoint of step ${step} is whole; resumed, the parameters are ${equal ? 'the same bits' : 'NOT the same'}`,
      )
    }
  }
}

/** The median time of an all-reduce of so many floats, in this rank. */
async function addUp(floats: number): Promise<void> {
  const collective = await joinMpi()
  const array = new Float32Array(floats).fill(1)
  const times: number[] = []
  for (let i = 0; i < 40; i++) times.push(await timed(() => collective.sum(array.fill(1))))
  if (collective.rank === 0) console.log(`ms ${median(times.slice(10))}`)
  await collective.close()
}
