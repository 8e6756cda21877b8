/** Readers of data, through the same door as every command: from a path to a data set. */
import sharp from 'sharp'
import { gzipSync } from 'node:zlib'
import { namedColumns } from '../../../src/files/data/formats/table-columns.ts'
import { writeNpy } from '../../../src/files/data/formats/npy.ts'
import { writeNpz } from '../../../src/files/data/formats/npz.ts'
import { unzipFolder, zipFolder } from '../../../src/files/data/formats/zip.ts'
import { parseObservations } from '../../../src/files/data/fields/observations.ts'
import { pictureValues } from '../../../src/files/io/node/read-picture.ts'
import { moleculeOfSmiles } from '../../../src/files/molecules/smiles.ts'
import type { Files } from './memory-tree.ts'
import { beside, file, floats, octets, opened } from './opened.ts'
import { type Reader, textBytes } from './reader.ts'
import { weatherFile } from './weather.ts'

const csv = textBytes('x,y,label\n1,2,a\n3.5,-4e-1,b\n"5",6,"a ""b"""\n7,7,a\n8,9,b\n')
const mixed = textBytes('age;sex;pay\n31;f;1.000,5\n44;m;2000\n;f;NA\n52;m;1500\n29;x;1200\n')
const stations = textBytes(
  'time,lat,lon,value,variable,sigma\n2019-03-25T06:00Z,50.5,10.25,281.5,t2m,1\n2019-03-25T12:00Z,-12,359,290,t2m,0.5\n',
)
const sdf = textBytes(
  `water\n  test\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 O   0  0\n    0.9572    0.0000    0.0000 H   0  0\n   -0.2400    0.9266    0.0000 H   0  0\n  1  2  1  0\n  1  3  1  0\nM  END\n> <energy>\n-76.4\n\n$$$$\n`,
)
const xyz = textBytes(
  '3\nwater\nO 0 0 0\nH 0.9572 0 0\nH -0.24 0.9266 0\n3\n\nO 0 0 0.1\nH 0.95 0 0.1\nH -0.24 0.92 0.1\n',
)
const obj = textBytes('v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1/1 2/2 4/4\nf 1//1 -1//2 3\n')
const off = textBytes('OFF\n4 4 6\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 1 2\n3 0 1 3\n3 0 2 3\n3 1 2 3\n')
const ply = textBytes(
  'ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nelement face 2\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 1 2\n3 0 1 3\n',
)
const stl = textBytes(
  'solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid a\n',
)

function binaryStl(): Uint8Array {
  const bytes = new Uint8Array(84 + 2 * 50)
  const view = new DataView(bytes.buffer)
  view.setUint32(80, 2, true)
  for (let i = 0; i < 24; i++) view.setFloat32(84 + 50 * Math.floor(i / 12) + 4 * (i % 12), i % 5, true)
  return bytes
}

function binaryPly(): Uint8Array {
  const head = textBytes(
    'ply\nformat binary_little_endian 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n',
  )
  const body = new DataView(new ArrayBuffer(36 + 13))
  for (let i = 0; i < 9; i++) body.setFloat32(4 * i, (i * i) % 5, true)
  body.setUint8(36, 3)
  for (let i = 0; i < 3; i++) body.setInt32(37 + 4 * i, i, true)
  return Uint8Array.from(Buffer.concat([head, new Uint8Array(body.buffer)]))
}

function idx(): Uint8Array {
  return Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4, ...octets([32]).data])
}

const picture = (format: 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff') => async (): Promise<readonly Uint8Array[]> => {
  const raw = { width: 9, height: 8, channels: 3 as const }
  const made = [sharp(octets([216]).data, { raw }), sharp(octets([72]).data, { raw: { ...raw, channels: 1 } })]
  const plain = await Promise.all(made.map((image) => image[format]().toBuffer()))
  const laced =
    format === 'png' || format === 'jpeg' ? [await made[0]!.clone()[format]({ progressive: true }).toBuffer()] : []
  return [...plain, ...laced].map((bytes) => Uint8Array.from(bytes))
}

const onePicture = async (): Promise<Files> => {
  const [bytes] = await (pictured ??= picture('png')())
  return { 'set/1.png': bytes!, 'set/2.png': bytes! }
}
let pictured: Promise<readonly Uint8Array[]> | undefined

