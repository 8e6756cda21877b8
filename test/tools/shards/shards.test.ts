/** Loops that processes share: every batch is computed once, and joined they are what one process computes. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTweedieError } from '../../../src/errors.ts'
import { joinedShards } from '../../../src/tools/shards/joined.ts'
import { ownItems, ownShard } from '../../../src/tools/shards/own-shard.ts'
import { decodeShard, differences, encodeShard, revived } from '../../../src/tools/shards/shard-file.ts'
import { rowsOf, ShardComputed, type Shards } from '../../../src/tools/shards/shards.ts'

/** Squares, and in a second loop of other batches sums of the square and its number. */
async function work(shards: Shards | undefined, count: number, sizes: readonly [number, number], calls: number[] = []) {
  const squares = new Float64Array(count)
  const sums = new Float64Array(count)
  for (let first = 0; first < count; first += sizes[0]) {
    const rows = await rowsOf(shards, { name: 'squares', first, size: sizes[0], count }, async () => {
      calls.push(first)
      return { of: Float64Array.from({ length: Math.min(sizes[0], count - first) }, (_, i) => (first + i) ** 2) }
    })
    if (rows) squares.set(rows.of, first)
  }
  for (let first = 0; first < count; first += sizes[1]) {
    const now = Math.min(sizes[1], count - first)
    const from = { name: 'squares', first, count: now }
    const rows = await rowsOf(shards, { name: 'sums', first, size: sizes[1], count, from }, async () => ({
      of: squares.slice(first, first + now).map((square, i) => square + first + i),
    }))
    if (rows) sums.set(rows.of, first)
  }
  shards?.requireAll()
  return sums
}

const whole = (max: number) => fc.integer({ min: 1, max })

test('any number of shards gives what one process gives, and each batch is computed once', async () => {
  await fc.assert(
    fc.asyncProperty(whole(60), whole(12), whole(12), whole(9), async (count, one, two, n) => {
      const calls: number[] = []
      const kept = []
      for (let index = 0; index < n; index++) {
        const own = ownShard({ index, count: n })
        await expect(work(own, count, [one, two], calls)).rejects.toThrow(ShardComputed)
        kept.push(
          ...decodeShard(encodeShard({ shard: { index, count: n }, facts: {}, request: {}, batches: own.kept }))
            .batches,
        )
      }
      expect(calls).toEqual(Array.from({ length: Math.ceil(count / one) }, (_, i) => i * one))
      const joined = joinedShards(kept)
      expect(await work(joined, count, [one, two], calls)).toEqual(await work(undefined, count, [one, two]))
      expect(calls).toHaveLength(Math.ceil(count / one))
      expect(joined.unused()).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('shards are stretches of whole batches, as even as these allow', () => {
  fc.assert(
    fc.property(whole(5000), whole(100), whole(50), (count, size, n) => {
      const stretches = Array.from({ length: n }, (_, index) => ownItems({ index, count: n }, size, count))
      stretches.forEach(([from], i) => expect(from).toBe(stretches[i - 1]?.[1] ?? 0))
      expect(stretches.at(-1)![1]).toBe(count)
      const batches = stretches.map(([from, to]) => Math.ceil((to - from) / size))
      expect(Math.max(...batches) - Math.min(...batches)).toBeLessThanOrEqual(1)
    }),
  )
})

describe('joining refuses', () => {
  const batch = { loop: 'squares', first: 0, size: 2, count: 4, rows: { of: Float64Array.of(0, 1) } }

  test('a batch that is missing, or there twice', async () => {
    await expect(work(joinedShards([batch]), 4, [2, 2])).rejects.toThrow(/squares 2 to 3 of 4, 2 at a time/)
    await expect(work(joinedShards([batch]), 6, [2, 2])).rejects.toThrow(/squares 0 to 1 of 6/)
    expect(() => joinedShards([batch, batch])).toThrow(/is in two shards/)
  })

  test('a file with one changed byte, wherever it is', () => {
    const file = { shard: { index: 0, count: 2 }, facts: { seed: 1 }, request: { out: 'a' }, batches: [batch] }
    const bytes = encodeShard(file)
    expect(decodeShard(bytes)).toEqual(file)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      expect(isTweedieError(caught(() => decodeShard(changed))), `byte ${at}`).toBe(true)
    }
  })
})

test('facts are compared and come back, infinities too', () => {
  expect(differences({ seed: 1, options: { n: 2 } }, { seed: 1, options: { n: 2 } })).toEqual([])
  expect(differences({ options: { n: 2 } }, { options: { n: 3, eta: 1 } })).toEqual([
    'options.n is 2, and 3 in others',
    'options.eta is not set, and 1 in others',
  ])
  const file = { shard: { index: 0, count: 1 }, request: {}, batches: [] }
  const facts = { terms: Infinity, condition: [['pose', '1']], label: null }
  expect(revived(decodeShard(encodeShard({ ...file, facts })).facts)).toEqual(facts)
})

function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}
