/** Opens the data of a run and makes its specification, or reads it from the folder of a resumed run. */
import { TweedieError } from '../../errors.ts'
import { budgetOf } from '../../families/base-spec.ts'
import { abilityOf } from '../../families/registry.ts'
import { beginRun, requireFree } from '../../tools/train/node/run-folder.ts'
import { continuedSession } from '../../tools/train/session-record.ts'
import { furtherOptions } from '../further.ts'
import { specificationOf } from '../specification.ts'
import { sourceOf } from '../../files/data/node/source-of.ts'
import { digestOf } from './digest.ts'
import { sourceHeldBack, judgedData } from '../held-out.ts'
import { cacheOf, openParts } from './open-data.ts'
import { type PreparedRun, preparedOptions, intervalsOf, type TrainRequest, withNetwork } from './prepared-run.ts'
import { preparing } from './preparing.ts'
import { resumedRun } from './resumed-run.ts'
import { drawPrior } from './drawn-prior.ts'
import { modelOf, startFrom } from './start-from.ts'
import { version } from './version.ts'
import { withPriorOf } from './with-prior.ts'

/**
 * The run; its folder is made unless nothing is to be written.
 *
 * @throws TweedieError if the run is impossible; nothing is written then
 */
export async function prepareRun(request: TrainRequest): Promise<PreparedRun> {
  const { resume, force, out, dryRun, data, options = {} } = request
  budgetOf(options)
  if (resume && force) {
    throw new TweedieError('usage', '`resume` continues a run and `force` starts over: give one of them')
  }
  if (out === undefined && resume) {
    throw new TweedieError('usage', 'which run is to be resumed?', { hint: 'name its folder: `out: runs/NAME`' })
  }
  if (out === undefined && !dryRun) {
    throw new TweedieError('usage', 'where should the model go?', { hint: '`out: runs/NAME`' })
  }
  if (resume) return resumedRun(out!, request)
  if (data !== undefined) return newRun(data, request)
  throw new TweedieError('usage', 'what should be learned?', {
    hint: "name the data: a folder of images, a file, or a built-in set such as 'glyphs'",
  })
}

async function newRun(path: string, request: TrainRequest): Promise<PreparedRun> {
  const { out, force = false, dryRun, own = {}, options = {} } = request
  const source = await sourceHeldBack(options, (asked) => sourceOf(path, asked))
  if (!dryRun) await requireFree(out!, { force })
  const values = await withNetwork(options, own)
  const model = await modelOf(options, own, request.onRemark)
  const { train, heldOut: kept } = await openParts(source, { ...request, ...cacheOf(options), readers: own.readers })
  const asked = model ? await furtherOptions(model, train, { ...values, from: model.path }, own) : values
  const setting = await preparing(request)
  const plain = await specificationOf(train, asked, setting, preparedOptions, model)
  await drawPrior(options, request)
  const decided = await withPriorOf(plain, options, setting, request)
  const start = model && (await startFrom(model, decided.spec, decided.dataset, request))
  const heldOut = await judgedData(decided, kept, { options: asked }, setting)
  const intervals = intervalsOf(options)
  if (intervals.sampleEvery) await abilityOf('draw', decided, own)
  const session = continuedSession(undefined, request)
  if (!dryRun) {
    const { spec } = decided
    const record = { version, spec, data: source, digest: digestOf(train), intervals, session, options }
    await beginRun(out!, record, { force })
  }
  return { ...decided, heldOut, source, intervals, from: undefined, start, session }
}
