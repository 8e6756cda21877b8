/** Training that mpirun or srun has started in several processes: the first one prints, the others follow it. */
import { setTimeout as pause } from 'node:timers/promises'
import { isLaunched } from '../app/node/mpi/abi.ts'
import type { TrainRequest } from '../app/node/prepared-run.ts'
import { trainRun } from '../app/node/train-run.ts'
import { exitCodes, isTweedieError } from '../errors.ts'
import type { Collective } from '../tools/train/collective.ts'
import { listenForInterrupt } from './common.ts'

/** The status of a process that stops because another was told to: that of SIGTERM, which launchers and schedulers send. */
export const toldStatus = 143

/** How long the others wait for the first to say what went wrong, in milliseconds. */
const saidMs = 2000

/**
 * The processes that were started together with this one, if there are any. Where one of them fails, all are ended with its status.
 *
 * @throws TweedieError `device` where MPI cannot be used
 */
export async function joined(): Promise<Collective | undefined> {
  if (!isLaunched()) return undefined
  const { joinMpi } = await import('../app/node/mpi/mpi.ts')
  const collective = await joinMpi()
  process.once('exit', (status) => {
    // one that ended well has taken leave before; whoever fails alone would be waited for
    if (status !== 0 && status !== 130 && status !== 143) collective.abort(status)
  })
  return collective
}

/** `4 processes (MPI: openmpi), each with its share of every batch` */
export function together({ count, name }: Collective): string {
  return `${count} processes (${name}), each with its share of every batch`
}

/** Trains as one of several that is not the first: it says nothing. */
export async function follow(collective: Collective, request: TrainRequest): Promise<void> {
  using interrupt = listenForInterrupt()
  try {
    for await (const event of trainRun({ ...request, collective, signal: interrupt.signal })) {
      if (event.type === 'end' && event.reason === 'stopped') process.exitCode = interrupt.status ?? toldStatus
    }
    await collective.close()
  } catch (error) {
    await pause(saidMs)
    collective.abort(isTweedieError(error) ? exitCodes[error.code] : 1)
  }
}
