/** Several processes that train together are one run: the same losses and weights, whatever their number. */
import { describe, expect, test } from 'vitest'
import { train, type TrainEvent } from '../../../src/app/train.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { type Collective, requireSame, shareTraining } from '../../../src/tools/train/collective.ts'
import { sharedCollective, sharedRoom } from '../../../src/tools/train/shared-collective.ts'
import { inProcess } from '../../support/in-process.ts'

/** As threads have it, but in one. */
function inSharedMemory(count: number): readonly Collective[] {
  const room = sharedRoom(count)
  return Array.from({ length: count }, (_, rank) => sharedCollective(room, rank))
}

const kinds = { 'in process': inProcess, threads: inSharedMemory }

const moons = builtinDataset('moons', { length: 64 })
const spec = {
  ...defaultSpec({ ...moons, classes: 0 }, { budget: { steps: 6 }, unet: { widths: [8], depth: 1 } }),
  batch: 8,
}

/** The last weights, and the losses, of each of so many. */
async function trained(count: number, stopAt?: number, make = inProcess) {
  const engine = await nodeEngine()
  const stop = new AbortController()
  return Promise.all(
    make(count).map(async (collective) => {
      const signal = collective.rank === count - 1 ? stop.signal : undefined
      const shared = shareTraining(collective, { signal, clock: () => performance.now() })
      const losses: number[] = []
      let last: Float32Array | undefined
      let reason = ''
      const events: AsyncGenerator<TrainEvent> = train({ spec, dataset: moons, engine, threads: 1, ...shared })
      for await (const event of events) {
        if (event.type === 'step') losses.push(event.loss)
        if (event.type === 'step' && event.step === stopAt && signal) stop.abort()
        if (event.type === 'checkpoint') last = event.checkpoint.state.params.slice()
        if (event.type === 'end') ({ reason } = event)
      }
      return { losses, params: last!, reason }
    }),
  )
}

describe('one run', () => {
  test.each([
    [2, 'in process'],
    [4, 'in process'],
    [2, 'threads'],
    [4, 'threads'],
  ] as const)('of %i, %s', async (count, kind) => {
    const [one] = await trained(1)
    const several = await trained(count, undefined, kinds[kind])
    expect(one!.losses).toHaveLength(6)
    for (const { losses, params } of several) {
      losses.forEach((loss, i) => expect(Math.abs(loss / one!.losses[i]! - 1)).toBeLessThan(1e-5))
      expect(params).toEqual(several[0]!.params)
      const largest = one!.params.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      params.forEach((value, i) => expect(Math.abs(value - one!.params[i]!) / largest).toBeLessThan(1e-5))
    }
  })

  test('that one of them stops, all after the same step', async () => {
    const runs = await trained(2, 2)
    expect(runs.map(({ losses }) => losses.length)).toEqual([3, 3])
    expect(runs.map(({ reason }) => reason)).toEqual(['stopped', 'stopped'])
  })
})

describe.each(Object.entries(kinds))('%s', (_, make) => {
  test.each([0, 1, 5, 270_001])('all get the same bits of a sum of %i numbers', async (length) => {
    for (const Numbers of [Float32Array, Float64Array]) {
      const values = [1, 2, 3].map((rank) => new Numbers(Array.from({ length }, (_, i) => rank / (i + 1))))
      const exact = Float64Array.from({ length }, (_, i) => 6 / (i + 1))
      await Promise.all(make(3).map((each) => each.sum(values[each.rank]!)))
      const [first, ...others] = values.map(({ buffer }) => Buffer.from(buffer))
      expect(others.every((each) => each.equals(first!))).toBe(true)
      expect(values[0]!.every((value, i) => Math.abs(value / exact[i]! - 1) < 1e-6)).toBe(true)
    }
  })

  test('sums follow one another', async () => {
    await Promise.all(
      make(4).map(async (each) => {
        for (let i = 0; i < 50; i++) {
          const values = Float64Array.of(each.rank, i)
          await each.sum(values)
          expect([...values]).toEqual([6, 4 * i])
        }
      }),
    )
  })
})

test('a thread that fails does not leave the others waiting', async () => {
  const [first, second, third] = inSharedMemory(3)
  const waiting = [first, second].map((each) => each!.sum(new Float32Array(4)))
  third!.abort(3)
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: 'interrupted' })
  await expect(first!.sum(new Float32Array(1))).rejects.toMatchObject({ code: 'interrupted' })
})

test('arrays of different lengths are refused by all threads', async () => {
  const sums = await Promise.allSettled(inSharedMemory(2).map((each) => each.sum(new Float32Array(1 + each.rank))))
  for (const each of sums) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'internal' } })
})

test.each(Object.entries(kinds))('what differs is found by all of them: %s', async (_, make) => {
  const all = await Promise.allSettled(make(3).map((each) => requireSame(each, each.rank === 1 ? 'a' : 'b', 'data')))
  for (const each of all) {
    expect(each).toMatchObject({ status: 'rejected', reason: { message: 'the 3 processes differ in their data' } })
  }
  await Promise.all(make(3).map((each) => requireSame(each, Float32Array.of(1, 2), 'weights')))
})
