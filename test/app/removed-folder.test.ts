/** A run whose folder somebody removes while it trains: it is made again, and nothing that was trained is lost. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trainRun, type TrainRunEvent } from '../../src/app/node/train-run.ts'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'
import { lockRun } from '../../src/tools/train/node/run-lock.ts'
import { temporaryFolder } from '../cli/tweedie.ts'

const folder = temporaryFolder()
const options = { items: 64, batch: 16, widths: [8], depth: 1, steps: 12, logEvery: 2, checkpointEvery: 4 }

/** Trains, and does something at a step; the remarks. */
async function trained(name: string, at: number, act: (out: string) => void, more: object = {}): Promise<string[]> {
  const out = join(folder, name)
  const remarks: string[] = []
  const request = { data: 'moons', out, options: { ...options, ...more }, threads: 1 }
  const seen = (event: TrainRunEvent): void => {
    if (event.type === 'remark') remarks.push(event.text)
    if (event.type === 'step' && event.step === at) act(out)
  }
  for await (const event of trainRun(request)) seen(event)
  return remarks
}

const result = async (name: string) => {
  const { state } = (await readCheckpoint(join(folder, name, 'checkpoint.safetensors')))!
  const steps = readFileSync(join(folder, name, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly step: number }).step)
  return { step: state.step, params: [...state.params], steps }
}
const remove = (out: string): void => rmSync(out, { recursive: true })

test('a folder that is gone is made again, with its record, its log and its lock', async () => {
  expect(await trained('whole', 6, () => undefined)).toEqual([])
  const locks: boolean[] = []
  const look = (out: string): void => void locks.push(existsSync(join(out, '.lock')))
  const remarks = await trained('removed', 6, (out) => (look(out), remove(out)), { sampleEvery: 10 })
  expect(remarks).toEqual([expect.stringMatching(/removed was removed: it is made again/)])
  expect(await result('removed')).toEqual(await result('whole'))
  const record = (name: string): unknown => JSON.parse(readFileSync(join(folder, name, 'train.json'), 'utf8'))
  expect(record('removed')).toMatchObject({ spec: (record('whole') as { readonly spec: object }).spec })
  expect(existsSync(join(folder, 'removed', '.lock'))).toBe(false)
  expect(locks).toEqual([true])
})

test('averages that are kept are kept again', async () => {
  const more = { steps: 24, emaWidth: 0.1, keepAverages: 2 }
  expect(await trained('averages', 15, remove, more)).toHaveLength(1)
  expect(existsSync(join(folder, 'averages', 'averages', '00000020.safetensors'))).toBe(true)
})

test('where another run lies by then, it stays as it is', async () => {
  const other = (out: string): void => {
    renameSync(out, join(folder, 'moved'))
    mkdirSync(out)
    writeFileSync(join(out, 'train.json'), '{"another": "run"}')
  }
  await expect(trained('taken', 6, other)).rejects.toMatchObject({
    code: 'exists',
    message: expect.stringMatching(/taken: was removed while this run trained, and another run lies there/) as string,
  })
  expect(readFileSync(join(folder, 'taken', 'train.json'), 'utf8')).toBe('{"another": "run"}')
  expect(existsSync(join(folder, 'taken', 'checkpoint.safetensors'))).toBe(false)
})

test('a lock that another process has taken since is not removed with the first', () => {
  const place = join(folder, 'locked')
  mkdirSync(place)
  const first = lockRun(place)
  remove(place)
  mkdirSync(place)
  const second = lockRun(place)
  expect([first.isHeld(), second.isHeld()]).toEqual([false, true])
  first.release()
  expect(second.isHeld()).toBe(true)
  second.release()
  expect(existsSync(join(place, '.lock'))).toBe(false)
})
