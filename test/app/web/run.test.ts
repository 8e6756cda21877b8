/** A run in a worker: when it is saved, and what becomes of it where nothing more can be kept. */
import { beforeAll, describe, expect, it } from 'vitest'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { newPlan } from '../../../src/app/web/worker/run-plan.ts'
import type { RunEvent } from '../../../src/app/web/worker/protocol.ts'
import { liveRun, type RunSetting } from '../../../src/app/web/worker/run.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { TweedieError } from '../../../src/errors.ts'
import { builtinDataset } from '../../../src/files/data/builtin/index.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import type { RunKeeper } from '../../../src/tools/train/web/run-keeper.ts'

let parts: Omit<RunSetting, 'keeper' | 'name'>

beforeAll(async () => {
  const engine = await nodeEngine()
  const preparing = preparingInMemory({ engine, own: {}, onRemark: () => undefined })
  const asked = { widths: [4], batch: 4, steps: 3, rate: 1e-3 }
  const { spec, dataset } = await specificationOf(builtinDataset('moons', { length: 16 }), asked, preparing, [])
  parts = { spec, dataset, engine, own: {}, from: undefined, start: undefined }
})

/** Trains with a keeper that saves as it is told. */
async function trained(
  save: (step: number) => Promise<void>,
  setting: Partial<RunSetting>,
): Promise<{ readonly events: RunEvent[]; readonly closed: boolean; readonly error: unknown }> {
  const events: RunEvent[] = []
  let closed = false
  const keeper: RunKeeper = {
    kept: true,
    log: () => undefined,
    save: (bytes) => save(decodeCheckpoint(bytes).state.step),
    close: async () => void (closed = true),
  }
  const run = liveRun(
    { ...parts, ...setting, keeper, name: 'mine' },
    (some) => void events.push(...some),
    new AbortController().signal,
  )
  const error: unknown = await run.run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { events, closed, error }
}

const kinds = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'checkpoint' ? [`saved ${event.step}`] : event.type === 'step' ? [`step ${event.step}`] : [],
  )

describe('a run', () => {
  it('is saved before its first step where its record does not bring it back, as a fork’s', async () => {
    const saved: number[] = []
    const { events } = await trained(async (step) => void saved.push(step), { checkpointFirst: true })
    expect(kinds(events)).toEqual(['saved 0', 'step 1', 'step 2', 'step 3', 'saved 3'])
    expect(saved).toEqual([0, 3])
    const plain = await trained(async () => undefined, { checkpointFirst: false })
    expect(kinds(plain.events)[0]).toBe('step 1')
  })

  it('goes on where the storage is full, and says so', async () => {
    const full = new TweedieError('device', 'full', { hint: 'delete runs' })
    const { events, error, closed } = await trained((step) => (step === 2 ? Promise.resolve() : Promise.reject(full)), {
      checkpointEvery: 1,
      checkpointFirst: false,
    })
    expect([error, closed]).toEqual([undefined, true])
    const kept = events.flatMap((event) => (event.type === 'checkpoint' ? [[event.step, event.kept]] : []))
    expect(kept).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ])
    const said = events.flatMap((event) => (event.type === 'remark' ? [event.text] : []))
    expect(said[0]).toMatch(/^full: the run goes on.*\(delete runs\)$/)
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', step: 3 })
  })

  it('keeps the model of the weights that are best on items apart from those that it learns', async () => {
    const preparing = preparingInMemory({ engine: await nodeEngine(), own: {}, onRemark: () => undefined })
    const data = { train: builtinDataset('moons', { length: 40 }), report: [], source: { path: 'moons' }, again: true }
    const options = { widths: [4], batch: 4, steps: 40, rate: 1e-3, keepBest: true }
    const setting = { name: undefined, force: undefined, options, intervals: {}, from: undefined }
    const plan = await newPlan(data, setting, { own: {}, preparing, onRemark: () => undefined })
    expect([plan.dataset.length, plan.heldOut!.length]).toEqual([36, 4])
    const { spec, dataset, heldOut } = plan
    const { events } = await trained(async () => undefined, { spec, dataset, heldOut, checkpointFirst: false })
    const looks = events.flatMap((event) => (event.type === 'held-out' ? [event] : []))
    expect(looks).toHaveLength(20)
    expect(looks.at(-1)!.best.loss).toBe(Math.min(...looks.map(({ loss }) => loss)))
  })

  it('ends where saving fails for another reason', async () => {
    const { error, closed } = await trained(() => Promise.reject(new Error('a mistake')), { checkpointFirst: true })
    expect([String(error), closed]).toEqual(['Error: a mistake', true])
  })
})
