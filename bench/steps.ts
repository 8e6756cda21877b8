/**
 * Quality against the number of steps: draws from one trained model with several samplers, and prints the Fréchet
 * distance to the training data (classifier features, with its standard error) and the share recognised as their class.
 *
 *     npx tsx bench/steps.ts runs/mnist DATA [--count 500] [--reference 1000] [--json]
 */
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/node/index.ts'
import { evaluateModel } from '../src/eval/index.ts'
import { folderStore } from '../src/eval/node/folder-store.ts'
import { readModelFolder } from '../src/io/node/index.ts'
import { modelOf } from '../src/model/model.ts'
import { timesOf } from '../src/model/times.ts'
import { nodeEngine } from '../src/runtime/node.ts'
import { samplerByName } from '../src/sample/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '500' },
    reference: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
})
const [folder, source] = positionals
if (folder === undefined || source === undefined) throw new Error('usage: bench/steps.ts MODEL DATA')

const model = modelOf(await readModelFolder(folder))
const dataset = await openDataset(source)
const engine = await nodeEngine()
const store = folderStore(folder)

/** Samplers with the numbers of steps that their users take; heun evaluates twice a step. */
const grid: readonly (readonly [string, readonly number[]])[] = [
  ['ddim', [5, 10, 20, 50, 100]],
  ['dpm++-2m', [5, 10, 20, 50]],
  ['unipc-2', [5, 10, 20, 50]],
  ['heun', [5, 10, 20]],
  ['ddpm', [10, 50, 200, Number(values.reference)]],
]

interface Row {
  readonly sampler: string
  readonly steps: number
  readonly evaluations: number
  readonly frechet: number
  readonly standardError: number | null
  readonly recognised: number | undefined
}
const rows: Row[] = []
if (!values.json) console.log('sampler    steps  evaluations  Fréchet distance  recognised')
for (const [name, list] of grid) {
  const sampler = samplerByName(name)
  for (const steps of list) {
    const times = timesOf(model.schedule, steps).map((t, i) => (i === 0 && name === 'heun' ? Math.min(t, 0.999) : t))
    const report = await evaluateModel(model, dataset, engine, {
      count: Number(values.count),
      sampler,
      times,
      batch: 100,
      store,
    })
    const against = report.comparisons.find(({ part }) => part === 'training')!
    if (against.kind !== 'features') throw new Error('images are needed')
    const row: Row = {
      sampler: name,
      steps,
      evaluations: steps * sampler.evaluations,
      frechet: against.frechet.corrected,
      standardError: against.frechet.standardError,
      recognised: report.recognition?.rate.value,
    }
    rows.push(row)
    if (values.json) continue
    const distance = `${row.frechet.toFixed(2)} ± ${row.standardError?.toFixed(2) ?? '–'}`
    console.log(
      `${name.padEnd(10)} ${String(steps).padStart(5)} ${String(row.evaluations).padStart(12)} ${distance.padStart(17)} ${((row.recognised ?? 0) * 100).toFixed(1).padStart(10)} %`,
    )
  }
}
if (values.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)
