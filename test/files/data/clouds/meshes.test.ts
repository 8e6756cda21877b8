import { array, assert, constantFrom, double, integer, property, tuple, uint8Array } from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isTweedieError } from '../../../../src/errors.ts'
import { key, normal } from '../../../../src/engine/random/index.ts'
import { cloudOfMesh } from '../../../../src/files/data/clouds/cloud-of-mesh.ts'
import { thinEvenly } from '../../../../src/files/data/clouds/thin.ts'
import { parseMesh } from '../../../../src/files/data/formats/mesh/parse-mesh.ts'
import { writeObj, writePly, writeXyz } from '../../../../src/files/data/formats/mesh/write-clouds.ts'
import type { FileTree } from '../../../../src/files/data/file-tree.ts'
import { readShapeFolder } from '../../../../src/files/data/open/shape-folder.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Four corners of a pyramid, its base a polygon of three, and its sides. */
const corners = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
const triangles = [0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3]

const files: Readonly<Record<string, string>> = {
  'a.obj':
    '# a comment\nv 0 0 0\nv 1 0 0 0.5\nvn 0 0 1\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1//1 2//1 4//1\nf -3/1 -2/1 -1/1\nf 3 1 4\n',
  'b.off': 'OFF\n4 4 6\n# points\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3 255 0 0\n3 1 2 3\n3 2 0 3\n',
  'c.off': 'OFF4 4 0\r\n0 0 0\r\n1 0 0\r\n0 1 0\r\n0 0 1\r\n3 0 2 1\r\n3 0 1 3\r\n3 1 2 3\r\n3 2 0 3\r\n',
  'd.ply':
    'ply\nformat ascii 1.0\ncomment x\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\nelement face 4\nproperty list uchar int vertex_indices\nend_header\n0 0 0 9\n1 0 0 9\n0 1 0 9\n0 0 1 9\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 2 0 3\n',
}

describe.each(Object.keys(files))('%s', (name) => {
  it('is the shape that it says', () => {
    const mesh = parseMesh(bytes(files[name]!), name)
    expect([...mesh.points]).toEqual(corners)
    expect([...mesh.triangles]).toEqual(triangles)
  })
})

/** The pyramid as binary PLY, of either byte order, with an element between that is passed over. */
function binaryPly(little: boolean): Uint8Array {
  const header = `ply\nformat binary_${little ? 'little' : 'big'}_endian 1.0\nelement vertex 4\nproperty double x\nproperty float y\nproperty short z\nelement edge 1\nproperty int a\nproperty list ushort float b\nelement face 4\nproperty list uchar uint32 vertex_index\nend_header\n`
  const body = new DataView(new ArrayBuffer(4 * 14 + 4 + 2 + 8 + 4 * 13))
  let at = 0
  for (let i = 0; i < 4; i++) {
    body.setFloat64(at, corners[3 * i]!, little)
    body.setFloat32(at + 8, corners[3 * i + 1]!, little)
    body.setInt16(at + 12, corners[3 * i + 2]!, little)
    at += 14
  }
  body.setInt32(at, 7, little)
  body.setUint16(at + 4, 2, little)
  at += 14
  for (let i = 0; i < 4; i++) {
    body.setUint8(at++, 3)
    for (const corner of triangles.slice(3 * i, 3 * i + 3)) {
      body.setUint32(at, corner, little)
      at += 4
    }
  }
  return Uint8Array.from([...bytes(header), ...new Uint8Array(body.buffer)])
}

test.each([true, false])('a binary PLY file, little endian: %s', (little) => {
  const mesh = parseMesh(binaryPly(little), 'x.ply')
  expect([...mesh.points]).toEqual(corners)
  expect([...mesh.triangles]).toEqual(triangles)
  for (const length of [20, 200, 300]) {
    expect(() => parseMesh(binaryPly(little).slice(0, length), 'x.ply')).toThrow(/ends early|no header/)
  }
})

test('STL, binary and text', () => {
  const text =
    'solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid x\n'
  const binary = new DataView(new ArrayBuffer(84 + 50))
  binary.setUint32(80, 1, true)
  binary.setFloat32(84 + 12 + 12, 1, true)
  binary.setFloat32(84 + 12 + 24 + 4, 1, true)
  for (const file of [bytes(text), new Uint8Array(binary.buffer)]) {
    const mesh = parseMesh(file, 'x.stl')
    expect([...mesh.points]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0])
    expect([...mesh.triangles]).toEqual([0, 1, 2])
  }
})

