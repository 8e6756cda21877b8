/** Tries inputs in a process of its own and tells its parent; `FUZZ` says how many, by which seed, and behind which reader to go on. */
import { dataReaders } from './data-readers.ts'
import { hunt } from './hunt.ts'
import { modelReaders } from './model-readers.ts'

const { inputs, seed, skip } = JSON.parse(process.env.FUZZ!) as { inputs: number; seed: number; skip: string }
const tell = (message: object): void => void process.send!(message)
const all = [...dataReaders, ...(await modelReaders())]
const shares = all.reduce((sum, { share = 1 }) => sum + share, 0)
const from = skip === '' ? 0 : all.findIndex(({ name }) => name === skip) + 1
const counts = all.map(({ share = 1 }) => Math.ceil((inputs * share) / shares))
const slice = 200
for (const [number, reader] of all.entries()) {
  if (number < from) continue
  for (let begin = 0; begin < counts[number]!; begin += slice) {
    tell({ at: { reader: reader.name, index: begin } })
    const count = Math.min(slice, counts[number]! - begin)
    for (const find of await hunt(reader, { seed, from: begin, count })) tell({ find })
  }
}
tell({ end: { readers: all.length, tried: counts.reduce((sum, each) => sum + each, 0) } })
process.disconnect()
