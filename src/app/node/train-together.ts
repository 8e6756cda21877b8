/** One process of several that train a run together. The first has the folder: it writes, and draws; the others only compute. */
import { cpus } from 'node:os'
import { type Collective, requireSame, shareTraining } from '../../tools/train/collective.ts'
import { train } from '../train.ts'
import { digestOf } from './digest.ts'
import type { TrainRequest } from './prepared-run.ts'
import { type RunEvent, type RunOptions, trainInFolder } from './run.ts'
import { version } from './version.ts'

/** Steps between two comparisons of the parameters. */
const compareEvery = 100

/** The request of one of them: all but the first write nothing, and the cores of a machine are shared. */
export function asOneOf({ rank, local }: Collective, request: TrainRequest): TrainRequest {
  const threads = request.threads ?? Math.max(1, Math.floor(cpus().length / local))
  return { ...request, threads, ...(rank > 0 && { dryRun: true }) }
}

/**
 * Trains. Events of the first process are those of a run alone; of the others there is the last one.
 *
 * @throws TweedieError `data` where the processes see different data, specifications or versions, or where their parameters have drifted
 *   apart
 */
export async function* trainTogether(
  collective: Collective,
  { folder, sampleEvery, earlySamples: _early, signal, ...options }: RunOptions,
): AsyncGenerator<RunEvent> {
  const { spec, dataset, from } = options
  const { budget: _, ...rest } = spec
  await requireSame(collective, JSON.stringify([version, rest, from?.state.step ?? 0]), 'version or specification')
  await requireSame(collective, digestOf(dataset), 'data')
  const shared = shareTraining(collective, { signal, clock: () => performance.now() })
  const all = { ...options, ...shared }
  const events = collective.rank === 0 ? trainInFolder({ ...all, folder, sampleEvery }) : train(all)
  for await (const event of events) {
    if (collective.rank === 0 || event.type === 'end') yield event
    if (event.type !== 'step' || event.step % compareEvery !== 0) continue
    const { state } = await event.checkpoint()
    await requireSame(collective, state.params, `parameters after step ${event.step}`)
  }
}
