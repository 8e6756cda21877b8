/** SHA-256 against Node's own. */
import { createHash } from 'node:crypto'
import { array, assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../../../src/files/io/sha256.ts'

test('the three letters of the standard', () => {
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(sha256().update('abc').hex()).toBe(expected)
})

test('any bytes in any pieces', () => {
  assert(
    property(array(uint8Array({ maxLength: 200 }), { maxLength: 5 }), (pieces) => {
      const [ours, theirs] = [sha256(), createHash('sha256')]
      for (const piece of pieces) {
        ours.update(piece)
        theirs.update(piece)
      }
      expect(ours.hex()).toBe(theirs.digest('hex'))
    }),
  )
})

test.each([55, 56, 63, 64, 65, 119, 120])('%i bytes, where the padding changes', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i)
  expect(sha256().update(bytes).hex()).toBe(createHash('sha256').update(bytes).digest('hex'))
})
