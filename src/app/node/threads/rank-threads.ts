/**
 * Threads that train together with this one. They are kept for the next run: what the runtime has allocated for a thread is not given back
 * when it ends. None is ended while it computes: ending it within the runtime's code could end the whole program.
 */
import { Worker } from 'node:worker_threads'
import { TweedieError } from '../../../errors.ts'
import type { Collective } from '../../../tools/train/collective.ts'
import { sharedCollective, sharedRoom } from '../../../tools/train/shared-collective.ts'
import { configOf } from '../config-file.ts'
import type { TrainRequest } from '../prepared-run.ts'
import type { RankEnd, RankTask } from './rank-task.ts'

/** The threads of one run. */
export interface RankThreads {
  /** This thread's part in it: the first. */
  readonly collective: Collective
  /** Why a thread failed, if one did by itself. */
  readonly failure: TweedieError | undefined
  /** Resolves when all have ended their part. */
  readonly ended: Promise<unknown>
}

/** What to do when one has died. */
const afterDeath = '`resume` goes on from the last save; fewer `ranks` take less memory'

/** Threads without work. */
const resting: Worker[] = []

/** Starts the others of `count`, each with its part of the same run. */
export function startRanks(count: number, request: TrainRequest): RankThreads {
  const room = sharedRoom(count)
  const collective = sharedCollective(room, 0)
  const failures: TweedieError[] = []
  const { signal: _, onProgress: __, onRemark: ___, own = {}, ranks: _____, ...plain } = request
  const ended = Array.from({ length: count - 1 }, async (_, i) => {
    const rank = i + 1
    const end = await perform(resting.pop() ?? start(), { request: plain, config: configOf(own), room, rank })
    if (end.type === 'end') return
    collective.abort(1)
    const { code, message, hint } = end
    // what only says that another one has failed is no reason
    if (code !== 'interrupted') failures.push(new TweedieError(code, `thread ${rank}: ${message}`, { hint }))
  })
  return {
    collective,
    get failure() {
      return failures[0]
    },
    ended: Promise.all(ended),
  }
}

/** Gives a thread its work, and resolves when that has ended in any way. */
function perform(worker: Worker, task: RankTask): Promise<RankEnd> {
  return new Promise((resolve) => {
    const leave = (end: RankEnd, alive: boolean): void => {
      worker.off('message', said).off('error', broken).off('exit', gone)
      worker.unref()
      if (alive) resting.push(worker)
      resolve(end)
    }
    const failed = (message: string): void => leave({ type: 'error', code: 'device', message, hint: afterDeath }, false)
    const said = (end: RankEnd): void => leave(end, true)
    const broken = (error: Error): void => failed(error.message)
    const gone = (status: number): void => failed(`it ended in the middle of its work (${status})`)
    worker.on('message', said).on('error', broken).on('exit', gone)
    worker.ref()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(task)
  })
}

/** Whether the sources run as they are, by whatever loads TypeScript in this process. */
const fromSource = import.meta.url.endsWith('.ts')
const hostFile = new URL(fromSource ? './rank-host.ts' : '../app/node/threads/rank-host.js', import.meta.url)

function start(): Worker {
  const loading = `import('tsx/esm/api').then(({ register }) => (register(), import('${hostFile.href}')))`
  const worker = fromSource ? new Worker(loading, { eval: true }) : new Worker(hostFile)
  // an idle one that breaks is not used again
  worker.on('exit', () => {
    const place = resting.indexOf(worker)
    if (place >= 0) resting.splice(place, 1)
  })
  return worker
}
