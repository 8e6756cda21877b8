/**
 * A resumed run: it keeps its specification and its data, and repeating an option with its old value changes nothing.
 */
import { isDeepStrictEqual } from 'node:util'
import { TweedieError } from '../../errors.ts'
import { budgetOf } from '../../families/base-spec.ts'
import { entryOfSpec } from '../../families/registry.ts'
import type { OptionValues } from '../../options.ts'
import { readRun, type RunRecord } from '../../tools/train/node/run-folder.ts'
import { resumeSpec } from '../../tools/train/resume-spec.ts'
import { continuedSession } from '../../tools/train/session-record.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'
import type { DataSource } from '../../files/data/source.ts'
import { cacheOptions } from '../../files/data/options.ts'
import { runOptions } from '../run-options.ts'
import { furtherOptions } from '../further.ts'
import { specificationOf } from '../specification.ts'
import { problemOf } from '../train.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { sourceHeldBack, judgedData } from '../held-out.ts'
import { sourceOf, withAbsolutePaths } from '../../files/data/node/source-of.ts'
import { digestOf } from './digest.ts'
import { atModelSize } from './model-data.ts'
import { openFolder } from './open-folder.ts'
import { cacheOf, openParts } from './open-data.ts'
import { prepared } from '../prepare.ts'
import { preparing } from './preparing.ts'
import { requireWhole, resumes } from './whole-run.ts'
import { withPriorAgain, withPriorOf } from './with-prior.ts'
import { modelOf, startFrom } from './start-from.ts'
import { type PreparedRun, preparedOptions, intervalsOf, type TrainRequest, withNetwork } from './prepared-run.ts'

/** Options that may differ: how long, how fast, how often something is saved. */
const free: ReadonlySet<string> = new Set([
  'steps',
  'epochs',
  'minutes',
  'rate',
  ...Object.keys({ ...runOptions, ...cacheOptions }),
])

/**
 * The run in a folder.
 *
 * @throws TweedieError `model` if there is none, `usage` for an option that would make it a different run, `data` if
 * the data changed
 */
export async function resumedRun(folder: string, request: TrainRequest): Promise<PreparedRun> {
  const { own = {}, options = {} } = request
  const { checkpoint, ...record } = await readRun(folder)
  const stored = checkpoint?.spec ?? record.spec
  const entry = entryOfSpec(stored, own, folder)
  const family = await entry.load()
  const before = await family.parseSpec(stored, folder)
  await requireWhole(folder, { family, entry, before, record, checkpoint, own })
  const changed = changedOptions(options, record)
  const path = request.data ?? record.data.path
  const asked = askedAgain(options, record, before)
  const recorded = await withAbsolutePaths({ ...record.data, path })
  const source =
    changed.length > 0
      ? await sourceHeldBack(asked, (options) => sourceOf(path, options)).catch(() => undefined)
      : recorded
  // Runs of older versions do not record which items they held out; they keep holding out the same ones.
  const { holdOutManner } = recorded
  if (source === undefined || !isSame({ ...source, holdOutManner }, recorded)) throw fixed(changed[0])
  const { train: data, heldOut: kept } = await recordedData(folder, recorded, record.digest, request)
  // A run with a checkpoint no longer needs the model that it started from, unless options must be compared.
  const model = checkpoint && changed.length === 0 ? undefined : await modelOf(asked, own, request.onRemark)
  if (digestOf(data, record.digest) !== record.digest) {
    throw new TweedieError('data', `${recorded.path}: these are not the data that the run was started on`, {
      hint: `it was started on ${record.data.path}, which may have changed since`,
    })
  }
  const setting = await preparing(request, record)
  if (changed.length > 0) {
    const values = await (model
      ? furtherOptions(model, data, { ...asked, from: model.path }, own)
      : withNetwork(asked, own))
    const wanted = await specificationOf(data, values, setting, preparedOptions, model)
      .then((run) => withPriorOf(run, asked, setting, request))
      .catch(() => undefined)
    if (wanted === undefined || !resumes(before, wanted.spec)) throw fixed(changed[0])
  }
  const spec = continued(before, options)
  const plain = { family, spec, dataset: await prepared(family, data, { spec }, setting) }
  const { dataset } = await withPriorAgain(plain, setting, request)
  await problemOf(spec, dataset, own)
  const start = model && !checkpoint ? await startFrom(model, spec, dataset, request) : undefined
  const intervals = { ...record.intervals, ...intervalsOf(options) }
  return {
    entry,
    family,
    spec,
    dataset,
    heldOut: await judgedData(plain, kept, { spec }, setting),
    source: recorded,
    intervals,
    from: checkpoint,
    start,
    session: continuedSession(record.session, request),
  }
}

/**
 * The data of a run. If they now read differently, they are read at the model's size: older versions chose picture
 * sizes by other rules.
 */
async function recordedData(
  folder: string,
  source: DataSource,
  digest: string,
  request: TrainRequest,
): Promise<{ readonly train: TrainData; readonly heldOut?: TrainData }> {
  const { own = {} } = request
  const watch = { ...request, ...cacheOf(request.options), readers: own.readers }
  const parts = await openParts(source, watch)
  if (digestOf(parts.train, digest) === digest) return parts
  const opened = await openFolder(folder, own).catch(() => undefined)
  const sized = opened && atModelSize(source, opened.model)
  return sized === undefined || sized === source ? parts : openParts(sized, watch)
}

/** What may change when a run is resumed: how long, and how fast. */
function continued(spec: BaseSpec, options: OptionValues): BaseSpec {
  return resumeSpec(spec, { budget: budgetOf(options), optimizer: { rate: options.rate as number | undefined } })
}

/** Options with another value than the run was begun with, among those that decide what it is. */
function changedOptions(options: OptionValues, { options: before = {} }: RunRecord): readonly string[] {
  return Object.keys(options).filter(
    (name) => options[name] !== undefined && !free.has(name) && !isDeepStrictEqual(options[name], before[name]),
  )
}

/** All options, old and new. Some defaults depend on the run's length, so the length stays as it was. */
function askedAgain(options: OptionValues, { options: before }: RunRecord, { budget }: BaseSpec): OptionValues {
  const deciding = Object.entries(options).filter(([name]) => !free.has(name))
  return { ...(before ?? budget), ...Object.fromEntries(deciding) }
}

/** Equal as JSON: an undefined field counts as missing. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
}

function fixed(name: string | undefined): TweedieError {
  return new TweedieError('usage', `\`${name}\` cannot change when a run is resumed`, {
    hint: '`steps`, `epochs`, `minutes` and `rate` can; everything else stays as it was',
  })
}
