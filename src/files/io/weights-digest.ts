/**
 * A digest of weights by name: says whether two models are the same. To be fast it takes a few pieces of each tensor: two trainings
 * differ everywhere.
 */
import type { ModelWeight } from './component.ts'
import { checksum } from './checksum.ts'

const pieces = 8
const pieceLength = 512

/** 16 hexadecimal digits. The order of the names does not matter. */
export function weightsDigest(parts: Iterable<readonly [part: string, weights: ReadonlyMap<string, ModelWeight>]>) {
  const lines: string[] = []
  for (const [part, weights] of parts) {
    for (const [name, { shape, data }] of weights) {
      const spread = Array.from({ length: pieces }, (_, i) => {
        const from = Math.floor((i / (pieces - 1)) * Math.max(0, data.length - pieceLength))
        const { buffer, byteOffset, byteLength } = data.subarray(from, from + pieceLength)
        return new Uint8Array(buffer, byteOffset, byteLength)
      })
      lines.push(`${part}.${name} ${shape.join()} ${checksum(...spread)}`)
    }
  }
  return checksum(new TextEncoder().encode(lines.sort().join('\n')))
}
