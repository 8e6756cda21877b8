/** A training run in a folder: the events of {@link train}, with log, checkpoints and samples written as they come. */
import { availableParallelism } from 'node:os'
import { removeTemporaries } from '../../files/io/node/files.ts'
import { entryOfSpec } from '../../families/registry.ts'
import { train } from '../train.ts'
import type { TrainEvent, TrainOptions } from '../train.ts'
import { drawSamples } from './draw-samples.ts'
import { writeModel } from './write-model.ts'
import { openLog } from '../../tools/train/node/log-file.ts'
import { keepAverages } from '../../tools/train/node/kept-averages.ts'
import { runPaths, writeCheckpoint } from '../../tools/train/node/run-folder.ts'
import { holdRun } from '../../tools/train/node/run-place.ts'

/** How to train in a folder. */
export interface RunOptions extends TrainOptions {
  /** Made by `beginRun`. */
  readonly folder: string
  /** Steps between two pictures of samples; none by default. */
  readonly sampleEvery?: number | undefined
  /** Seconds of training after which samples are drawn once, however rough; a resumed run has had them. The time that they take is not training's. */
  readonly earlySamples?: number | undefined
}

/** What happens in a run. */
export type RunEvent =
  | TrainEvent
  | {
      readonly type: 'samples'
      readonly step: number
      readonly path: string
      /** Whether they are the first, of a model that has hardly begun to learn. */
      readonly early?: true
    }

/**
 * Trains in a folder: the log, checkpoints, the model and pictures of samples are on the disk when their event arrives.
 *
 * @throws TweedieError `exists` if another process trains in the folder; other codes if training is impossible
 */
export async function* trainInFolder({
  folder,
  sampleEvery,
  earlySamples,
  ...options
}: RunOptions): AsyncGenerator<RunEvent> {
  const paths = runPaths(folder)
  using place = holdRun(folder)
  await Promise.all([folder, paths.samples].map(removeTemporaries))
  const own = options.own ?? {}
  const family = await entryOfSpec(options.spec, own).load()
  using log = await openLog(paths.log, options.from?.state.step ?? 0)
  const run = { ...options.run, session: { cores: availableParallelism() } }
  const { ema } = options.spec.optimizer
  const kept = typeof ema === 'number' ? undefined : ema.kept
  const averages = kept && (await keepAverages(folder, kept.count, options.from?.state.step ?? 0))
  let early = options.from ? Infinity : (earlySamples ?? Infinity)
  let paused = 0
  const { clock = () => performance.now() } = options
  for await (const event of train({ ...options, run, clock: () => clock() - paused })) {
    const isKept = event.type === 'step' && averages?.isDue(event.step)
    const isShown = event.type === 'step' && (event.seconds >= early || (sampleEvery && event.step % sampleEvery === 0))
    if (event.type === 'log') log.append(event.line)
    if ((isKept || isShown || event.type === 'checkpoint') && (await place.restore())) {
      await log.restore()
      yield { type: 'remark', text: `${folder} was removed: it is made again, without what lay there besides` }
    }
    if (isKept) await averages!.keep((await event.checkpoint()).state)
    if (event.type === 'checkpoint') {
      log.sync()
      await writeCheckpoint(folder, event.checkpoint)
      await writeModel(folder, family, event.model)
    }
    yield event
    if (event.type !== 'step') continue
    const { step } = event
    const isEarly = event.seconds >= early
    if (isShown) {
      const began = clock()
      const { device, threads } = options
      const path = await drawSamples(paths.samples, await event.model(), options.spec.seed, { device, threads }, own)
      if (isEarly) paused += clock() - began
      yield { type: 'samples', step, path, ...(isEarly && { early: true }) }
    }
    if (isEarly) early = Infinity
  }
}
