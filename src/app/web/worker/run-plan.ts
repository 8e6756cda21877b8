/** A run before its first step: data, specification, weights to begin with, and where it is kept. */
import { isTweedieError, TweedieError } from '../../../errors.ts'
import { budgetOf } from '../../../families/base-spec.ts'
import type { OwnParts, PrepareSetting } from '../../../families/family.ts'
import { entryOfSpec, type Opened } from '../../../families/registry.ts'
import { captionReading, dataOptions } from '../../../files/data/options.ts'
import { openInput, type OpenedInput } from '../../../files/data/web/open-input.ts'
import type { Checkpoint } from '../../../tools/train/checkpoint.ts'
import type { TrainData } from '../../../tools/train/problem.ts'
import { resumeSpec } from '../../../tools/train/resume-spec.ts'
import type { Intervals, RunRecord } from '../../../tools/train/run-record.ts'
import type { BaseSpec } from '../../../tools/train/spec.ts'
import type { StartWeights } from '../../../tools/train/state.ts'
import { keepNothing, type RunKeeper } from '../../../tools/train/web/run-keeper.ts'
import { beginWebRun, continueWebRun, readWebRun } from '../../../tools/train/web/run-store.ts'
import { datasetDigest, decodeDataset, encodeDataset } from '../../dataset-file.ts'
import { prepared } from '../../prepare.ts'
import { judgedData, splitFor } from '../../held-out.ts'
import { runOptions } from '../../run-options.ts'
import { specificationOf } from '../../specification.ts'
import type { PlainOptions } from './protocol.ts'

/** What a run is made of. */
export interface RunPlan {
  readonly name: string | undefined
  readonly record: RunRecord
  readonly spec: BaseSpec
  /** The data as they were read, and as the family prepared them. */
  readonly data: OpenedInput
  readonly dataset: TrainData
  /** The held-out items as they are judged, where the best weights are kept. */
  readonly heldOut: TrainData | undefined
  readonly from: Checkpoint | undefined
  readonly start: StartWeights | undefined
  /** Whether its record alone does not bring it back, so that it is saved before its first step. */
  readonly saveFirst: boolean
  readonly keeper: RunKeeper
}

/** Where a plan is made. */
export interface Planning {
  readonly own: OwnParts
  readonly preparing: PrepareSetting
  readonly onRemark: (text: string) => void
}

/** Options that are handled here, and not by a family. */
const handled = [dataOptions, runOptions]

/** Copies of larger data are not kept. */
const mostData = 512 * 2 ** 20

/** @throws TweedieError `usage` for options that make no sense, `exists` for a name that is taken */
export async function newPlan(
  data: OpenedInput,
  {
    name,
    force,
    options = {},
    intervals,
    from,
  }: {
    readonly name: string | undefined
    readonly force: boolean | undefined
    readonly options: PlainOptions | undefined
    readonly intervals: Intervals
    readonly from: Opened | undefined
  },
  planning: Planning,
): Promise<RunPlan> {
  const { own, preparing } = planning
  const { train } = data
  const further = from && { from, ...(await import('../../further.ts')) }
  const asked = further ? await further.furtherOptions(further.from, train, options, own) : options
  const parts = splitFor(options, train)
  const decided = await specificationOf(parts.train, asked, preparing, handled)
  const { spec, dataset } = decided
  const heldOut = await judgedData(decided, parts.heldOut, { options: asked }, preparing)
  const begun = await further?.startOf(further.from, spec, dataset, own)
  for (const note of begun?.notes ?? []) planning.onRemark(note)
  const digest = name === undefined ? '' : datasetDigest(train)
  const record: RunRecord = { version: 'web', spec, data: data.source, digest, intervals, options }
  const keeper = await keeperFor(name, record, data, force, planning)
  const start = begun?.start
  return { name, record, spec, data, dataset, heldOut, from: undefined, start, saveFirst: start !== undefined, keeper }
}

