/** Writes TIFF files of floats, which the library reads and does not write. */
import { writeFileSync } from 'node:fs'

/** One channel, one strip, no compression; low byte first. */
export function floatTiff(path: string, values: Float32Array, width: number): void {
  const height = values.length / width
  const directory = 8 + values.byteLength
  const entries = [
    [256, width],
    [257, height],
    [258, 32], // bits
    [259, 1], // not compressed
    [262, 1], // black is 0
    [273, 8], // where the values begin
    [277, 1],
    [278, height],
    [279, values.byteLength],
    [339, 3], // floats
  ] as const
  const bytes = new DataView(new ArrayBuffer(directory + 2 + 12 * entries.length + 4))
  bytes.setUint32(0, 0x2a_4949, true)
  bytes.setUint32(4, directory, true)
  values.forEach((value, i) => bytes.setFloat32(8 + 4 * i, value, true))
  bytes.setUint16(directory, entries.length, true)
  entries.forEach(([tag, value], i) => {
    const at = directory + 2 + 12 * i
    bytes.setUint16(at, tag, true)
    bytes.setUint16(at + 2, 4, true)
    bytes.setUint32(at + 4, 1, true)
    bytes.setUint32(at + 8, value, true)
  })
  writeFileSync(path, new Uint8Array(bytes.buffer))
}
