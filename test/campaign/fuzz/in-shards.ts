/** Weights of a model in two files with an index, the second in half precision, as transformers and diffusers write large ones. */
import { readSafetensors, toFloat32, writeSafetensors } from '../../../src/files/io/safetensors.ts'
import { textBytes } from './reader.ts'

/** The same files with the weights at a path in two. */
export function inShards(files: ReadonlyMap<string, Uint8Array>, path: string): ReadonlyMap<string, Uint8Array> {
  const stem = path.replace(/\.safetensors$/, '')
  const name = stem.slice(stem.lastIndexOf('/') + 1)
  const tensors = [...readSafetensors(files.get(path)!).tensors]
  const middle = tensors.length >> 1
  const shards = [tensors.slice(0, middle), tensors.slice(middle)]
  const halved = shards[1]!.map(([each, tensor]) => {
    const data = Uint16Array.from(toFloat32(tensor), (value) => (value < 0 ? 0xb000 : 0x3000))
    return [each, { dtype: 'F16' as const, shape: tensor.shape, data }] as const
  })
  const partOf = (i: number): string => `-0000${i + 1}-of-00002.safetensors`
  const map = shards.flatMap((shard, i) => shard.map(([each]) => [each, name + partOf(i)] as const))
  const all = new Map(files)
  all.delete(path)
  all.set(`${stem}${partOf(0)}`, writeSafetensors(new Map(shards[0]!)))
  all.set(`${stem}${partOf(1)}`, writeSafetensors(new Map(halved)))
  const index = { metadata: { total_size: 8 }, weight_map: Object.fromEntries(map) }
  return all.set(`${stem}.safetensors.index.json`, textBytes(JSON.stringify(index)))
}
