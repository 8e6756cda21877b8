/** Training in one call: data in, a model out. */
import type { Engine } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import { interrupted } from '../interrupted.ts'
import type { FamilyModel, OwnParts, PrepareSetting } from '../families/family.ts'
import { datasetFromArray } from '../files/data/from-array.ts'
import type { NdArray } from '../files/data/nd-array.ts'
import type { OptionValues } from '../options.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { furtherOptions, startOf } from './further.ts'
import { judgedData, splitFor } from './held-out.ts'
import { openedFrom } from './open.ts'
import { preparingInMemory } from './prepare.ts'
import { specificationOf } from './specification.ts'
import { train, type TrainEvent } from './train.ts'

/**
 * How to train; besides these, every option that the command `train` has for such data, by its name: `rate`, `widths`,
 * `noise`, …
 */
export interface FitOptions extends OptionValues {
  /** How long: one of the three. The default is that of the command: 10 minutes for images, 2 for points. */
  readonly minutes?: number | undefined
  readonly steps?: number | undefined
  readonly epochs?: number | undefined
  /** Equal seeds give equal models, if steps or epochs are given; default 0. */
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  /** A model whose weights training begins with; the network and the noise schedule are then those of that model. */
  readonly from?: unknown
  readonly device?: string | undefined
  readonly threads?: number | undefined
  /** The user's own parts: networks, objectives, families, … by name. */
  readonly own?: OwnParts | undefined
  /** Stops it. */
  readonly signal?: AbortSignal | undefined
  /** Called with every event of training: losses, checkpoints, … */
  readonly onEvent?: ((event: TrainEvent) => void | Promise<void>) | undefined
}

/** Data in memory: a data set, an array whose first axis counts items, or rows of numbers. */
export type FitData = TrainData | NdArray | readonly (readonly number[])[]

/**
 * Trains a model on data in memory.
 *
 * @throws TweedieError `usage` or `data` for what makes no sense, `interrupted` where `signal` stopped it, `diverged` where the loss is
 *   no longer finite
 * @example
 * const model = await fit(points, { minutes: 1, engine: await nodeEngine() })
 */
export async function fit<Model extends FamilyModel = FamilyModel>(
  data: FitData,
  {
    engine,
    own = {},
    signal,
    onEvent,
    device,
    threads,
    from,
    preparing = {},
    ...options
  }: FitOptions & {
    readonly engine: Engine
    /** How other models are opened, where they may be named; by default they are values. */
    readonly preparing?: Partial<PrepareSetting>
    readonly from?: FamilyModel | undefined
  },
): Promise<Model> {
  const given = datasetOf(data)
  const opened = from === undefined ? undefined : await openedFrom(from, own)
  const asked = opened ? await furtherOptions(opened, given, options, own) : options
  const session = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  const setting = { ...preparingInMemory({ engine, own, signal, ...session }), ...preparing }
  const parts = splitFor(options, given)
  const decided = await specificationOf(parts.train, asked, setting, [], opened)
  const { spec, dataset } = decided
  const heldOut = await judgedData(decided, parts.heldOut, { options: asked }, setting)
  const start = opened && (await startOf(opened, spec, dataset, own)).start
  return lastModel(
    train({ spec, dataset, heldOut, engine, own, start, signal, ...session }),
    signal,
    onEvent,
  ) as Promise<Model>
}

/** The model at the end of training. @throws TweedieError `interrupted` where it was stopped before */
export async function lastModel(
  events: AsyncIterable<TrainEvent>,
  signal: AbortSignal | undefined,
  onEvent: FitOptions['onEvent'],
): Promise<FamilyModel> {
  let model: FamilyModel | undefined
  for await (const event of events) {
    if (event.type === 'checkpoint') model = event.model
    await onEvent?.(event)
    if (event.type === 'end' && event.reason === 'stopped') {
      throw interrupted(signal, 'training was stopped')
    }
  }
  return model!
}

/** Turns data in memory into a data set. @throws TweedieError `data` for rows of different lengths */
function datasetOf(data: FitData): TrainData {
  const given: unknown = data
  if (typeof given !== 'object' || given === null || !('kind' in given || 'shape' in given || Array.isArray(given))) {
    throw new TweedieError(
      'usage',
      `data are needed, and this is ${typeof given === 'object' ? 'none' : String(given)}`,
      {
        hint: 'give a path, a data set, rows of numbers, or { shape, data } whose first axis counts items',
      },
    )
  }
  if ('kind' in data) return data
  const name = 'data'
  if (!isRows(data)) return datasetFromArray(data, { name })
  const columns = data[0]?.length ?? 0
  const odd = data.findIndex((row) => row.length !== columns)
  if (odd >= 0) {
    throw new TweedieError('data', `row ${odd} has ${data[odd]!.length} numbers, and the first ${columns}`)
  }
  return datasetFromArray({ shape: [data.length, columns], data: Float32Array.from(data.flat()) } as NdArray, { name })
}

function isRows(data: FitData): data is readonly (readonly number[])[] {
  return Array.isArray(data)
}
