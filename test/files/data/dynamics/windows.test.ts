/** Windows of simulators by name: as many states as are asked for, and what a model of them knows. */
import { expect, test } from 'vitest'
import { openDataset } from '../../../../src/files/data/node/open-dataset.ts'
import { sourceOf } from '../../../../src/files/data/node/source-of.ts'

test('a simulator by name makes windows of the wanted length, and its source says so', async () => {
  const source = await sourceOf('ar1', { window: 5, items: 8 })
  expect(source).toMatchObject({ window: 5, length: 8 })
  const data = await openDataset('ar1', { window: 5, length: 8 })
  expect([data.shape, data.length, data.fields?.step]).toEqual([[1, 5, 1, 1], 8, 1])
  const plain = await sourceOf('ar1', {})
  expect(plain.window).toBeUndefined()
  await expect(sourceOf('moons', { window: 5 })).rejects.toThrow('`window` is for fields over time')
})
