import { zipSync } from 'fflate'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cifar10Classes,
  datasetFromArray,
  parseCifar10,
  parseCifar10Meta,
  parseCsv,
  parseIdx,
  parseNpy,
  parseNpz,
  writeNpy,
  writeNpz,
  type NumericArray,
} from '../../../src/files/data/index.ts'
import { numpyFile } from './numpy-files.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const dataError = (message: string) =>
  expect.objectContaining({ name: 'TweedieError', code: 'data', message: expect.stringContaining(message) })

/** An IDX file of the given type and shape. */
function idx(type: number, shape: number[], content: number[]): Uint8Array {
  const dims = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255])
  return Uint8Array.from([0, 0, type, shape.length, ...dims, ...content])
}

describe('IDX', () => {
  it('reads bytes and big-endian numbers', () => {
    expect(parseIdx(idx(8, [2, 1, 2], [1, 2, 3, 255]))).toEqual({ shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 255) })
    expect(parseIdx(idx(0x0b, [2], [1, 0, 255, 254])).data).toEqual(Int16Array.of(256, -2))
    expect(parseIdx(idx(0x0d, [1], [0x3f, 0xc0, 0, 0])).data).toEqual(Float32Array.of(1.5))
  })

  it.each([
    ['no magic', Uint8Array.of(1, 2, 3, 4, 5)],
    ['nothing', new Uint8Array(0)],
    ['an unknown type', idx(0x0a, [1], [0])],
    ['a header cut off', idx(8, [2, 2], []).subarray(0, 9)],
    ['too few bytes', idx(8, [2, 2], [1, 2, 3])],
    ['too many bytes', idx(8, [2, 2], [1, 2, 3, 4, 5])],
    ['a shape of 2^96 bytes', idx(8, [0xffffffff, 0xffffffff, 0xffffffff], [1])],
    ['255 axes', idx(8, Array(255).fill(1), [1])],
  ])('refuses %s', (_what, bytes) => {
    expect(() => parseIdx(bytes)).toThrow(dataError('IDX'))
  })
})

