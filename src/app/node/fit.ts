/** Training in one call: data from files or memory, the model in a folder or in memory. */
import { nodeEngine } from '../../engine/runtime/node/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { FamilyModel } from '../../families/family.ts'
import { TweedieError } from '../../errors.ts'
import type { DataSource } from '../../tools/train/node/run-folder.ts'
import { cacheOptions, dataOptions } from '../../files/data/options.ts'
import { fit as fitData, type FitData, type FitOptions, lastModel } from '../fit.ts'
import type { TrainEvent } from '../train.ts'
import { cacheOf, openParts } from './open-data.ts'
import { sourceOf } from '../../files/data/node/source-of.ts'
import { preparing as preparingOf } from './preparing.ts'
import { modelOf } from './start-from.ts'
import { type TrainRunEvent, trainRun } from './train-run.ts'

/** How to train in Node. */
export interface NodeFitOptions extends FitOptions {
  /** A model, or a model folder, whose weights training begins with. */
  readonly from?: string | FamilyModel | undefined
  readonly engine?: Engine | undefined
  /** A folder for the model, its checkpoints and its log; only for data in files. */
  readonly out?: string | undefined
}

/**
 * Trains a model.
 *
 * @param data a path, the name of a built-in set, a source, or data in memory
 * @throws TweedieError as {@link fitData}; `exists` for a folder that is not empty
 * @example
 * // in Node
 * const model = await fit('glyphs', { minutes: 5 })
 */
export async function fit<Model extends FamilyModel = FamilyModel>(
  data: string | DataSource | FitData,
  { engine, out, ...options }: NodeFitOptions = {},
): Promise<Model> {
  if (out !== undefined) return fitInFolder(data, out, options) as Promise<Model>
  const used = engine ?? (await nodeEngine())
  const from = typeof options.from === 'string' ? (await modelOf(options, options.own ?? {}))?.model : options.from
  const preparing = { open: (await preparingOf(options)).open }
  if (typeof data !== 'string' && !isSource(data)) return fitData(data, { ...options, from, engine: used, preparing })
  const { own, signal, onEvent: _, ...values } = options
  const source = typeof data === 'string' ? await sourceOf(data, values) : data
  const { train } = await openParts(source, { signal, ...cacheOf(values), readers: own?.readers })
  const rest = Object.entries(options).filter(([name]) => !Object.hasOwn({ ...dataOptions, ...cacheOptions }, name))
  return fitData(train, { ...Object.fromEntries(rest), from, engine: used, preparing })
}

async function fitInFolder(
  data: string | DataSource | FitData,
  out: string,
  { own, signal, device, threads, onEvent, ...options }: NodeFitOptions,
): Promise<FamilyModel> {
  if (typeof data !== 'string') {
    throw new TweedieError('usage', '`out` is for data in files: a run in a folder must find them again', {
      hint: 'name a path or a built-in set, or write the model yourself with writeModel',
    })
  }
  const events = trainRun({ data, out, own, signal, device, threads, options })
  return lastModel(trainEvents(events), signal, onEvent)
}

async function* trainEvents(events: AsyncIterable<TrainRunEvent>): AsyncGenerator<TrainEvent> {
  for await (const event of events) {
    if (event.type !== 'report' && event.type !== 'estimate' && event.type !== 'samples') yield event
  }
}

const isSource = (data: DataSource | FitData): data is DataSource =>
  typeof data === 'object' && data !== null && 'path' in data
