/**
 * Quality against the number of steps: draws from one trained model with several samplers, and prints the Fréchet
 * distance to the training data by two kinds of features, and the share recognised as their class.
 *
 *     npx tsx bench/steps.ts runs/mnist DATA [--count 500] [--reference 1000] [--json]
 */
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/node/index.ts'
import { drawSamples, evaluateSamples, randomFeatures } from '../src/eval/index.ts'
import type { EvalReport } from '../src/eval/index.ts'
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

/** One sampler at one number of steps. Distances are plain Fréchet distances, of the same number of samples in every row. */
interface Row {
  readonly sampler: string
  readonly steps: number
  readonly evaluations: number
  /** By the features of the classifier: what the samples show. */
  readonly classifier: number
  /** By random convolutions: textures and edges. */
  readonly random: number
  readonly recognised: number
  readonly seconds: number
}

const random = randomFeatures(dataset.shape, engine)
const rows: Row[] = []
if (!values.json) console.log('sampler    steps  evaluations  Fréchet: classifier  random features  recognised')
for (const [name, list] of grid) {
  const sampler = samplerByName(name)
  for (const steps of list) {
    const start = performance.now()
    // Samplers that follow the noise start where there is still some signal.
    const times = timesOf(model.schedule, steps).map((t) => (name === 'heun' ? Math.min(t, 0.999) : t))
    const samples = await drawSamples(model, dataset, engine, {
      count: Number(values.count),
      sampler,
      times,
      batch: 100,
    })
    const seconds = (performance.now() - start) / 1e3
    const seen = await evaluateSamples(samples, dataset, engine, { store })
    const felt = await evaluateSamples(samples, dataset, engine, { store, features: random })
    rows.push({
      sampler: name,
      steps,
      evaluations: steps * sampler.evaluations,
      classifier: frechet(seen),
      random: frechet(felt),
      recognised: seen.recognition?.rate.value ?? Number.NaN,
      seconds,
    })
    if (!values.json) print(rows.at(-1)!)
  }
}
if (values.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)

function frechet(report: EvalReport): number {
  const training = report.comparisons.find(({ part }) => part === 'training')!
  if (training.kind !== 'features') throw new Error('images are needed')
  return training.frechet.distance
}

function print({ sampler, steps, evaluations, classifier, random, recognised }: Row): void {
  const cells = [
    sampler.padEnd(10),
    String(steps).padStart(5),
    String(evaluations).padStart(12),
    classifier.toFixed(3).padStart(20),
    random.toFixed(4).padStart(16),
    `${(100 * recognised).toFixed(1)} %`.padStart(11),
  ]
  console.log(cells.join(' '))
}
