/** Memory: what a model needs, what is free, and what is refused. */
import { describe, expect, test } from 'vitest'
import { crowdedBy, memoryNeed, parseMemory, requireMemory } from '../../../src/files/io/memory-need.ts'
import { freeIn, freeMemory } from '../../../src/engine/runtime/node/free-memory.ts'

const files = [
  { part: 'unet', bytes: 1e9 },
  { part: 'unet', bytes: 7.2e8 },
  { part: 'text_encoder', bytes: 2.5e8 },
]

describe('a model', () => {
  test('needs room for its largest part and for the work; a small one is no matter', () => {
    expect(memoryNeed(files)).toEqual({ bytes: 1.72e9 + 2 ** 31, largest: { part: 'unet', bytes: 1.72e9 } })
    expect(memoryNeed([{ part: 'unet', bytes: 1e8 }])).toBeUndefined()
    expect(memoryNeed([])).toBeUndefined()
  })
  test('is refused where there is less, with the sizes', () => {
    expect(() => requireMemory(files, 4e9, 'sd')).not.toThrow()
    expect(() => requireMemory(files, 3e9, 'sd')).toThrow(
      'sd needs about 3.9 GB of memory (1.7 GB for the weights of unet), and 3.0 GB are free',
    )
    expect(() => requireMemory(files, 9e9, 'sd', 2e9)).toThrow('and 2.0 GB may be used')
    expect(() => requireMemory(files.slice(2, 3), 0, 'sd')).not.toThrow()
  })
  test('whose weights are all made wide at once is warned of', () => {
    expect(crowdedBy(files, 1.97e9)).toBeUndefined()
    expect(crowdedBy(files, 1.9e9)).toMatch(/^the weights are 2\.0 GB in their files, and 1\.9 GB of memory are free/)
    expect(crowdedBy(files.slice(2, 3), 0)).toBeUndefined()
  })
})

test('what a user says', () => {
  expect(['low', 'high', 'auto'].map(parseMemory)).toEqual([
    { weights: 'low' },
    { weights: 'high' },
    { weights: 'auto' },
  ])
  expect(parseMemory('6GB')).toEqual({ weights: 'low', most: 6e9 })
  expect(parseMemory('1.5g')).toEqual({ weights: 'low', most: 1.5e9 })
  expect(parseMemory('800 MB')).toEqual({ weights: 'low', most: 8e8 })
  for (const wrong of ['', 'little', '6', '-1GB']) expect(() => parseMemory(wrong)).toThrow('is no way to use memory')
})

describe('free memory', () => {
  const meminfo = 'MemTotal:       24000000 kB\nMemFree:          100000 kB\nMemAvailable:    8000000 kB\n'

  test('is what the system says is available, not what is unused', () => {
    expect(freeIn({ meminfo }, 1)).toBe(8e6 * 1024)
    expect(freeIn({}, 1)).toBe(1)
  })
  test('is less in a container with a limit, whose caches of files count as free', () => {
    const group = { meminfo, limit: '3000000000\n', used: '2500000000\n' }
    expect(freeIn(group, 1)).toBe(5e8)
    expect(freeIn({ ...group, stat: 'anon 1\ninactive_file 400000000\nactive_file 7' }, 1)).toBe(9e8)
    expect(freeIn({ ...group, stat: 'total_inactive_file 400000000' }, 1)).toBe(9e8)
    expect(freeIn({ ...group, used: '3500000000' }, 1)).toBe(0)
    expect(freeIn({ ...group, limit: 'max' }, 1)).toBe(8e6 * 1024)
    expect(freeIn({ ...group, limit: '9223372036854771712' }, 1)).toBe(8e6 * 1024)
  })
  test('is some, here', () => {
    expect(freeMemory()).toBeGreaterThan(1e6)
  })
})