/** The plan of a kept run, from its last checkpoint on. @throws TweedieError `usage` for an option that would make it another run */
export async function keptPlan(name: string, options: PlainOptions, planning: Planning): Promise<RunPlan> {
  const { own, preparing } = planning
  const stored = await readWebRun(name)
  const family = await entryOfSpec(stored.record.spec, own, name).load()
  const before = await family.parseSpec(stored.checkpoint?.spec ?? stored.record.spec, name)
  const spec = continued(before, options)
  const data = stored.data
    ? {
        train: await decodeDataset(stored.data, `${name}: its data`),
        report: [],
        source: stored.record.data,
        again: false,
      }
    : await openInput(stored.record.data.path, optionsOf(stored.record), { readers: own.readers })
  if (datasetDigest(data.train) !== stored.record.digest) {
    throw new TweedieError('data', `${name}: the data are not those that the run was started on`, {
      hint: 'the run cannot go on: begin a new one',
    })
  }
  const parts = splitFor(spec, data.train)
  const dataset = await prepared(family, parts.train, { spec }, preparing)
  const heldOut = await judgedData({ family, spec, dataset }, parts.heldOut, { spec }, preparing)
  const keeper = await continueWebRun(name, stored, stored.checkpoint?.state.step ?? 0)
  const from = stored.checkpoint
  return { name, record: stored.record, spec, data, dataset, heldOut, from, start: undefined, saveFirst: false, keeper }
}

/** The plan of a copy that goes on from a checkpoint. */
export async function forkedPlan(
  { plan, checkpoint }: { readonly plan: RunPlan; readonly checkpoint: Checkpoint },
  name: string | undefined,
  options: PlainOptions,
  planning: Planning,
): Promise<RunPlan> {
  const spec = continued(plan.spec, options)
  const { train } = plan.data
  const digest = name === undefined ? '' : datasetDigest(train)
  const record = { ...plan.record, spec, digest }
  const keeper = await keeperFor(name, record, plan.data, false, planning)
  return { ...plan, name, record, spec, from: checkpoint, start: undefined, saveFirst: true, keeper }
}

/** Where the browser keeps nothing, the run goes on in memory, and that is said. */
async function keeperFor(
  name: string | undefined,
  record: RunRecord,
  data: OpenedInput,
  force: boolean | undefined,
  { onRemark }: Planning,
): Promise<RunKeeper> {
  if (name === undefined) return keepNothing
  const bytes = data.again ? undefined : encodeDataset(data.train)
  if (bytes && bytes.byteLength > mostData) {
    onRemark(
      `the data have ${Math.round(bytes.byteLength / 2 ** 20)} MiB, too much to be kept: the run is lost when the tab is closed`,
    )
    return keepNothing
  }
  try {
    return await beginWebRun(name, record, bytes, { force })
  } catch (error) {
    if (!isTweedieError(error, 'device')) throw error
    onRemark(`${error.message}: the run is lost when the tab is closed${error.hint ? ` (${error.hint})` : ''}`)
    return keepNothing
  }
}

/** What may change: how long, and how fast. */
function continued(spec: BaseSpec, options: PlainOptions): BaseSpec {
  const free = ['steps', 'epochs', 'minutes', 'rate']
  const other = Object.keys(options).find((name) => options[name] !== undefined && !free.includes(name))
  if (other !== undefined) {
    throw new TweedieError('usage', `\`${other}\` cannot change when a run goes on`, {
      hint: '`steps`, `epochs`, `minutes` and `rate` can; everything else stays as it was',
    })
  }
  return resumeSpec(spec, { budget: budgetOf(options), optimizer: { rate: options.rate as number | undefined } })
}

/** Options about data, as they were recorded. */
function optionsOf({ options = {}, data }: RunRecord): PlainOptions {
  const reading = { ...dataOptions, ...captionReading }
  const known = Object.entries(options).filter(([name]) => Object.hasOwn(reading, name))
  return { ...Object.fromEntries(known), ...(data.length !== undefined && { items: data.length }) }
}
