/**
 * Tries inputs in a process of its own and tells its parent. `FUZZ` says how many, by which seed, until when, and behind which place to go on. It goes
 * round all readers, some inputs each, so that whenever it is stopped, every reader had its share.
 */
import { allReaders } from './all-readers.ts'
import { hunt } from './hunt.ts'

/** Where a process stopped: the round, and the reader in it. */
export interface Place {
  readonly round: number
  readonly reader: string
}

const { inputs, seed, until, behind } = JSON.parse(process.env.FUZZ!) as {
  inputs: number
  seed: number
  /** Milliseconds since 1970. */
  until: number
  behind?: Place
}
const tell = (message: object): void => void process.send!(message)
const all = await allReaders()
const shares = all.reduce((sum, { share = 1 }) => sum + share, 0)
const plan = all.map((reader) => ({
  reader,
  count: Math.ceil((inputs * (reader.share ?? 1)) / shares),
  each: Math.ceil(100 * (reader.share ?? 1)),
}))
tell({ readers: all.length })
let skipped = behind !== undefined
for (let round = behind?.round ?? 0; plan.some(({ count, each }) => round * each < count); round++) {
  for (const { reader, count, each } of plan) {
    if (skipped) {
      skipped = reader.name !== behind!.reader
      continue
    }
    const from = round * each
    if (from >= count || Date.now() > until) continue
    tell({ at: { round, reader: reader.name, index: from } })
    const tried = Math.min(each, count - from)
    for (const find of await hunt(reader, { seed, from, count: tried })) tell({ find })
    tell({ tried })
  }
  if (Date.now() > until) break
}
tell({ end: true })
process.disconnect()
