/** Readers of data that are read in parts: shards of pictures, arrays larger than memory; and those of other formats of many items. */
import sharp from 'sharp'
import { parseCifar10, parseCifar10Meta } from '../../../src/files/data/formats/cifar10.ts'
import { writeNpy } from '../../../src/files/data/formats/npy.ts'
import { writeNpz } from '../../../src/files/data/formats/npz.ts'
import { h5File } from '../../files/data/fields/h5-file.ts'
import { parquetFile } from '../../files/data/prepared/parquet-files.ts'
import { tarOf } from '../../support/tar.ts'
import { memoryStorage } from './memory-storage.ts'
import { file, floats, octets, opened } from './opened.ts'
import { type Reader, textBytes } from './reader.ts'

const png = async (): Promise<Uint8Array> => {
  const raw = { width: 8, height: 8, channels: 3 as const }
  return Uint8Array.from(
    await sharp(octets([192]).data, { raw })
      .png()
      .toBuffer(),
  )
}

const tar = async (): Promise<readonly Uint8Array[]> => {
  const picture = await png()
  const long = 'a-name-that-is-long/'.repeat(6)
  return [
    tarOf({ '0.png': picture, '0.cls': '1', '0.txt': 'a red circle', '1.png': picture, '1.json': '{"label": 2}' }),
    tarOf({ [`${long}0.png`]: picture, [`${long}0.txt`]: 'a name', [`${long}1.png`]: picture, [`${long}1.txt`]: 'b' }),
  ]
}

/** Arrays whose items go to where there is room. */
const large = (name: string, seeds: readonly Uint8Array[]): Reader => ({
  name: `large/${name}`,
  seeds: () => seeds,
  read: (bytes) => opened(name, { [name]: bytes }, {}, { through: (_, __, open) => open(memoryStorage()) }),
})

const field = async (): Promise<readonly Uint8Array[]> => [
  await h5File({ field: floats([4, 1, 3, 2]).data, shape: [4, 1, 3, 2] }),
]

export const largeReaders: readonly Reader[] = [
  file('a.tar', tar, { captions: true }, 'tar', 0.3),
  file('a.parquet', async () => [parquetFile('hub-snappy'), parquetFile('hub-zstd')], {}, 'parquet', 0.1),
  file('a.nc', field, {}, 'netcdf4', 0.05),
  large('a.npy', [writeNpy(floats([3, 4])), writeNpy(octets([2, 8, 8]))]),
  large('a.npz', [writeNpz({ images: octets([2, 8, 8]), labels: { shape: [2], data: Int32Array.of(0, 1) } })]),
  {
    name: 'cifar10',
    seeds: () => [Uint8Array.of(3, ...octets([3072]).data, 9, ...octets([3072]).data)],
    read: (bytes) => parseCifar10([bytes]),
    share: 0.1,
  },
  {
    name: 'batches.meta.txt',
    seeds: () => [textBytes('airplane automobile bird cat deer dog frog horse ship truck'.replaceAll(' ', '\n'))],
    read: (bytes) => parseCifar10Meta(Buffer.from(bytes).toString()),
    share: 0.1,
  },
]
