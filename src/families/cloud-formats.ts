/** Files of drawn clouds. */
import type { DataScale } from '../files/data/dataset.ts'
import { type Cloud, writeObj, writePly, writeXyz } from '../files/data/formats/mesh/write-clouds.ts'
import { cloudSvg } from '../files/show/cloud-svg.ts'
import type { Drawn, ItemFormat } from './drawn.ts'

/**
 * The formats of clouds. A PLY file is binary; OBJ holds several clouds, and so does a drawing.
 *
 * @param seen `[items, n, d]` as the network has them @param values the same in the units of the data
 */
export function formatsOfClouds(
  { shape }: DataScale,
  seen: Float32Array,
  values: Float32Array,
): Pick<Drawn, 'formats' | 'eachAs'> {
  const [n, d] = shape as [number, number]
  const cloud = (item: number): Cloud => ({ points: values.subarray(item * n * d, (item + 1) * n * d), coordinates: d })
  const one = (write: (cloud: Cloud) => Uint8Array): ItemFormat => ({
    several: false,
    bytes: (first) => write(cloud(first)),
  })
  return {
    formats: {
      '.ply': one(writePly),
      '.xyz': one(writeXyz),
      '.obj': {
        several: true,
        bytes: (first, count) => writeObj(Array.from({ length: count }, (_, i) => cloud(first + i))),
      },
      '.svg': {
        several: true,
        bytes: (first, count, { columns }) =>
          new TextEncoder().encode(
            cloudSvg(seen.subarray(first * n * d, (first + count) * n * d), [n, d], { columns }),
          ),
      },
    },
    eachAs: ['.ply'],
  }
}
