/** The checksum of bytes: every change is found, wherever the bytes lie. */
import { assert, integer, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { checksum } from '../../../src/files/io/checksum.ts'

test('sixteen digits, the same for the same bytes wherever they lie', () => {
  assert(
    property(uint8Array({ maxLength: 90 }), integer({ min: 0, max: 7 }), (bytes, offset) => {
      const elsewhere = new Uint8Array(bytes.length + offset)
      elsewhere.set(bytes, offset)
      expect(checksum(bytes)).toMatch(/^[0-9a-f]{16}$/)
      expect(checksum(elsewhere.subarray(offset))).toBe(checksum(bytes))
    }),
  )
})

test('one changed bit, one byte more, or pieces cut elsewhere make another', () => {
  assert(
    property(uint8Array({ minLength: 1, maxLength: 90 }), integer({ min: 0, max: 719 }), (bytes, n) => {
      const bit = n % (8 * bytes.length)
      const changed = bytes.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(checksum(changed)).not.toBe(checksum(bytes))
      expect(checksum(Uint8Array.of(...bytes, 0))).not.toBe(checksum(bytes))
      expect(checksum(bytes, new Uint8Array())).not.toBe(checksum(bytes))
    }),
  )
})

test('a hundred thousand texts have a hundred thousand checksums', () => {
  const all = new Set(
    Array.from({ length: 100_000 }, (_, i) => checksum(Uint8Array.of(i, i >> 8, i >> 16, 0, 0, 0, 0, 0))),
  )
  expect(all.size).toBe(100_000)
})

test('the same on every machine, and for ever: files hold it', () => {
  expect([checksum(), checksum(Uint8Array.from({ length: 1000 }, (_, i) => i))]).toEqual([
    '8a5f557af1eddd1b',
    'f6a96363db3eba83',
  ])
})
