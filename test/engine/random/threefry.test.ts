import { describe, expect, it } from 'vitest'
import { threefry, threefryBlocks } from '../../../src/engine/random/threefry.ts'

describe('threefry-2x32-20', () => {
  // The known answers that are published with Random123 (kat_vectors, threefry2x32 20).
  it.each([
    [0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0],
  ])('counter %i %i, key %i %i', (low, high, k0, k1, x, y) => {
    expect(threefry(k0, k1, low, high)).toEqual([x, y])
  })

  it('carries from the low word of the counter into the high one', () => {
    const out = new Uint32Array(6)
    threefryBlocks(1, 2, 0xffff_fffe, 7, 3, out)
    expect([...out]).toEqual([
      ...threefry(1, 2, 0xffff_fffe, 7),
      ...threefry(1, 2, 0xffff_ffff, 7),
      ...threefry(1, 2, 0, 8),
    ])
  })
})
