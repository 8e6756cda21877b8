/**
 * Quality against the number of steps: draws from one trained model with several samplers, and prints Fréchet distances to
 * the training data by several kinds of features, and the share recognised as their class.
 *
 *     npx tsx bench/steps.ts MODEL DATA [--count 2000] [--samplers ddpm,unipc-2] [--steps 10,20] [--spacing karras | --last 0.02]
 *         [--batch 100] [--threads 1] [--rows rows.jsonl] [--svg plot.svg] [--json]
 *
 * `--last` lays out equal steps of time down to that one, and a last step to clean data. All rows are of equally many samples, and so share the bias of that many: compare rows of one table only. With `--rows`
 * every row is kept as soon as it is measured, and is not measured again: a run that was stopped goes on.
 */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openDataset } from '../src/files/data/node/index.ts'
import { classifierFeatures, drawSamples, type FeatureNetwork, randomFeatures } from '../src/eval.ts'
import { applyClassifier } from '../src/eval.ts'
import { allItems } from '../src/tools/eval/items.ts'
import { folderStore } from '../src/tools/eval/node/folder-store.ts'
import { storedClassifier } from '../src/tools/eval/reference.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'
import { featureSet } from '../src/tools/metrics/features.ts'
import { frechetDistance } from '../src/tools/metrics/frechet.ts'
import { modelOf } from '../src/families/values/model-of.ts'
import { type SpacingName, timesOf } from '../src/diffusion/sample/default-times.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { timeOfNoiseLevel } from '../src/diffusion/noise/index.ts'
import { karrasTimes, samplerByName, uniformTimes } from '../src/diffusion/sample/index.ts'
import { type StepsRow, stepsFigure } from './figures/steps.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '2000' },
    samplers: { type: 'string' },
    steps: { type: 'string' },
    spacing: { type: 'string' },
    last: { type: 'string' },
    batch: { type: 'string', default: '100' },
    threads: { type: 'string' },
    rows: { type: 'string' },
    svg: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [folder, source] = positionals
if (folder === undefined || source === undefined) throw new Error('usage: bench/steps.ts MODEL DATA')

/** Samplers with the numbers of steps that their users take; heun evaluates twice a step. */
const usual: Readonly<Record<string, readonly number[]>> = {
  'unipc-2': [5, 10, 20, 50],
  'dpm++-2m': [5, 10, 20, 50],
  ddim: [5, 10, 20, 50, 100],
  heun: [5, 10, 25],
  ddpm: [10, 25, 50, 100, 250, 1000],
}

/** More features than this make a distance that is mostly bias. */
const mostPixels = 128

const model = modelOf(await readModelFolder(folder))
const dataset = await openDataset(source)
const engine = await nodeEngine()
const session = values.threads === undefined ? {} : { threads: Number(values.threads) }
const classifier = dataset.labels && (await storedClassifier(dataset, engine, folderStore(folder), session))
const images = allItems(dataset)
const size = images.length / dataset.length

/** What samples are compared by: pixels, where there are few; what a classifier sees; edges and textures. */
const pixels: FeatureNetwork = { name: 'pixels', id: 'pixels', extract: async (items) => featureSet(items, size) }
const features = [
  ...(size <= mostPixels ? [pixels] : []),
  ...(classifier ? [await classifierFeatures(classifier, engine, session)] : []),
  randomFeatures(dataset.shape, engine, session),
]
const real = await Promise.all(features.map((each) => each.extract(images)))

const kept = values.rows === undefined ? '' : await readFile(values.rows, 'utf8').catch(() => '')
const rows: StepsRow[] = kept
  .split('\n')
  .filter((text) => text !== '')
  .map((text) => JSON.parse(text) as StepsRow)
const wanted = values.samplers?.split(',') ?? Object.keys(usual)

if (!values.json) {
  const names = features.map(({ name }) => name.padStart(20)).join('')
  console.log(`sampler    spacing    steps  evaluations${names}  recognised`)
  rows.forEach(print)
}
for (const name of wanted) {
  const list = values.steps?.split(',').map(Number) ?? usual[name] ?? [10, 20, 50]
  for (const steps of list) {
    const spacing = values.last === undefined ? (values.spacing ?? 'default') : `to ${values.last}`
    const count = Number(values.count)
    const same = (row: StepsRow): boolean =>
      row.sampler === name && row.steps === steps && row.spacing === spacing && row.count === count
    if (rows.some(same)) continue
    const row = await measure(name, steps, spacing, count)
    rows.push(row)
    if (values.rows !== undefined) await appendFile(values.rows, `${JSON.stringify(row)}\n`)
    if (!values.json) print(row)
  }
}
if (values.json) console.log(JSON.stringify(rows, null, 2))
if (values.svg !== undefined) await writeFile(values.svg, stepsFigure(rows))
process.exit(0)

async function measure(name: string, steps: number, spacing: string, count: number): Promise<StepsRow> {
  const sampler = samplerByName(name)
  const start = performance.now()
  const times = gridOf(name, steps)
  const batch = Number(values.batch)
  const samples = await drawSamples(model, dataset, engine, { count, sampler, times, batch, ...session })
  const seconds = (performance.now() - start) / 1e3
  const items = allItems(samples)
  const distances: Record<string, number> = {}
  for (const [i, each] of features.entries())
    distances[each.name] = frechetDistance(real[i]!, await each.extract(items))
  const { labels } = samples
  const seen = classifier && labels ? await applyClassifier(classifier, items, engine, session) : undefined
  const right = seen && labels ? labels.filter((label, i) => seen.predicted[i] === label).length / count : null
  return {
    sampler: name,
    spacing,
    steps,
    count,
    evaluations: steps * sampler.evaluations,
    distances,
    recognised: right,
    seconds: Math.round(seconds),
  }
}

/** The model's own grid, or another; `--last` are equal steps of time down to there, and one to clean data. */
function gridOf(name: string, steps: number): readonly number[] {
  const { schedule } = model
  // Heun's method follows σ/α, which must be finite: on EDM's own levels
  if (name === 'heun') return karrasTimes(schedule, steps, { from: timeOfNoiseLevel(schedule, 80) })
  if (values.last !== undefined) return [...uniformTimes(steps - 1, { to: Number(values.last) }), 0]
  return timesOf(schedule, steps, values.spacing as SpacingName | undefined)
}

function print({ sampler, spacing, steps, evaluations, distances, recognised }: StepsRow): void {
  const cells = [
    sampler.padEnd(10),
    spacing.padEnd(10),
    String(steps).padStart(5),
    String(evaluations).padStart(12),
    ...features.map(({ name }) => (distances[name] ?? Number.NaN).toFixed(4).padStart(19)),
    (recognised === null ? '' : `${(100 * recognised).toFixed(1)} %`).padStart(11),
  ]
  console.log(cells.join(' '))
}
