/** Processes that are none: a collective of several trainers in one process, for tests. */
import type { Collective } from '../../src/tools/train/collective.ts'

/** `count` of them. A sum is ready when all have called for it. */
export function inProcess(count: number): readonly Collective[] {
  let waiting: { readonly values: Float32Array | Float64Array; readonly done: () => void }[] = []
  const sum = (values: Float32Array | Float64Array): Promise<void> =>
    new Promise((done) => {
      waiting.push({ values, done })
      if (waiting.length < count) return
      const all = waiting
      waiting = []
      const total = Float64Array.from(values, (_, i) => all.reduce((part, each) => part + each.values[i]!, 0))
      for (const each of all) {
        each.values.set(total)
        each.done()
      }
    })
  return Array.from({ length: count }, (_, rank) => ({
    name: 'in process',
    rank,
    count,
    local: count,
    sum,
    abort: () => {},
    close: async () => {},
  }))
}
