/**
 * A sampler in one file beside our own sampling: how large the files are, how far apart the items, and how long both take, in turns.
 *
 *     npx tsx bench/one-file.ts [MODEL …] [--count 16] [--steps 20] [--rounds 8] [--threads 2] [--cpu] [--json]
 *
 * Without models: networks of random weights, an MLP of points and U-Nets of 28 × 28 pixels. Times are the shortest of the rounds;
 * `--cpu` counts the processor's time instead of the clock's, which others on the machine disturb less (take `--threads 1`).
 */
import { parseArgs } from 'node:util'
import { clipOf } from '../src/compiled/sampling.ts'
import { exportOnnx } from '../src/compiled/export-onnx.ts'
import { samplerFile, samplerFileFeeds } from '../src/compiled/one-file/sampler-file.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import { samplerByName } from '../src/diffusion/sample/registry.ts'
import type { LinearSampler } from '../src/diffusion/sample/sampler.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { train } from '../src/app/train.ts'
import { type Choices } from '../src/families/values/defaults.ts'
import { defaultSpec } from '../src/families/values/default-spec.ts'
import { warmGenerator } from '../src/families/values/generate.ts'
import type { Model } from '../src/families/values/model.ts'
import { modelOf } from '../src/families/values/model-of.ts'
import { builtinDataset, type BuiltinName, classCount, itemSize } from '../src/files/data/index.ts'
import { areBytes, denormalise } from '../src/files/data/normalise.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '16' },
    steps: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' },
    samplers: { type: 'string', default: 'dpm++-2m,heun' },
    cpu: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [count, steps, rounds, threads] = [values.count, values.steps, values.rounds, values.threads].map(Number) as [
  number,
  number,
  number,
  number,
]

/** Milliseconds so far. */
function clock(): number {
  if (!values.cpu) return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const engine = await nodeEngine()

/** A model after one step: what it draws does not matter here. */
async function fresh(data: BuiltinName, choices: Choices): Promise<Model> {
  const dataset = builtinDataset(data, { length: 64 })
  const spec = defaultSpec({ ...dataset, classes: classCount(dataset) }, { budget: { steps: 1 }, batch: 8, ...choices })
  let model: Model | undefined
  for await (const event of train({ spec, dataset, engine })) if (event.type === 'checkpoint') model = event.model
  return model!
}

interface Row {
  readonly model: string
  readonly sampler: string
  readonly parameters: number
  readonly networkBytes: number
  readonly fileBytes: number
  readonly difference: number
  readonly oursMs: number
  readonly fileMs: number
  readonly ratio: number
}

async function measured(name: string, model: Model, samplerName: string): Promise<Row> {
  const sampler = samplerByName(samplerName) as LinearSampler
  const times = timesOf(model.schedule, steps)
  const file = samplerFile(model, { sampler, times, clip: clipOf(model) })
  using session = await engine.createSession(file.bytes, { threads, cached: false })
  const classes = model.classNames.length
  const labels = classes > 0 ? Int32Array.from({ length: count }, (_, i) => i % classes) : undefined
  const feeds = samplerFileFeeds(file, { batch: count, ...(labels && { conditions: { labels } }) })
  const shape = [count, ...model.frame.item]
  const output = { dtype: 'float32', shape, data: new Float32Array(itemSize(shape)) } as const
  using ours = warmGenerator(model, engine, { threads })
  const taken: { readonly ours: number; readonly file: number }[] = []
  let items = new Float32Array(0)
  for (let round = 0; round <= rounds; round++) {
    const start = clock()
    items = (await ours.draw({ count, batch: count, sampler, times, labels, guidance: 0 })).items as typeof items
    const between = clock()
    await session.run(feeds, { output })
    taken.push({ ours: between - start, file: clock() - between })
  }
  const own = areBytes(model.scale)
    ? items.map((x) => Math.min(1, Math.max(0, (x + 1) / 2)))
    : (denormalise(model.scale, items) as Float32Array)
  const least = (of: 'ours' | 'file'): number => Math.min(...taken.slice(1).map((each) => each[of]))
  return {
    model: name,
    sampler: samplerName,
    parameters: model.weights.length,
    networkBytes: exportOnnx(model).length,
    fileBytes: file.bytes.length,
    difference: own.reduce((most, x, i) => Math.max(most, Math.abs(x - output.data[i]!)), 0),
    oursMs: least('ours'),
    fileMs: least('file'),
    ratio: least('file') / least('ours'),
  }
}

const models: (readonly [string, Model])[] = []
for (const path of positionals) models.push([path, modelOf(await readModelFolder(path))])
if (models.length === 0) {
  models.push([
    'moons, MLP 64 × 3',
    await fresh('moons', { network: { className: 'MLP', config: { width: 64, layers: 3 } } }),
  ])
  models.push(['glyphs, U-Net 16-32', await fresh('glyphs', { unet: { widths: [16, 32] } })])
  models.push(['glyphs, the default', await fresh('glyphs', {})])
}
const rows: Row[] = []
for (const [name, model] of models) {
  for (const sampler of values.samplers.split(',')) rows.push(await measured(name, model, sampler))
}
if (values.json) console.log(JSON.stringify(rows, null, 2))
else {
  for (const row of rows) {
    const { model, sampler, networkBytes, fileBytes, difference, oursMs, fileMs, ratio } = row
    const sizes = `${(fileBytes / 1e6).toFixed(2)} MB, the network alone ${(networkBytes / 1e6).toFixed(2)}`
    const apart = `apart ${difference.toExponential(1)}`
    console.log(
      `${model}, ${sampler}: ${sizes}; ${apart}; ${fileMs.toFixed(1)} ms, ours ${oursMs.toFixed(1)}: × ${ratio.toFixed(2)}`,
    )
  }
}
