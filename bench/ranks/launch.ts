/** Starts ranks of Open MPI or MPICH, as they are installed or unpacked. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { env, execPath } from 'node:process'

/** A launcher. */
export interface Launcher {
  readonly name: string
  readonly command: string
  readonly options: readonly string[]
}

/** Open MPI's settings for more processes than cores, for root, and for ranks that are not bound to a core. */
const openMpi = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_mpi_yield_when_idle: '1',
}

/** The launchers that answer: `mpirun` and `mpiexec.hydra`, or those that are named. */
export function launchers(names: readonly string[]): readonly Launcher[] {
  return names.flatMap((command) => {
    const said = spawnSync(command, ['--version'], { encoding: 'utf8' })
    if (said.status !== 0) return []
    const isOpen = said.stdout.includes('Open MPI')
    const version = /\d+\.\d+(\.\d+)?/.exec(said.stdout)?.[0] ?? ''
    return [
      {
        command,
        name: `${isOpen ? 'Open MPI' : 'MPICH'} ${version}`,
        options: isOpen ? ['--bind-to', 'none'] : ['-launcher', 'fork'],
      },
    ]
  })
}

/** A program of Node in so many ranks. */
export function start({ command, options }: Launcher, ranks: number, args: readonly string[]): ChildProcess {
  const all = [...options, '-n', String(ranks), execPath, ...args]
  return spawn(command, all, { env: { ...env, ...openMpi }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** How it ended, and what it said. */
export async function ended(
  child: ChildProcess,
): Promise<{ status: number | null; signal: string | null; said: string }> {
  let said = ''
  child.stdout!.on('data', (text: Buffer) => (said += String(text)))
  child.stderr!.on('data', (text: Buffer) => (said += String(text)))
  return new Promise((done) => child.on('close', (status, signal) => done({ status, signal, said })))
}

/** The process of a rank, of those that name `mark` among their arguments; found in /proc, so on Linux only. */
export function pidOf(rank: number, mark: string): number | undefined {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0')
      const own = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0')
      if (args[0] !== execPath || !args.includes(mark)) continue
      if (own.some((each) => each === `OMPI_COMM_WORLD_RANK=${rank}` || each === `PMI_RANK=${rank}`))
        return Number(name)
    } catch {
      // gone, or another user's
    }
  }
  return undefined
}
