/** Items of data sets that are too large for memory, in memory: what readers do with a disk, without one. */
import type { ItemSink, ItemStorage } from '../../../src/files/data/item-storage.ts'

/** Takes all items, as many as there are. */
export function memoryStorage(): ItemStorage {
  return {
    async begin(): Promise<ItemSink> {
      const kept: (Uint8Array | Float32Array)[] = []
      return {
        append: (values) => kept.push(values.slice()) - 1,
        async finish(records, { convert = (values: Uint8Array | Float32Array) => values } = {}) {
          const items = Array.from(records, (record, place) => convert(kept[record]!, place))
          return {
            place: 'memory',
            type: items[0] instanceof Float32Array ? 'float32' : 'uint8',
            itemBytes: items[0]?.byteLength ?? 0,
            read: (index, out) => out.set(items[index]!),
            ahead: () => undefined,
            checks: () => new Uint32Array(items.length),
          }
        },
      }
    },
  }
}
