/** Training under mpirun: one run whatever the number of processes, and one end. Skipped where there is no MPI. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readSafetensors, toFloat32 } from '../../src/files/io/safetensors.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { built } from '../support/built.ts'
import { temporaryFolder, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const hasMpi = spawnSync('mpirun', ['--version'], { encoding: 'utf8' }).stdout?.includes('Open MPI') ?? false

/** Settings of Open MPI for more processes than cores, and for root. */
const env = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_mpi_yield_when_idle: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
}

const tiny = [...tinyPoints, '--log-every', '5', '-q', '--threads', '1']

function launched(count: number, ...args: string[]) {
  const all = ['-n', String(count), process.execPath, built('cli/main.js'), 'train', ...args]
  return spawnSync('mpirun', all, { env, encoding: 'utf8', timeout: 60_000 })
}

function resultOf(name: string) {
  const place = join(folder, name)
  const lines = readFileSync(join(place, 'log.jsonl'), 'utf8').trim().split('\n')
  const { tensors } = readSafetensors(readFileSync(join(place, 'checkpoint.safetensors')))
  return {
    log: lines.map((line) => JSON.parse(line) as { readonly loss: number; readonly lossByNoise: readonly number[] }),
    tensors: new Map([...tensors].map(([key, tensor]) => [key, toFloat32(tensor)])),
  }
}

describe.skipIf(!hasMpi)('mpirun', () => {
  test('two processes make the run of one, and one goes on with it', () => {
    for (const count of [1, 2]) {
      const { status, stderr } = launched(count, ...tiny, '--steps', '10', '--out', join(folder, `by${count}`))
      expect(stderr).toBe('')
      expect(status).toBe(0)
    }
    const [one, two] = [resultOf('by1'), resultOf('by2')]
    expect(two.log).toHaveLength(2)
    two.log.forEach(({ loss, lossByNoise }, i) => {
      expect(Math.abs(loss / one.log[i]!.loss - 1)).toBeLessThan(1e-5)
      lossByNoise.forEach((each, k) => expect(each).toBeCloseTo(one.log[i]!.lossByNoise[k]!, 4))
    })
    expect([...two.tensors.keys()]).toEqual([...one.tensors.keys()])
    const { status } = launched(1, '--resume', '--out', join(folder, 'by2'), '--steps', '12', '-q')
    expect(status).toBe(0)
  }, 60_000)

  test('what cannot be shared is said once, and all end with its status', () => {
    const out = join(folder, 'odd')
    const { status, stderr } = launched(3, ...tiny, '--steps', '4', '--out', out)
    expect(status).toBe(2)
    expect(stderr.match(/cannot be shared evenly by 3 processes/g)).toHaveLength(1)
    expect(existsSync(join(out, '.lock'))).toBe(false)
  }, 60_000)

  test.skipIf(process.platform !== 'linux')(
    'a rank that is killed or told to end ends all, and the run goes on, bit for bit',
    async () => {
      const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')]
      const long = [...tiny, '--steps', '300', '--checkpoint-every', '1']
      expect(launched(2, ...long, '--out', whole).status).toBe(0)
      const killed = await stopped(broken, 'SIGKILL', ...long, '--out', broken)
      expect(killed).not.toBe(0)
      const first = checkpointOf(broken).step
      expect(await stopped(broken, 'SIGTERM', '--resume', '-q', '--out', broken)).toBe(143)
      expect(checkpointOf(broken).step).toBeGreaterThan(first)
      expect(launched(2, '--resume', '-q', '--out', broken).status).toBe(0)
      expect(checkpointOf(broken)).toEqual(checkpointOf(whole))
    },
    120_000,
  )
})

function checkpointOf(run: string) {
  const { state } = decodeCheckpoint(readFileSync(join(run, 'checkpoint.safetensors')), run)
  return { step: state.step, params: state.params }
}

/** Trains by two ranks, stops the second one after its next checkpoint, and gives the status of all. */
async function stopped(run: string, signal: NodeJS.Signals, ...args: string[]): Promise<number | null> {
  const all = ['-n', '2', process.execPath, built('cli/main.js'), 'train', ...args]
  const before = existsSync(run) ? checkpointOf(run).step : 0
  const child = spawn('mpirun', all, { env, stdio: 'ignore' })
  const end = new Promise<number | null>((done) => child.on('close', done))
  while (!existsSync(join(run, 'checkpoint.safetensors')) || checkpointOf(run).step <= before) {
    expect(child.exitCode, 'it ended before it could be stopped').toBeNull()
    await pause(5)
  }
  process.kill(rankOf(run, 1)!, signal)
  const status = await end
  // mpirun may end before the first rank, which holds the folder
  while (rankOf(run, 0) !== undefined) await pause(20)
  return status
}

/** The process of rank 1. */
function rankOf(run: string, rank: number): number | undefined {
  const found = readdirSync('/proc').find((name) => {
    try {
      const [args, own] = ['cmdline', 'environ'].map((file) =>
        readFileSync(`/proc/${name}/${file}`, 'latin1').split('\0'),
      )
      return args![0] === process.execPath && args!.includes(run) && own!.includes(`OMPI_COMM_WORLD_RANK=${rank}`)
    } catch {
      return false
    }
  })
  return found === undefined ? undefined : Number(found)
}