describe('npy', () => {
  it.each<[Parameters<typeof numpyFile>[0], number[], NumericArray]>([
    ['f4', [2, 3], Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25)],
    ['f8 fortran', [2, 3], Float64Array.of(0, 1, 2, 3, 4, 5)],
    ['f4 big-endian', [2, 3], Float32Array.of(0, 1, 2, 3, 4, 5)],
    ['i8', [2, 3], BigInt64Array.of(-3n, -2n, -1n, 0n, 1n, 2n)],
    ['u1 3d fortran', [2, 3, 4], Uint8Array.from(Array(24).keys())],
    ['bool', [2, 3], Uint8Array.of(1, 0, 1, 0, 1, 0)],
    ['f2', [6], Float32Array.of(0, 1, -2.5, 65504, 2 ** -24, Infinity)],
    ['scalar', [], Int32Array.of(7)],
    ['version 2', [2, 3], Int16Array.of(0, 1, 2, 3, 4, 5)],
    ['version 3', [2, 3], Uint32Array.of(0, 1, 2, 3, 4, 5)],
  ])('reads what numpy wrote: %s', (name, shape, data) => {
    expect(parseNpy(numpyFile(name))).toEqual({ shape, data })
  })

  it('writes the very bytes that numpy writes', () => {
    for (const name of ['f4', 'i8'] as const) expect(writeNpy(parseNpy(numpyFile(name)))).toEqual(numpyFile(name))
    expect(writeNpy({ shape: [], data: Int32Array.of(7) })).toEqual(numpyFile('scalar'))
  })

  it('reads back what it wrote, every type and shape', () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
    const types = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array]
    fc.assert(
      fc.property(shape, fc.constantFrom(...types), (shape, type) => {
        const n = shape.reduce((a, b) => a * b, 1)
        const array = { shape, data: new type(Array.from({ length: n }, (_, i) => i * 1.5)) }
        expect(parseNpy(writeNpy(array))).toEqual(array)
      }),
    )
    const big = { shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) }
    expect(parseNpy(writeNpy(big))).toEqual(big)
  })

  it.each(['complex', 'record', 'text'] as const)('refuses %s, and says what is allowed', (name) => {
    expect(() => parseNpy(numpyFile(name))).toThrow(dataError('unsupported element type'))
  })

  it.each(['(9007199254740993,)', '(4294967296, 4294967296)', '(7,)', '(-2,)', '(1e3,)', '(2, 2, 2'])(
    'refuses the shape %s without allocating',
    (shape) => {
      const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`
      const file = Uint8Array.from([
        ...numpyFile('f4').subarray(0, 8),
        header.length,
        0,
        ...bytesOf(header),
        1,
        2,
        3,
        4,
      ])
      expect(() => parseNpy(file)).toThrow(dataError('npy file'))
    },
  )

  it('refuses to write a shape that does not fit', () => {
    expect(() => writeNpy({ shape: [3], data: new Uint8Array(2) })).toThrow(expect.objectContaining({ code: 'shape' }))
  })
})

describe('npz', () => {
  it('reads what numpy wrote, stored and compressed', () => {
    const { images, labels } = parseNpz(numpyFile('npz'))
    expect(images!.shape).toEqual([2, 4, 5])
    expect(labels!.data).toEqual(BigInt64Array.of(1n, 0n))
    const { x, y } = parseNpz(numpyFile('npz compressed'))
    expect(x!.data.slice(0, 4)).toEqual(Float32Array.of(0, 1, 2, 0))
    expect(y!.shape).toEqual([50])
  })

  it('reads back what it wrote, and only what is asked for', () => {
    const arrays = { a: { shape: [2], data: Float32Array.of(1, 2) }, b: { shape: [], data: Uint8Array.of(3) } }
    expect(parseNpz(writeNpz(arrays))).toEqual(arrays)
    expect(Object.keys(parseNpz(writeNpz(arrays), { only: ['b'] }))).toEqual(['b'])
  })

  it('does not unpack a bomb', () => {
    const bomb = zipSync({ 'x.npy': new Uint8Array(5_000_000) })
    expect(() => parseNpz(bomb, { maxBytes: 1_000_000 })).toThrow(dataError('claims 5000000 bytes'))
  })

  it('does not believe a size that deflate cannot reach', () => {
    const file = zipSync({ 'x.npy': writeNpy({ shape: [4], data: new Float64Array(4) }) })
    const view = new DataView(file.buffer, file.byteOffset)
    for (let at = 0; at + 28 < file.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x7fff_0000, true)
    }
    expect(() => parseNpz(file)).toThrow(dataError('do not unpack to 2147418112'))
  })
})

describe('CIFAR-10', () => {
  const record = (label: number, fill: number) => [label, ...Array<number>(3072).fill(fill)]

  it('reads batches one after another', () => {
    const set = parseCifar10([Uint8Array.from([...record(3, 1), ...record(9, 2)]), Uint8Array.from(record(0, 3))])
    expect(set).toMatchObject({ kind: 'image', shape: [3, 32, 32], length: 3, classNames: cifar10Classes })
    expect([...set.labels!]).toEqual([3, 9, 0])
    expect([0, 3071, 3072, 9215].map((i) => set.data[i])).toEqual([1, 1, 2, 3])
  })

  it.each([
    ['a cut record', Uint8Array.from(record(1, 1)).subarray(1)],
    ['nothing', new Uint8Array(0)],
    ['a label of ten', Uint8Array.from(record(10, 0))],
  ])('refuses %s', (_what, bytes) => {
    expect(() => parseCifar10([bytes])).toThrow(dataError('cifar10'))
  })

  it('reads class names', () => {
    expect(parseCifar10Meta(`${cifar10Classes.join('\n')}\n\n`)).toEqual(cifar10Classes)
    expect(() => parseCifar10Meta('a\nb')).toThrow(dataError('2 class names'))
  })
})

describe('CSV', () => {
  const csv = (text: string, options = {}) => parseCsv(bytesOf(text), options)

  it.each([
    ['commas', '1,2\n3,4'],
    ['a byte-order mark and CRLF', '\uFEFF1,2\r\n3,4\r\n'],
    ['semicolons', '1;2\n3;4\n'],
    ['tabs', '1\t2\n3\t4\n'],
    ['blanks', '  1   2\n  3   4\n'],
    ['a header', 'x,y\n1,2\n3,4'],
    ['quotes', '"x","y"\n"1","2"\n"3","4"'],
    ['a header of another width', '2,2,classes\n1,2\n3,4'],
    ['comments and empty lines', '# points\n\n1,2\n\n3,4'],
    ['exponents and signs', '+1.0,.2e1\n3.,40E-1'],
  ])('reads %s', (_what, text) => {
    const set = csv(text)
    expect(set).toMatchObject({ kind: 'points', shape: [2], length: 2 })
    expect([...set.data]).toEqual([1, 2, 3, 4])
    expect(set.affine).toEqual({ shift: [2, 3], scale: [1, 1] })
  })

  it('takes the labels from a column', () => {
    const expected = { length: 3, shape: [1], classNames: ['cat', 'dog'], labels: Int32Array.of(1, 0, 1) }
    expect(csv('x,class\n1,dog\n2,cat\n3,dog')).toMatchObject(expected)
    expect(csv('animal,x\ndog,1\ncat,2\ndog,3', { labels: 'animal' })).toMatchObject(expected)
    expect(csv('name,animal\n1,dog\n2,cat\n3,dog', { labels: -1 })).toMatchObject(expected)
    expect(csv('x,label\n1,10\n2,9\n3,10').classNames).toEqual(['9', '10'])
  })

  it.each([
    ['', 'no rows'],
    ['x,y', 'no rows'],
    ['1,2\n3', 'line 2 has 1 cells'],
    ['1,2\n3,', 'line 2, column 2: "" is no number'],
    ['x,y\n1,2\n\n3,nan', 'line 4, column 2: "nan"'],
    ['1\n0x10', '"0x10" is no number'],
    ['1\n1e999', 'holds Infinity'],
    ['class\na', 'no columns besides the labels'],
  ])('refuses %j', (text, message) => {
    expect(() => csv(text)).toThrow(dataError(message))
  })

  it('refuses a label column that is not there', () => {
    expect(() => csv('x,y\n1,2', { labels: 'z' })).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(() => csv('x,y\n1,2', { labels: 2 })).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('datasetFromArray', () => {
  const make = (shape: number[], data: NumericArray, labels?: NumericArray) =>
    datasetFromArray({ shape, data }, { name: 'x', labels: labels && { shape: [labels.length], data: labels } })

  it.each<[string, number[], NumericArray, string, number[]]>([
    ['bytes [N, H, W]', [2, 5, 6], new Uint8Array(60), 'image', [1, 5, 6]],
    ['bytes [N, C, H, W]', [2, 3, 5, 6], new Uint8Array(180), 'image', [3, 5, 6]],
    ['bytes [N, H, W, C]', [2, 5, 6, 3], new Uint8Array(180), 'image', [3, 5, 6]],
    ['five channels', [1, 5, 6, 6], new Uint8Array(180), 'image', [5, 6, 6]],
    ['floats [N]', [4], new Float64Array(4), 'points', [1]],
    ['integers [N, d]', [4, 3], new BigInt64Array(12), 'points', [3]],
    ['series [N, C, L]', [2, 1, 9], new Float32Array(18), 'array', [1, 9]],
    ['floats [N, H, W, C]', [2, 5, 6, 1], new Float32Array(60), 'image', [1, 5, 6]],
    ['floats [N, H, W]', [2, 9, 16], new Float32Array(288), 'image', [1, 9, 16]],
    ['floats [N, many, H, W]', [2, 5, 6, 7], new Float32Array(420), 'array', [5, 6, 7]],
  ])('%s', (_what, shape, data, kind, item) => {
    expect(make(shape, data)).toMatchObject({ kind, shape: item, length: shape[0] })
  })

  it('moves the channels to the front', () => {
    const set = make([1, 5, 1, 2], Uint8Array.of(0, 10, 1, 11, 2, 12, 3, 13, 4, 14))
    expect([...set.data]).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14])
  })

  it('takes labels of any integer type', () => {
    expect([...make([2], new Float32Array(2), BigInt64Array.of(1n, 0n)).labels!]).toEqual([1, 0])
    expect([...make([2], new Float32Array(2), Float32Array.of(1, 0)).labels!]).toEqual([1, 0])
  })

  it.each<[string, () => unknown]>([
    ['a scalar', () => make([], Uint8Array.of(1))],
    ['no items', () => make([0, 5, 5], new Uint8Array(0))],
    ['no columns', () => make([5, 0], new Float32Array(0))],
    ['half labels', () => make([2], new Float32Array(2), Float32Array.of(0.5, 0))],
    ['negative labels', () => make([2], new Float32Array(2), BigInt64Array.of(-1n, 0n))],
    ['numbers beyond single precision', () => make([2], Float64Array.of(1e300, 0))],
  ])('refuses %s', (_what, run) => {
    expect(run).toThrow(dataError('x'))
  })
})

describe('broken files', () => {
  const parsers: Record<string, { parse: (bytes: Uint8Array) => unknown; files: Uint8Array[] }> = {
    idx: { parse: parseIdx, files: [idx(8, [2, 3], [1, 2, 3, 4, 5, 6]), idx(0x0d, [1], [1, 2, 3, 4])] },
    npy: { parse: parseNpy, files: (['f4', 'u1 3d fortran', 'version 2', 'complex'] as const).map(numpyFile) },
    npz: { parse: (b) => parseNpz(b), files: [numpyFile('npz'), numpyFile('npz compressed')] },
    cifar10: { parse: (b) => parseCifar10([b]), files: [new Uint8Array(3073)] },
    csv: { parse: (b) => parseCsv(b), files: [bytesOf('x,y,class\n1,2,a\n3,4,b\n'), bytesOf('1 2\n3 4')] },
  }

  it.each(Object.entries(parsers))('%s: are read, or refused with a data error', (_name, { parse, files }) => {
    const mutated = fc.tuple(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.option(fc.nat(), { nil: undefined }),
    )
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      mutated.map(([file, changes, cut]) => {
        const copy = file.slice()
        for (const [at, value] of changes) copy[at % copy.length] = value
        return cut === undefined ? copy : copy.slice(0, cut % (copy.length + 1))
      }),
    )
    fc.assert(
      fc.property(bytes, (bytes) => {
        try {
          parse(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'TweedieError', code: 'data' })
        }
      }),
      { numRuns: 700 },
    )
  })
})