test('texts of points: a header, a count, further columns, the plane', () => {
  expect([...parseMesh(bytes('x,y,z,r\n1,2,3,9\n4,5,6,9\n'), 'a.csv').points]).toEqual([1, 2, 3, 4, 5, 6])
  expect([...parseMesh(bytes('2\n1 2 3\n4 5 6\n'), 'a.pts').points]).toEqual([1, 2, 3, 4, 5, 6])
  const plane = parseMesh(bytes('1e-3 2\n\n.5;-4\n'), 'a.xyz')
  expect(plane).toMatchObject({ coordinates: 2, points: Float64Array.of(0.001, 2, 0.5, -4) })
})

test.each([
  ['v 0 0\n', 'a.obj', 'line 1: a point needs 3 finite numbers, got 0 0'],
  ['v 0 0 0\nv 1 0 nan\n', 'a.obj', 'line 2: a point needs 3 finite numbers'],
  ['v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n', 'a.obj', 'line 4: a face has the point 3, and there are 0 … 2'],
  ['v 0 0 0\nf 1 1\n', 'a.obj', 'line 2: a face of 2 points'],
  ['v 0 0 0\nf 0 1 1\n', 'a.obj', "line 2: '0' is no number of a point"],
  ['nothing', 'a.obj', 'there are no points'],
  ['OFF\n1 1 0\n0 0 0\n3 0 0 7\n', 'a.off', 'line 4: a face has the point 7'],
  ['OFF\n5 1 0\n0 0 0\n', 'a.off', 'it ends early'],
  ['1 2 3\n4 5\n', 'a.xyz', 'line 2: 2 numbers, and 3 in lines before'],
  ['C 0 0 0\nH 1 0 0\n', 'a.xyz', 'line 1'],
  [
    'ply\nformat ascii 1.0\nelement vertex 900000000\nproperty float x\nproperty float y\nend_header\n1 2\n',
    'a.ply',
    'it ends early',
  ],
  [
    'ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nend_header\n1 inf\n',
    'a.ply',
    'line 7: a point',
  ],
])('%j is refused with its place', (text, name, message) => {
  expect(() => parseMesh(bytes(text), name)).toThrow(message)
})

test('whatever bytes a file holds, it is a shape or an error of the data', () => {
  const starts = [
    ...Object.entries(files).map(([name, text]) => [name, bytes(text)] as const),
    ['e.ply', binaryPly(true)] as const,
  ]
  assert(
    property(
      constantFrom(...starts),
      array(tuple(integer({ min: 0, max: 400 }), integer({ min: 0, max: 255 })), { maxLength: 12 }),
      integer({ min: 0, max: 400 }),
      uint8Array({ maxLength: 8 }),
      ([name, start], changes, length, tail) => {
        const file = Uint8Array.from([...start.slice(0, Math.max(4, length)), ...tail])
        for (const [at, value] of changes) if (at < file.length) file[at] = value
        try {
          const { points, triangles: faces } = parseMesh(file, name)
          expect(points.every(Number.isFinite)).toBe(true)
          expect(faces.every((corner) => corner < points.length / 2)).toBe(true)
        } catch (error) {
          expect(isTweedieError(error, 'data'), String(error)).toBe(true)
        }
      },
    ),
    { numRuns: 400 },
  )
})

test('what is written is read again, to the last bit', () => {
  const numbers = array(double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 30 })
  assert(
    property(numbers, (values) => {
      const points = Float32Array.from(values.slice(0, values.length - (values.length % 3)))
      const cloud = { points, coordinates: 3 }
      for (const [name, file] of [
        ['x.ply', writePly(cloud)],
        ['y.ply', writePly(cloud, { ascii: true })],
        ['z.obj', writeObj([cloud])],
        ...(points.length > 3 ? [['w.pts', writeXyz(cloud)] as const] : []),
      ] as const) {
        expect(
          Float32Array.from(parseMesh(file, name).points, (x) => x + 0),
          name,
        ).toEqual(points.map((x) => x + 0))
      }
    }),
    { numRuns: 60 },
  )
})

