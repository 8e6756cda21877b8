import * as fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { key, normal, uniform, words } from '../../../src/engine/random/index.ts'
import { simdBench } from '../../../src/engine/random/threefry-simd.ts'
import { threefryBlocks } from '../../../src/engine/random/threefry.ts'

const word = fc.integer({ min: 0, max: 0xffff_ffff })

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

it('makes the words that the loop in JavaScript makes', () => {
  const bench = simdBench(1024)!
  fc.assert(
    fc.property(word, word, word, word, fc.integer({ min: 1, max: 512 }), (k0, k1, low, high, blocks) => {
      fc.pre(low + 512 < 0x1_0000_0000)
      const expected = new Uint32Array(2 * blocks)
      threefryBlocks(k0 | 0, k1 | 0, low, high, blocks, expected)
      bench.blocks(k0 | 0, k1 | 0, low, high, blocks)
      expect(bench.words.slice(0, 2 * blocks)).toEqual(expected)
    }),
  )
})

it('makes words into uniform numbers', () => {
  const bench = simdBench(64)!
  bench.blocks(3, 4, 5, 6, 32)
  bench.words.set([0, 255, 256, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
  const expected = Float32Array.from(bench.words, (each) => (each >>> 8) / 2 ** 24)
  bench.uniform(64)
  expect(bench.floats).toEqual(expected)
})

it('is done without where WebAssembly is forbidden', async () => {
  vi.stubGlobal('WebAssembly', undefined)
  vi.resetModules()
  const plain = await import('../../../src/engine/random/index.ts')
  for (const offset of [0, 1, 2 ** 33 - 700]) {
    expect(plain.uniform(key(1), new Float32Array(3001), offset)).toEqual(
      uniform(key(1), new Float32Array(3001), offset),
    )
    expect(plain.normal(key(1), new Float32Array(999), offset)).toEqual(normal(key(1), new Float32Array(999), offset))
    expect(plain.words(key(1), new Uint32Array(2500), offset)).toEqual(words(key(1), new Uint32Array(2500), offset))
  }
  expect((await import('../../../src/engine/random/threefry-simd.ts')).simdBench(64)).toBeUndefined()
})
