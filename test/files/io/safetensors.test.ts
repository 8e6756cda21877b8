import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TweedieError } from '../../../src/errors.ts'
import { decodeBFloat16, decodeFloat16, encodeBFloat16, encodeFloat16 } from '../../../src/files/io/half.ts'
import {
  type SafeDType,
  type SafeTensor,
  parseHeader,
  readSafetensors,
  toFloat32,
  writeSafetensors,
} from '../../../src/files/io/safetensors.ts'

const arrays = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const

const tensor = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(arrays) as SafeDType[])),
    shape: fc.array(fc.nat(3), { maxLength: 4 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }): SafeTensor => {
    const data = new arrays[dtype](shape.reduce((product, size) => product * size, 1))
    new Uint8Array(data.buffer).forEach((_, i, bytes) => (bytes[i] = (seed + 37 * i) & 0xff))
    return { dtype, shape, data }
  })
const name = fc.string({ maxLength: 12, unit: 'grapheme' }).filter((text) => text !== '__metadata__')
const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 })
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true })
const bytesOf = ({ data }: SafeTensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

/** A file with any header, however wrong. */
function craft(header: unknown, dataLength: number): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return new Uint8Array(Buffer.concat([length, text, Buffer.alloc(dataLength)]))
}
const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

describe('round trip', () => {
  test('whatever is written is read back, to the bit, from any alignment', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat(8), (named, meta, shift) => {
        const written = writeSafetensors(new Map(named), meta)
        const moved = new Uint8Array(written.length + shift)
        moved.set(written, shift)
        const read = readSafetensors(moved.subarray(shift))
        expect(read.metadata).toEqual(meta)
        expect([...read.tensors.keys()].sort()).toEqual(named.map(([key]) => key).sort())
        for (const [key, original] of named) {
          const back = read.tensors.get(key)!
          expect({ dtype: back.dtype, shape: back.shape }).toEqual({ dtype: original.dtype, shape: original.shape })
          expect(bytesOf(back).equals(bytesOf(original))).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('the bytes depend on the content, not on the order it is given in, and the data starts at a multiple of 8', () => {
    fc.assert(
      fc.property(tensors, metadata, (named, meta) => {
        const written = writeSafetensors(new Map(named), meta)
        const reversed = Object.fromEntries(Object.entries(meta).reverse())
        expect(Buffer.from(writeSafetensors(new Map(named.toReversed()), reversed)).equals(written)).toBe(true)
        const header = parseHeader(written)
        expect(header.dataOffset % 8).toBe(0)
        for (const { dtype, begin } of header.entries) expect(begin % arrays[dtype].BYTES_PER_ELEMENT).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  test('reading makes views, not copies', () => {
    const bytes = writeSafetensors({ w: { shape: [2], data: new Float32Array([1, 2]) } })
    const { data } = readSafetensors(bytes).tensors.get('w')!
    expect(data.buffer).toBe(bytes.buffer)
  })

  test('the layout is the one of the format, byte for byte', () => {
    const bytes = writeSafetensors({ b: { shape: [1], data: new Uint8Array([7]) } }, { format: 'pt' })
    const json = '{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    expect(Buffer.from(bytes).toString('latin1')).toBe(`\x58\0\0\0\0\0\0\0${json.padEnd(0x58)}\x07`)
  })

  test('a shape that does not fit the data is refused', () => {
    const data = new Float32Array(3)
    expect(() => writeSafetensors({ w: { shape: [2, 2], data } })).toThrow('tensor "w": shape [2,2] does not fit 3')
    expect(() => writeSafetensors({ w: { dtype: 'I64', shape: [3], data } })).toThrow('cannot be written as I64')
  })
})

describe('lies', () => {
  const lies: [string, Uint8Array, string][] = [
    ['empty', new Uint8Array(0), '0 bytes are too few'],
    ['a header longer than the file', craft('{}', 0).fill(0xff, 0, 8), 'the header claims 18446744073709551615 bytes'],
    ['not JSON', craft('PK..', 0), 'not JSON'],
    ['not an object', craft('[]', 0), 'not a JSON object'],
    ['invalid UTF-8', craft('{"\u00e9":1}', 0).fill(0xff, 10, 11), 'not JSON'],
    ['out of range', craft({ w: entry(0, 16) }, 12), 'tensor "w" lies at bytes 0 to 16 of 12'],
    ['end before begin', craft({ w: entry(8, 4, [0]) }, 12), 'tensor "w" lies at bytes 8 to 4'],
    ['overlap', craft({ a: entry(0, 8), w: entry(4, 12) }, 12), 'tensor "w" overlaps'],
    ['hole', craft({ a: entry(0, 4), w: entry(8, 12) }, 12), 'a hole of 4 bytes before "w"'],
    ['trailing data', craft({ w: entry(0, 4) }, 12), 'tensors cover 4 of 12'],
    ['wrong byte count', craft({ w: entry(0, 12, [4]) }, 12), 'tensor "w" needs 16 bytes for F32 [4] but has 12'],
    ['negative size', craft({ w: entry(0, 12, [-3]) }, 12), 'tensor "w" has shape [-3]'],
    ['fractional size', craft({ w: entry(0, 12, [1.5, 2]) }, 12), 'tensor "w" has shape'],
    ['huge sizes', craft({ w: entry(0, 12, [2 ** 50, 2 ** 50, 2 ** 50]) }, 12), 'tensor "w" needs'],
    ['unsafe size', craft('{"w":{"dtype":"F32","shape":[1e300],"data_offsets":[0,12]}}', 12), 'has shape [1e+300]'],
    ['unknown dtype', craft({ w: entry(0, 12, [3], 'F31') }, 12), 'tensor "w" has dtype "F31"'],
    ['inherited dtype', craft({ w: entry(0, 12, [3], 'toString') }, 12), 'tensor "w" has dtype'],
    ['no offsets', craft({ w: { dtype: 'F32', shape: [0] } }, 0), 'tensor "w" has data_offsets none'],
    ['null entry', craft({ w: null }, 0), 'tensor "w" has no description'],
    ['numeric metadata', craft({ __metadata__: { a: 1 } }, 0), '__metadata__'],
    [
      'duplicate name',
      craft(`{"w":${JSON.stringify(entry(0, 4))},"\\u0077" :${JSON.stringify(entry(4, 8))}}`, 8),
      '"w" occurs twice',
    ],
  ]
  test.each(lies)('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'f')).toThrow(TweedieError)
    expect(() => readSafetensors(bytes, 'f')).toThrow(message)
  })

  test('equal keys in different objects are no duplicates, nor are strings that look like keys', () => {
    const bytes = craft(`{"a":${JSON.stringify(entry(0, 4))},"b":${JSON.stringify(entry(4, 8))}}`, 8)
    expect([...readSafetensors(bytes).tensors.keys()]).toEqual(['a', 'b'])
  })

  test('any mutation parses or is a model error, nothing else', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert') })
    let refused = 0
    fc.assert(
      fc.property(tensors, fc.array(mutation, { minLength: 1, maxLength: 4 }), (named, mutations) => {
        let bytes = [...writeSafetensors(new Map(named), { format: 'pt' })]
        for (const { at, byte, kind } of mutations) {
          const index = at % (bytes.length + 1)
          if (kind === 'set') bytes[index] = byte
          else if (kind === 'insert') bytes.splice(index, 0, byte)
          else bytes = bytes.slice(0, index)
        }
        try {
          for (const value of readSafetensors(new Uint8Array(bytes)).tensors.values()) toFloat32(value)
        } catch (error) {
          refused++
          if (!(error instanceof TweedieError) || error.code !== 'model') throw error
        }
      }),
      { numRuns: 1500 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})

describe('sixteen-bit floats', () => {
  test('every half survives decoding and encoding; NaN stays NaN', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const floats = decodeFloat16(halves)
    const back = encodeFloat16(floats)
    const wrong = halves.filter((half, i) => (Number.isNaN(floats[i]) ? (half & 0x7fff) <= 0x7c00 : back[i] !== half))
    expect([...wrong]).toEqual([])
  })

  test('halves: known values, ties to even, overflow', () => {
    expect([...decodeFloat16(new Uint16Array([0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555]))]).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      0.333251953125,
    ])
    const values = [2049, 2051, 65519, 65520, 2 ** -25, 1.5 * 2 ** -24, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -0]
    expect([...decodeFloat16(encodeFloat16(values))]).toEqual([
      2048,
      2052,
      65504,
      Infinity,
      0,
      2 ** -23,
      1,
      1 + 2 ** -9,
      -0,
    ])
  })

  test('encoding picks the nearest half of all', () => {
    const all = [...decodeFloat16(Uint16Array.from({ length: 0x7c00 }, (_, i) => i))]
    fc.assert(
      fc.property(fc.float({ min: 0, max: 65504, noNaN: true }), (value) => {
        const [got] = decodeFloat16(encodeFloat16([value]))
        expect(Math.abs(got! - value)).toBe(Math.min(...all.map((half) => Math.abs(half - value))))
      }),
      { numRuns: 30 },
    )
  })

  test('bfloat16: exact on its own values, within half a unit in the last place elsewhere', () => {
    const all = Uint16Array.from({ length: 0x7f81 }, (_, i) => i)
    expect(encodeBFloat16(decodeBFloat16(all))).toEqual(all)
    expect([...decodeBFloat16(encodeBFloat16([1 + 2 ** -8, 1 + 3 * 2 ** -8, NaN, 3.4e38]))]).toEqual([
      1,
      1 + 2 ** -6,
      NaN,
      Infinity,
    ])
  })

  test('toFloat32 converts every dtype', () => {
    const float = (dtype: SafeDType, data: SafeTensor['data']) => [...toFloat32({ dtype, shape: [2], data })]
    expect(float('F16', new Uint16Array([0x3c00, 0xc000]))).toEqual([1, -2])
    expect(float('BF16', new Uint16Array([0x3f80, 0xc000]))).toEqual([1, -2])
    expect(float('I64', new BigInt64Array([1n, -2n]))).toEqual([1, -2])
    expect(float('F64', new Float64Array([1, -2]))).toEqual([1, -2])
    expect(float('U8', new Uint8Array([1, 2]))).toEqual([1, 2])
  })
})
