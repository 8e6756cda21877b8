/** The folder of a run: its record, its log, and who may train in it. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openLog, readLog } from '../../../src/tools/train/node/log-file.ts'
import { beginRun, readRun, requireFree, type RunRecord, runPaths } from '../../../src/tools/train/node/run-folder.ts'
import { lockRun, requireUnused } from '../../../src/tools/train/node/run-lock.ts'
import { temporaryFolder } from '../../cli/tweedie.ts'
import { twoPartSpec } from './two-parts.ts'

const all = temporaryFolder()
let folder: string
let number = 0
beforeEach(() => (folder = join(all, String(number++))))

const record: RunRecord = {
  version: '1.2.3',
  spec: twoPartSpec(),
  data: { path: 'moons', length: 9 },
  digest: 'abc',
  intervals: { logEvery: 3 },
  session: { device: 'cpu', threads: 2 },
}

describe('the record', () => {
  test('comes back as it was written', async () => {
    await beginRun(folder, record)
    expect(await readRun(folder)).toEqual({ ...record, checkpoint: undefined })
  })

  test('of before, with another name for intervals and without a session, is read', async () => {
    const { intervals, session: _, ...rest } = record
    await beginRun(folder, record)
    writeFileSync(runPaths(folder).record, JSON.stringify({ ...rest, rhythm: intervals }))
    expect(await readRun(folder)).toEqual({ ...record, session: undefined, checkpoint: undefined })
  })

  test.each([
    [{ digest: 5 }, /digest is 5/],
    [{ data: {} }, /data.path is missing/],
    [{ intervals: { logEvery: 0.5 } }, /intervals.logEvery is 0.5/],
    [{ spec: { ...record.spec, batch: -1 } }, /spec: batch is -1/],
    [{ session: { threads: -1 } }, /session: threads is -1/],
  ])('%o in it is refused', async (change, message) => {
    await beginRun(folder, record)
    writeFileSync(runPaths(folder).record, JSON.stringify({ ...record, ...change }))
    await expect(readRun(folder)).rejects.toMatchObject({ code: 'model', message: expect.stringMatching(message) })
  })

  test('that is not there is no run, and hints name no option of a command', async () => {
    const missing = await readRun(folder).catch((error: unknown) => error)
    expect(missing).toMatchObject({ code: 'model', hint: expect.not.stringContaining('--') })
    await beginRun(folder, record)
    const taken = await requireFree(folder).catch((error: unknown) => error)
    expect(taken).toMatchObject({ code: 'exists', hint: expect.not.stringContaining('--') })
  })
})

test('a log keeps what is a line of a log, up to a step', async () => {
  const line = { epoch: 1, loss: 2, gradientNorm: 3, rate: 4, lossByNoise: [1, null], itemsPerSecond: 5, seconds: 6 }
  const path = `${folder}.jsonl`
  const lines = [{ step: 1, ...line }, { step: 2 }, 'null', { step: 3, ...line }, { step: 4, ...line }]
  writeFileSync(path, `${lines.map((each) => JSON.stringify(each)).join('\n')}\n{"step": 5, "epo`)
  expect(readLog(path).map(({ step }) => step)).toEqual([1, 3, 4])
  using log = await openLog(path, 3)
  log.append({ step: 9, ...line })
  expect(readLog(path).map(({ step }) => step)).toEqual([1, 3, 9])
})

describe('one process to a folder', () => {
  const lock = (): string => join(folder, '.lock')
  const write = (holder: object): void => writeFileSync(lock(), JSON.stringify(holder))

  test('a second is refused, until the first is done', async () => {
    await beginRun(folder, record)
    const first = lockRun(folder)
    for (const attempt of [() => lockRun(folder), () => requireUnused(folder)]) {
      expect(attempt).toThrow(
        expect.objectContaining({ code: 'exists', message: `${folder}: in use by process ${process.pid}` }),
      )
    }
    await expect(beginRun(folder, record, { force: true })).rejects.toMatchObject({ code: 'exists' })
    first.release()
    expect(readdirSync(folder)).toEqual(['train.json'])
    using _ = lockRun(folder)
    expect(existsSync(lock())).toBe(true)
  })

  test.each<[string, () => object | string]>([
    ['a process that is gone', () => ({ pid: 2 ** 30, host: hostname(), started: null })],
    ['a process whose number came again', () => ({ pid: process.pid, host: hostname(), started: 'another boot 1' })],
    ['nobody', () => 'torn'],
  ])('a lock of %s means nothing', async (_, holder) => {
    await beginRun(folder, record)
    write(holder() as object)
    using __ = lockRun(folder)
    expect(readdirSync(folder).sort()).toEqual(['.lock', 'train.json'])
  })

  test('a lock of another machine counts: nobody here can tell', async () => {
    await beginRun(folder, record)
    write({ pid: 1, host: 'elsewhere', started: null })
    expect(() => lockRun(folder)).toThrow('in use by process 1 on elsewhere')
  })
})
