/** The masks of dropout that a batch of a problem is fed. */
import { expect } from 'vitest'
import type { TrainProblem } from '../../src/tools/train/problem.ts'

type Fed = Pick<TrainProblem<unknown>, 'emptyBatch' | 'fill'>

/** Names of the masks in an empty batch. */
export const maskNames = ({ emptyBatch }: Pick<Fed, 'emptyBatch'>): string[] =>
  Object.keys(emptyBatch().feeds).filter((name) => name.startsWith('dropout'))

/** Checks that a batch is a function of the step alone, and that masks are 0 and 1 / (1 − rate); how many there are. */
export function countMasks({ emptyBatch, fill }: Fed, rate: number): number {
  const [a, b] = [emptyBatch(), emptyBatch()]
  fill(a, 3)
  fill(b, 8)
  expect(b).not.toEqual(a)
  fill(b, 3)
  expect(b).toEqual(a)
  const names = maskNames({ emptyBatch })
  for (const name of names) {
    expect([...new Set(a.feeds[name] as Float32Array)].toSorted()).toEqual([0, Math.fround(1 / (1 - rate))])
  }
  return names.length
}
