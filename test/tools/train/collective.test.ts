/** Several processes that train together are one run: the same losses and weights, whatever their number. */
import { describe, expect, test } from 'vitest'
import { train, type TrainEvent } from '../../../src/app/train.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../../src/families/values/defaults.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { requireSame, shareTraining } from '../../../src/tools/train/collective.ts'
import { inProcess } from '../../support/in-process.ts'

const moons = builtinDataset('moons', { length: 64 })
const spec = {
  ...defaultSpec({ ...moons, classes: 0 }, { budget: { steps: 6 }, unet: { widths: [8], depth: 1 } }),
  batch: 8,
}

/** The last weights, and the losses, of each of so many. */
async function trained(count: number, stopAt?: number) {
  const engine = await nodeEngine()
  const stop = new AbortController()
  return Promise.all(
    inProcess(count).map(async (collective) => {
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
  test.each([2, 4])('of %i processes', async (count) => {
    const [one] = await trained(1)
    const several = await trained(count)
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

test('what differs is found by all of them', async () => {
  const all = await Promise.allSettled(
    inProcess(3).map((each) => requireSame(each, each.rank === 1 ? 'a' : 'b', 'data')),
  )
  for (const each of all) {
    expect(each).toMatchObject({ status: 'rejected', reason: { message: 'the 3 processes differ in their data' } })
  }
  await Promise.all(inProcess(3).map((each) => requireSame(each, Float32Array.of(1, 2), 'weights')))
})
