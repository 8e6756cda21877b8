/** Memory that a run needs is held against what the process may use, and said. */
import { expect, test } from 'vitest'
import { memoryText } from '../../src/app/node/memory-text.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { allowedMemory } from '../../src/files/data/node/prepared/allowed-memory.ts'

const moons = builtinDataset('moons', { length: 64 })

test('a run that needs more memory than the process may use says so, and others say nothing', () => {
  expect(memoryText(1e9, moons, 2e9)).toBeUndefined()
  expect(memoryText(17e9, moons, 3e9)).toMatch(/about 17\.3 GB .* may use 3\.0 GB/)
  expect(memoryText(17e9, moons, 3e9)).not.toMatch(/data cache/)
})

test('the memory that the process may use is a number of bytes', () => {
  expect(allowedMemory()).toBeGreaterThan(2 ** 26)
  expect(Number.isFinite(allowedMemory())).toBe(true)
})