describe('clouds of shapes', () => {
  /** A large square and a small one far away, a hundredth of its area. */
  const squares = parseMesh(
    bytes('v 0 0 0\nv 10 0 0\nv 10 10 0\nv 0 10 0\nf 1 2 3 4\nv 0 0 50\nv 1 0 50\nv 1 1 50\nv 0 1 50\nf 5 6 7 8\n'),
    'a.obj',
  )

  it('have points by area, within the faces, the same for the same seed', () => {
    const cloud = cloudOfMesh(squares, { points: 20_000 }, key(1))
    let [small, strays] = [0, 0]
    for (let i = 0; i < cloud.length; i += 3) {
      if (cloud[i + 2] === 50) small++
      else if (cloud[i + 2] !== 0 || cloud[i]! < 0 || cloud[i]! > 10) strays++
    }
    expect(strays).toBe(0)
    expect(Math.abs(small - 20_000 / 101)).toBeLessThan(4.5 * Math.sqrt(20_000 / 101))
    const again = cloudOfMesh(squares, { points: 10 }, key(1))
    expect(Array.from(cloudOfMesh(squares, { points: 10 }, key(1)))).toEqual(Array.from(again))
    expect(Array.from(cloudOfMesh(squares, { points: 10 }, key(2)))).not.toEqual(Array.from(again))
  })

  it('are even where that is asked for', () => {
    const nearest = (cloud: ArrayLike<number>): number => {
      let least = Infinity
      for (let i = 0; i < cloud.length; i += 3)
        for (let j = 0; j < i; j += 3)
          least = Math.min(
            least,
            Math.hypot(cloud[i]! - cloud[j]!, cloud[i + 1]! - cloud[j + 1]!, cloud[i + 2]! - cloud[j + 2]!),
          )
      return least
    }
    const [loose, even] = [false, true].map((evenly) => cloudOfMesh(squares, { points: 64, evenly }, key(3)))
    expect(nearest(even!)).toBeGreaterThan(4 * nearest(loose!))
  })

  it('keep the farthest of a line', () => {
    const line = Float64Array.from({ length: 101 }, (_, i) => i)
    const kept = [...thinEvenly(line, 1, 4, key(0))]
    const [first, second, third] = kept as [number, number, number]
    const end = first < 50 ? 100 : 0
    expect(second).toBe(end)
    // then the middle between these, unless the way to the other end is longer
    const middle = Math.abs(first - end) / 2
    const other = Math.abs(100 - end - first)
    expect(Math.abs(third - (other > middle ? 100 - end : (first + end) / 2))).toBeLessThanOrEqual(0.5)
  })

  it('are alike in place and size on request', () => {
    const cloud = cloudOfMesh(squares, { points: 500, normalise: 'shape' }, key(1))
    for (let axis = 0; axis < 3; axis++) {
      const column = cloud.filter((_, i) => i % 3 === axis)
      expect(column.reduce((sum, x) => sum + x, 0) / 500).toBeCloseTo(0, 5)
    }
    expect(cloud.reduce((sum, x) => sum + x * x, 0) / cloud.length).toBeCloseTo(1, 5)
    const points = { points: normal(key(2), new Float64Array(30)), coordinates: 3, triangles: new Uint32Array(0) }
    expect(() => cloudOfMesh(points, { points: 11 }, key(0))).toThrow('10 points and no faces, where 11')
    const flat = { points: new Float64Array(30), coordinates: 3, triangles: Uint32Array.of(0, 1, 2) }
    expect(() => cloudOfMesh(flat, { points: 2 }, key(0))).toThrow('no area')
  })
})

describe('a folder of shapes', () => {
  const content: Readonly<Record<string, string>> = {
    'boxes/a.obj': files['a.obj']!,
    'boxes/notes.txt': 'not a shape',
    'balls/b.off': files['b.off']!,
    'balls/broken.off': 'OFF\n1 1 0\n0 0 0\n3 0 0 7\n',
    'balls/few.xyz': '0 0 0\n1 1 1\n',
  }
  const tree: Pick<FileTree, 'list' | 'read'> = {
    async list(folder) {
      const below = Object.keys(content).filter((path) => folder === 'set' || `set/${path}`.startsWith(`${folder}/`))
      const parts = below.map((path) => `set/${path}`.slice(folder.length + 1).split('/'))
      const entries = new Map(
        parts.map(([name, more]) => [name!, more === undefined ? ('file' as const) : ('folder' as const)]),
      )
      return { identity: folder, entries: Array.from(entries, ([name, kind]) => ({ name, kind })) }
    },
    read: async (path) => bytes(content[path.slice(4)]!),
  }

  it('is classes of clouds, and every file that is left out is listed', async () => {
    const set = await readShapeFolder(tree, 'set', 'set', { points: 8 })
    expect(set).toMatchObject({ kind: 'cloud', shape: [8, 3], length: 2, classNames: ['balls', 'boxes'] })
    expect([...set.labels!]).toEqual([0, 1])
    expect(set.skipped).toEqual([
      { file: 'balls/broken.off', reason: 'line 4: a face has the point 7, and there are 0 … 0' },
      { file: 'balls/few.xyz', reason: '2 points and no faces, where 8 points are wanted' },
    ])
  })
})