const pictureReader = (format: 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff'): Reader => ({
  name: format,
  seeds: picture(format),
  read: async (bytes) => {
    const values = pictureValues(bytes, `x.${format}`, { shape: [3, 8, 8], why: 'it is tried', fit: 'cover' })
    await values.catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'TweedieError')) throw error
    })
    return opened('set', { [`set/a.${format}`]: bytes, [`set/b.${format}`]: bytes }, { size: 8 })
  },
  share: 0.15,
})

export const dataReaders: readonly Reader[] = [
  file('a.npy', [
    writeNpy(floats([3, 4])),
    writeNpy(octets([2, 8, 8])),
    writeNpy({ shape: [3], data: Float64Array.of(1, 2, 3) }),
  ]),
  file('a.npz', [
    writeNpz({ images: octets([2, 8, 8]), labels: { shape: [2], data: Int32Array.of(0, 1) } }),
    writeNpz({ x: floats([4, 2]) }),
  ]),
  file('a.csv', [csv, textBytes('1,2\n3,4\n5,6\n')]),
  file('a.csv', [csv, mixed], { table: true }, 'csv-table'),
  file('a.csv', [mixed, csv], { tokens: 'columns' }, 'csv-tokens'),
  file('a.tsv', [textBytes('a\tb\n1\t2\n3\t4\n')]),
  file('a.sdf', [sdf], {}, 'sdf', 0.5),
  file('a.xyz', [xyz]),
  file('a.smi', [textBytes('CCO ethanol\nc1ccccc1\nC[C@H](N)C(=O)O alanine\n[NH4+].[Cl-]\n')], {}, 'smi', 0.1),
  file('a.idx', [idx(), Uint8Array.from(gzipSync(idx()))]),
  file('a.nc', [weatherFile(4)], {}, 'netcdf3'),
  file('a.txt', [textBytes('It was the best of times,\nit was the worst of times.\n'.repeat(6))], { length: 8 }, 'txt'),
  file('a.jsonl', [textBytes('{"text": "one two"}\n{"text": "three four five"}\n'.repeat(8))], { length: 8 }, 'jsonl'),
  ...Object.entries({
    obj: [obj],
    off: [off],
    ply: [ply, binaryPly()],
    stl: [stl, binaryStl()],
    pts: [textBytes('0 0 0\n1 2 3\n-1 0.5 2\n4 4 4\n'.repeat(4))],
  }).map(([end, seeds]): Reader => ({
    name: end,
    seeds: () => seeds,
    read: (bytes) =>
      opened('set', { [`set/a.${end}`]: bytes, [`set/b.${end}`]: seeds[0]! }, { points: 16, as: 'clouds' }),
    share: 0.5,
  })),
  beside(
    'metadata.jsonl',
    'metadata.jsonl',
    onePicture,
    [
      textBytes(
        '{"file_name": "1.png", "text": "a red circle", "label": "a"}\n{"file_name": "2.png", "text": "b", "label": "b"}\n',
      ),
    ],
    { captions: true },
  ),
  beside(
    'metadata.csv',
    'metadata.csv',
    onePicture,
    [textBytes('file_name,text,label\n1.png,a red circle,a\n2.png,"b, c",b\n')],
    { captions: true },
  ),
  beside('1.txt', 'caption.txt', onePicture, [textBytes('a red circle')], { captions: true }, 0.1),
  {
    name: 'stations.csv',
    seeds: () => [stations, textBytes('t,x,y,value\n0,1,2,3\n1,0,0,0.5\n')],
    read: (bytes) => parseObservations(bytes, 'stations.csv'),
  },
  { name: 'columns', seeds: () => [csv, mixed], read: (bytes) => namedColumns(bytes, 'a.csv') },
  {
    name: 'smiles',
    seeds: () => ['CC(=O)Oc1ccccc1C(=O)O', 'C1CC1', '[13CH4]', 'F/C=C/F'].map(textBytes),
    read: (bytes) => moleculeOfSmiles(Buffer.from(bytes).toString('latin1')),
    share: 0.2,
  },
  {
    name: 'zip',
    seeds: () => [
      zipFolder(
        new Map([
          ['a.txt', csv],
          ['b/c.json', textBytes('{}')],
        ]),
        'set',
      ),
    ],
    read: (bytes) => unzipFolder(bytes, 'set'),
  },
  {
    name: 'csv.gz',
    seeds: () => [csv],
    read: (bytes) => opened('a.csv.gz', { 'a.csv.gz': Uint8Array.from(gzipSync(bytes)) }),
    share: 0.2,
  },
  ...(['png', 'jpeg', 'gif', 'webp', 'tiff'] as const).map(pictureReader),
]
