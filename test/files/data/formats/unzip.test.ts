/** Damaged .zip files: what is unpacked has the checksum that the file states, or is refused. */
import { crc32 as reference, deflateRawSync } from 'node:zlib'
import { assert, nat, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNpz, writeNpz } from '../../../../src/files/data/formats/npz.ts'
import { unzipFolder, zipFolder } from '../../../../src/files/data/formats/zip.ts'
import { crc32 } from '../../../../src/files/data/formats/crc32.ts'
import { isTweedieError } from '../../../../src/errors.ts'

const values = Float32Array.from({ length: 50 }, (_, i) => Math.sin(i))
const npz = (): Uint8Array => writeNpz({ x: { shape: [50], data: values } })

it('the checksum is that of zlib', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  if (typeof reference !== 'function') return
  assert(property(uint8Array({ maxLength: 300 }), (bytes) => crc32(bytes) === reference(bytes)))
})

describe('a flipped bit', () => {
  it.each([...Array(8).keys()])('in the content of an npz is found: bit %i', (bit) => {
    const bytes = npz()
    for (let at = 200; at < 300; at++) {
      const broken = bytes.slice()
      broken[at] = broken[at]! ^ (1 << bit)
      expect(() => parseNpz(broken), `byte ${at}`).toThrow(/npz file: x\.npy is damaged/)
    }
  })

  it('anywhere never gives other values', () => {
    const bytes = npz()
    const bits = nat({ max: 8 * bytes.length - 1 })
    assert(
      property(bits, (bit) => {
        const broken = bytes.slice()
        broken[bit >> 3] = broken[bit >> 3]! ^ (1 << (bit & 7))
        try {
          const { x } = parseNpz(broken)
          // the name, or a field that nobody reads
          expect(x === undefined || [...(x.data as Float32Array)].join() === [...values].join()).toBe(true)
        } catch (error) {
          expect(isTweedieError(error, 'data')).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('in a packed folder is found', () => {
    const text = new TextEncoder().encode('{"some": "text that gets smaller", "some more": "text that gets smaller"}')
    const bytes = zipFolder(new Map([['model.json', text]]), 'model')
    expect(new TextDecoder().decode(unzipFolder(bytes).get('model.json'))).toContain('smaller')
    let found = 0
    for (let at = 40; at < 90; at++) {
      const broken = bytes.slice()
      broken[at] = broken[at]! ^ 16
      try {
        const content = unzipFolder(broken).get('model.json')
        expect(content === undefined || [...content].join() === [...text].join()).toBe(true)
      } catch (error) {
        expect(isTweedieError(error, 'data')).toBe(true)
        found++
      }
    }
    expect(found).toBeGreaterThan(20)
  })
})

it('a size that is stated too small is refused', () => {
  const content = new Uint8Array(1000).fill(7)
  const bytes = zipFolder(new Map([['a.txt', content]]), 'f')
  expect(deflateRawSync(content).length).toBeLessThan(100)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const central = bytes.findLastIndex((_, i) => i + 4 <= bytes.length && view.getUint32(i, true) === 0x02014b50)
  view.setUint32(central + 24, 10, true)
  view.setUint32(22, 10, true)
  expect(() => unzipFolder(bytes)).toThrow(/damaged|broken/)
})
