/** A thread that trains as one of several (see `rank-threads.ts`): it does what it is told, run after run, and says how that ended. */
import { parentPort } from 'node:worker_threads'
import { isTweedieError } from '../../../errors.ts'
import { sharedCollective } from '../../../tools/train/shared-collective.ts'
import { modulesOf, readConfig } from '../config-file.ts'
import { trainRun } from '../train-run.ts'
import type { RankEnd, RankTask } from './rank-task.ts'

parentPort!.on('message', (task: RankTask) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void follow(task).then((end) => parentPort!.postMessage(end))
})

async function follow({ request, config, room, rank }: RankTask): Promise<RankEnd> {
  const collective = sharedCollective(room, rank)
  try {
    const own =
      config === undefined ? undefined : await readConfig(config, modulesOf(await import('../../../index.ts')))
    for await (const _ of trainRun({ ...request, own, collective }));
    return { type: 'end' }
  } catch (error) {
    collective.abort(1)
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    if (isTweedieError(error)) return { type: 'error', code: error.code, message, hint: error.hint }
    return { type: 'error', code: 'internal', message: stack ?? message, hint: undefined }
  }
}
