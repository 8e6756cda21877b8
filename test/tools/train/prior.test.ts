/** Prior preservation: items of two sets of data take turns in a step. */
import { expect, test } from 'vitest'
import { withPrior } from '../../../src/tools/train/prior.ts'
import type { Batch, TrainProblem } from '../../../src/tools/train/problem.ts'

/** A problem whose batches say which data, which step and which item they are of. */
function problemOf(data: number, items = 4, more: object = {}): TrainProblem {
  const emptyBatch = (): Batch => ({
    feeds: { x0: new Float32Array(2 * items), weight: new Float32Array(items), ...more },
    levels: new Int32Array(items),
  })
  return {
    parts: {},
    items: 10 * data,
    levels: 10,
    loss: () => {
      throw new Error('not here')
    },
    emptyBatch,
    fill({ feeds, levels }, step) {
      for (let j = 0; j < items; j++) {
        feeds['x0']!.fill(100 * data + 10 * step + j, 2 * j, 2 * j + 2)
        if (feeds['weight']) feeds['weight'][j] = j + 1
        levels[j] = 10 * data + j
      }
    },
    snapshot: () => ({}),
  }
}

test('every second item is of the other data, with its noise, and counts λ times', () => {
  const problem = withPrior(problemOf(1), problemOf(2), 0.5)
  const batch = problem.emptyBatch()
  problem.fill(batch, 3)
  expect([...batch.feeds['x0']!]).toEqual([130, 130, 231, 231, 132, 132, 233, 233])
  expect([...batch.feeds['weight']!]).toEqual([1, 1, 3, 2])
  expect([...batch.levels]).toEqual([10, 21, 12, 23])
  // a pure function of the step
  const again = problem.emptyBatch()
  problem.fill(again, 1)
  problem.fill(again, 3)
  expect(again).toEqual(batch)
  expect(problem.items).toBe(10)
})

test('an odd number of items, and weights that a loss does not know, are refused', () => {
  expect(() => withPrior(problemOf(1, 3), problemOf(2, 3), 1)).toThrow(
    /`priorData` is for an even `batch`, and this is 3/,
  )
  const bare = (data: number): TrainProblem => ({
    ...problemOf(data),
    emptyBatch: () => ({ feeds: { x0: new Float32Array(8) }, levels: new Int32Array(4) }),
  })
  expect(() => withPrior(bare(1), bare(2), 0.5)).toThrow(/`priorWeight`: the loss of this kind of model has no weights/)
  const batch = bare(1).emptyBatch()
  withPrior(bare(1), bare(2), 1).fill(batch, 0)
  expect([...batch.feeds['x0']!]).toEqual([100, 100, 201, 201, 102, 102, 203, 203])
})
