import { describe, expect, it } from 'vitest'
import { unzlibSync } from 'fflate'
import { encodeApng } from '../../../src/files/io/apng.ts'
import { blank } from '../../../src/files/io/raster.ts'
import { crc32 } from '../../../src/files/data/formats/crc32.ts'

/** The chunks of a PNG file, their checksums checked. */
function chunksOf(bytes: Uint8Array): { readonly name: string; readonly content: Uint8Array }[] {
  const view = new DataView(bytes.buffer)
  const chunks = []
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at)
    const named = bytes.subarray(at + 4, at + 8 + length)
    expect(view.getUint32(at + 8 + length)).toBe(crc32(named))
    chunks.push({ name: String.fromCodePoint(...named.subarray(0, 4)), content: named.subarray(4) })
    at += 12 + length
  }
  return chunks
}

describe('animated PNG', () => {
  const frames = [blank(3, 2, [1, 2, 3]), blank(3, 2, [4, 5, 6]), blank(3, 2, [7, 8, 9])]
  const chunks = chunksOf(encodeApng(frames, [80, 40, 1000]))

  it('has the chunks of the specification in their order', () => {
    expect(chunks.map(({ name }) => name)).toEqual([
      'IHDR',
      'acTL',
      'fcTL',
      'IDAT',
      'fcTL',
      'fdAT',
      'fcTL',
      'fdAT',
      'IEND',
    ])
    expect([...chunks[1]!.content]).toEqual([0, 0, 0, 3, 0, 0, 0, 0])
  })

  it('numbers frames and their data in one sequence, with the size and delay of each', () => {
    const numbered = chunks.filter(({ name }) => name === 'fcTL' || name === 'fdAT')
    const view = ({ content }: { content: Uint8Array }) => new DataView(content.buffer, content.byteOffset)
    expect(numbered.map((each) => view(each).getUint32(0))).toEqual([0, 1, 2, 3, 4])
    const controls = chunks.filter(({ name }) => name === 'fcTL').map(view)
    expect(controls.map((each) => each.getUint16(20) / each.getUint16(22))).toEqual([0.08, 0.04, 1])
    expect(controls.map((each) => [each.getUint32(4), each.getUint32(8)])).toEqual([
      [3, 2],
      [3, 2],
      [3, 2],
    ])
  })

  it('holds the pixels', () => {
    const [first] = chunks.filter(({ name }) => name === 'IDAT')
    const [, last] = chunks.filter(({ name }) => name === 'fdAT')
    expect([...unzlibSync(first!.content)].slice(0, 4)).toEqual([0, 1, 2, 3])
    expect([...unzlibSync(last!.content.subarray(4))].slice(10, 14)).toEqual([0, 7, 8, 9])
  })

  it('refuses frames of different sizes', () => {
    expect(() => encodeApng([blank(2, 2), blank(3, 2)], [1, 1])).toThrow(/all of one size/)
    expect(() => encodeApng([], [])).toThrow(/needs frames/)
  })
})
