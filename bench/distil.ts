/**
 * Few steps: trains a teacher and students of it, unless their folders are there, and prints what their samples are worth.
 *
 *     npx tsx bench/distil.ts [DATA] [--out /tmp/distil] [--teacher FOLDER] [--teacher-minutes 10] [--minutes 8] [--steps 4,1]
 *         [--count 2000] [--options '{"distilMethod":"progressive"}'] [--name plain]
 *
 * DATA is MNIST by default. All rows are of equally many samples, judged by one classifier and by one set of random filters; `share` is the
 * share of the teacher's recognised samples, drawn by its default sampler.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openFolder, trainRun } from '../src/app/node/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { applyClassifier, classifierFeatures, drawSamples, randomFeatures } from '../src/eval.ts'
import { samplerOf } from '../src/compiled/sampler-of.ts'
import type { Model } from '../src/families/values/model.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import type { OptionValues } from '../src/options.ts'
import { allItems } from '../src/tools/eval/items.ts'
import { folderStore } from '../src/tools/eval/node/folder-store.ts'
import { storedClassifier } from '../src/tools/eval/reference.ts'
import { frechetDistance } from '../src/tools/metrics/frechet.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: '/tmp/distil' },
    teacher: { type: 'string' },
    'teacher-minutes': { type: 'string', default: '10' },
    minutes: { type: 'string', default: '8' },
    steps: { type: 'string', default: '4,1' },
    count: { type: 'string', default: '2000' },
    options: { type: 'string', default: '{}' },
    name: { type: 'string', default: 'student' },
  },
})
const [data = '../shared/data/mnist'] = positionals
const teacher = values.teacher ?? join(values.out, 'teacher')
const more = JSON.parse(values.options) as OptionValues

await trained(teacher, { minutes: Number(values['teacher-minutes']) })
const engine = await nodeEngine()
const dataset = await openDataset(data)
const classifier = await storedClassifier(dataset, engine, folderStore(teacher), {})
const features = [await classifierFeatures(classifier, engine, {}), randomFeatures(dataset.shape, engine, {})]
const real = await Promise.all(features.map((each) => each.extract(allItems(dataset))))

console.log(
  `${'model'.padEnd(24)}steps  recognised   share  ${features.map(({ name }) => name.padStart(18)).join('')}  ms/item`,
)
const rate = await judge(teacher)
for (const steps of values.steps.split(',').filter((each) => each !== '')) {
  const folder = join(values.out, `${values.name}-${steps}`)
  const long = more.steps === undefined ? { minutes: Number(values.minutes) } : {}
  await trained(folder, { distil: teacher, stepsOfSampler: Number(steps), ...long, ...more })
  await judge(folder, rate)
}
process.exit(0)

/** Trains a model, unless its folder is there. */
async function trained(folder: string, options: OptionValues): Promise<void> {
  if (existsSync(join(folder, 'tweedie.json'))) return
  const start = performance.now()
  let text = ''
  for await (const event of trainRun({ data, out: folder, options, force: true })) {
    if (event.type === 'log') text = `step ${event.line.step}, loss ${event.line.loss.toFixed(4)}`
  }
  console.log(`# ${folder}: ${text}, ${((performance.now() - start) / 60_000).toFixed(1)} minutes`)
}

/** A row of the table: how many of a model's samples are recognised. */
async function judge(folder: string, ofTeacher?: number): Promise<number> {
  const model = (await openFolder(folder)).model as Model
  const count = Number(values.count)
  const start = performance.now()
  const samples = await drawSamples(model, dataset, engine, { count, sampler: samplerOf(model.sampling), batch: 100 })
  const milliseconds = (performance.now() - start) / count
  const items = allItems(samples)
  const seen = await applyClassifier(classifier, items, engine, {})
  const right = samples.labels!.filter((label, i) => seen.predicted[i] === label).length / count
  const distances = await Promise.all(
    features.map(async (each, i) => frechetDistance(real[i]!, await each.extract(items))),
  )
  const share = ofTeacher === undefined ? '' : `${((100 * right) / ofTeacher).toFixed(1)} %`
  const figures = distances.map((each) => each.toFixed(3).padStart(18)).join('')
  const name = folder.split('/').at(-1)!.padEnd(24)
  console.log(
    `${name}${String(model.sampling.steps).padStart(5)}${(100 * right).toFixed(1).padStart(10)} %${share.padStart(9)}${figures}${milliseconds.toFixed(1).padStart(9)}`,
  )
  return right
}
