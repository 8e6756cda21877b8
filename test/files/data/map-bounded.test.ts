/** Work on many items: order, how much at once, and errors. */
import { array, assert, asyncProperty, integer, nat } from 'fast-check'
import { expect, it } from 'vitest'
import { mapBounded } from '../../../src/files/data/open/map-bounded.ts'

it('keeps the order, the number and the weight', async () => {
  await assert(
    asyncProperty(array(nat({ max: 20 }), { maxLength: 30 }), integer({ min: 1, max: 5 }), async (weights, limit) => {
      let [count, sum, tooMany, tooMuch] = [0, 0, false, false]
      const most = 25
      const results = await mapBounded(
        weights,
        limit,
        async (own, index) => {
          count++
          sum += own
          tooMany ||= count > limit
          tooMuch ||= sum > most && count > 1
          for (let i = 0; i < (own * 7) % 3; i++) await Promise.resolve()
          count--
          sum -= own
          return [own, index]
        },
        { weight: (own) => own, most },
      )
      expect(results).toEqual(weights.map((own, index) => [own, index]))
      expect([tooMany, tooMuch]).toEqual([false, false])
    }),
  )
})

it('an item that is more than all may be is at work alone', async () => {
  let atWork = 0
  const seen = await mapBounded([1, 9, 1], 3, async () => Promise.resolve(++atWork).finally(() => atWork--), {
    weight: (own) => own,
    most: 4,
  })
  expect(seen).toEqual([1, 1, 1])
})

it('ends with the first error', async () => {
  const begun: number[] = []
  const work = async (item: number): Promise<number> => {
    begun.push(item)
    await Promise.resolve()
    if (item === 1) throw new Error('one')
    return item
  }
  await expect(mapBounded([0, 1, 2, 3, 4, 5], 2, work)).rejects.toThrow('one')
  expect(begun.length).toBeLessThan(6)
  await expect(mapBounded([], 2, work)).resolves.toEqual([])
})
