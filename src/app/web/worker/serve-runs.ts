/** The calls about training. */
import { TweedieError } from '../../../errors.ts'
import { entryOfSpec, type Opened } from '../../../families/registry.ts'
import { opfsRoot } from '../../../files/io/web/opfs.ts'
import { runFiles } from '../../../tools/train/run-record.ts'
import { busyRuns } from '../../../tools/train/web/run-lock.ts'
import { forgetWebRun, readWebRun, webRunFiles, webRunNames, webRunSize } from '../../../tools/train/web/run-store.ts'
import { openedOf } from '../../opened.ts'
import { preparingInMemory } from '../../prepare.ts'
import type { KeptRun, RunEnd, WorkerState } from './protocol.ts'
import { liveRun, type LiveRun } from './run.ts'
import { forkedPlan, keptPlan, newPlan, type Planning, type RunPlan } from './run-plan.ts'
import { type DataCalls, factsOf } from './serve-data.ts'
import type { ModelCalls } from './serve-models.ts'
import type { Answers, Bench, CallContext } from './answers.ts'

type Names = 'train' | 'resume' | 'fork' | 'control' | 'snapshot' | 'runs' | 'keptModel' | 'keptFiles' | 'forget'

/** Runs in the worker. */
export interface RunCalls {
  readonly answers: Answers<Names>
  state(): WorkerState['runs']
  storage(): Promise<WorkerState['storage']>
}

/** So many ended runs stay, to be looked at or forked. */
const mostEnded = 4

export function runCalls({ own, engine }: Bench, data: DataCalls, models: ModelCalls): RunCalls {
  const runs = new Map<number, { readonly live: LiveRun; readonly plan: RunPlan; over: boolean }>()
  const runOf = (id: number) => {
    const run = runs.get(id)
    if (run) return run
    throw new TweedieError('usage', 'the run has not begun yet, or is long over', { hint: 'wait for its first event' })
  }
  const planningOf = async ({ signal, events }: CallContext): Promise<Planning> => {
    const onRemark = (text: string): void => events([{ type: 'remark', text }])
    const preparing = preparingInMemory({ engine: (await engine()).engine, own, signal, onRemark })
    const open: typeof preparing.open = async (model) => {
      if (typeof model !== 'number') return preparing.open(model)
      const { family, model: opened } = models.held.get(model).opened
      return { family, model: opened, path: undefined, store: (await preparing.open(opened)).store }
    }
    return { own, onRemark, preparing: { ...preparing, open } }
  }
  /** Trains to the end. */
  const begin = async (
    plan: RunPlan,
    { id, signal, events }: CallContext,
    intervals: { readonly logEvery?: number | undefined; readonly checkpointEvery?: number | undefined },
    paused: boolean | undefined,
  ): Promise<RunEnd> => {
    const { spec, dataset, heldOut, from, start, saveFirst, keeper, name } = plan
    const family = await entryOfSpec(spec, own).load()
    const rows = await family.explain(spec, dataset, own)
    events([
      {
        type: 'report',
        spec,
        items: dataset.length,
        data: factsOf(plan.data),
        rows: rows.flatMap(([row, value]) => (value === undefined ? [] : [[row, value] as const])),
      },
    ])
    const parts = { spec, dataset, heldOut, from, start, keeper, name, own, engine: (await engine()).engine }
    const live = liveRun({ ...parts, checkpointFirst: saveFirst, paused, ...intervals }, events, signal)
    const run = { live, plan, over: false }
    runs.set(id, run)
    try {
      return await live.run()
    } finally {
      run.over = true
      const ended = [...runs].filter(([, { over }]) => over)
      for (const [old] of ended.slice(0, -mostEnded)) runs.delete(old)
    }
  }
  return {
    answers: {
      async train({ data: from, options = {}, name, force, from: model, paused, ...intervals }, context) {
        const opened = await data.opened(from, options, context)
        const planning = await planningOf(context)
        for (const text of opened.report) planning.onRemark(text)
        const start: Opened | undefined = model === undefined ? undefined : models.held.get(model).opened
        const plan = await newPlan(opened, { name, force, options, intervals, from: start }, planning)
        return begin(plan, context, intervals, paused)
      },
      async resume({ name, options, paused }, context) {
        const plan = await keptPlan(name, options, await planningOf(context))
        return begin(plan, context, plan.record.intervals, paused)
      },
      async fork({ run, name, options }, context) {
        const { live, plan } = runOf(run)
        const checkpoint = await live.checkpoint()
        const copy = await forkedPlan({ plan, checkpoint }, name, options, await planningOf(context))
        return begin(copy, context, plan.record.intervals, false)
      },
      async control({ run: id, to, steps = 1 }) {
        const { live } = runOf(id)
        const { gate } = live
        if (to === 'pause') {
          gate.pause()
          await gate.idle()
        } else if (to === 'go') gate.go()
        else if (to === 'step') {
          gate.allow(steps)
          await gate.idle()
        } else if (to === 'save') await live.save()
        else live.stop()
        return { step: live.step }
      },
      async snapshot({ run }) {
        return models.put(await runOf(run).live.model())
      },
      async runs() {
        const busy = await busyRuns()
        const names = await webRunNames()
        const kept = await Promise.all(
          names.map(async (name): Promise<KeptRun | undefined> => {
            const run = await readWebRun(name).catch(() => undefined)
            if (run === undefined) return undefined
            const { record, checkpoint } = run
            const size = await webRunSize(name)
            const step = checkpoint?.state.step
            return { name, step, spec: record.spec, data: record.data.path, busy: busy.has(name), ...size }
          }),
        )
        return kept.filter((run) => run !== undefined)
      },
      async keptModel({ name }) {
        const { decodeModelFolder } = await import('../../../files/io/decode-model-folder.ts')
        const files = await webRunFiles(name)
        if (!files.has(runFiles.checkpoint)) {
          throw new TweedieError(
            'model',
            `${name}: its tab was closed before the run was first saved, so it has no model yet`,
            {
              hint: 'resume it: it begins anew',
            },
          )
        }
        const folder = decodeModelFolder(files, name)
        return models.put(await openedOf(folder, own, name), folder.notes)
      },
      keptFiles: ({ name }) => webRunFiles(name),
      async forget({ name }) {
        await forgetWebRun(name)
        return null
      },
    },
    state: () =>
      Array.from(runs, ([run, { live }]) => ({ run, name: live.name, step: live.step, paused: live.gate.paused })),
    storage: () =>
      opfsRoot().then(
        () => ({ kept: true, why: undefined }),
        (error: Error & { readonly hint?: string }) => ({
          kept: false,
          why: error.hint === undefined ? error.message : `${error.message} (${error.hint})`,
        }),
      ),
  }
}
