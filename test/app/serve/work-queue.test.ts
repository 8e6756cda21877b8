/** The queue of a server: what is done at once, and that the network never waits for answers to be written. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { SharedWork } from '../../../src/app/node/serve/work.ts'
import { atOnce } from '../../../src/app/node/serve/work-batch.ts'
import { workQueue } from '../../../src/app/node/serve/work-queue.ts'
import type { WarmModel } from '../../../src/app/warm-model.ts'

const signal = new AbortController().signal
const pause = (ms = 0): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** A queue whose network takes a moment, and the sizes of the batches that it was given. */
function counted(batch = 64) {
  const sizes: number[] = []
  const queue = workQueue({ most: 1000, batch, gatherMs: 1, open: async () => ({}) as WarmModel })
  const ask = (key = 'a', items = 1): Promise<string> => {
    const work: SharedWork<string> = {
      model: 'm',
      key,
      items,
      signal,
      async together(_, works) {
        sizes.push(works.reduce((sum, each) => sum + each.items, 0))
        await pause(5)
        return works.map((each) => each.key)
      },
    }
    return queue.share(work)
  }
  return { sizes, queue, ask }
}

test('few requests go through together, as soon as they wait together', async () => {
  const { sizes, ask } = counted()
  await Promise.all(Array.from({ length: 8 }, () => ask()))
  expect(sizes).toEqual([8])
})

test('of many clients, half are drawn while the others are answered', async () => {
  const { sizes, ask } = counted()
  const client = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      await ask()
      await pause(2)
    }
  }
  await Promise.all(Array.from({ length: 64 }, client))
  expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(6 * 64)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(32)
  // 384 in halves of 64: twelve batches, were nobody ever late
  expect(sizes.length).toBeLessThanOrEqual(20)
})

test('who asks again soon goes through with the others, and nobody waits long for one who does not', async () => {
  const { sizes, ask } = counted()
  const client = async (i: number): Promise<void> => {
    for (let round = 0; round < 4; round++) {
      await ask()
      await pause(i % 4)
    }
  }
  await Promise.all(Array.from({ length: 12 }, (_, i) => client(i)))
  expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(48)
  expect(sizes.length).toBeLessThanOrEqual(8)
  await ask()
  expect(sizes.at(-1)).toBe(1)
})

test('what does not fit is done after what does, and nobody gets the answer of another', async () => {
  const { sizes, ask } = counted()
  const answers = await Promise.all(['a', 'b', 'a', 'b', 'a'].map((key) => ask(key)))
  expect(answers).toEqual(['a', 'b', 'a', 'b', 'a'])
  expect(sizes).toEqual([3, 2])
})

test.each([
  [1, 0, 32],
  [32, 0, 32],
  [64, 0, 32],
  [32, 32, 32],
  [80, 48, 64],
  [500, 64, 64],
])('of %i that wait after %i answered ones, at most %i go through', (waiting, answered, most) => {
  expect(atOnce(waiting, answered, 64)).toBe(most)
})

test('nobody listens to the signal of a request once it is settled: a listener would keep alive all that it knows', async () => {
  const { queue, ask } = counted()
  const left = new AbortController()
  const together = async (_: WarmModel, works: readonly SharedWork<string>[]): Promise<string[]> => {
    await pause(5)
    if (works.length > 1) throw new Error('only alone')
    return ['done']
  }
  const of = (own: AbortSignal): Promise<unknown> =>
    queue.share({ model: 'm', key: 'b', items: 1, signal: own, together }).catch((error: unknown) => error)
  const parted = [new AbortController().signal, new AbortController().signal]
  const gone = of(AbortSignal.any([left.signal, signal]))
  const rest = [...parted.map(of), queue.run('m', { signal: parted[0]! }, async () => 'alone'), ask()]
  left.abort()
  await Promise.all([gone, ...rest])
  expect([signal, left.signal, ...parted].map((each) => getEventListeners(each, 'abort').length)).toEqual([0, 0, 0, 0])
})
