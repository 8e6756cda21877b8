/**
 * Restoration of held-back pictures by a trained model: tasks × methods, against simple answers.
 *
 *     npx tsx bench/restore.ts MODEL --data ../shared/data/mnist [--count 50] [--skip 8000] [--tasks inpaint,blur]
 *                              [--methods mmps,ddrm] [--steps 50] [--draws 1] [--crop 32] [--json]
 *
 * PSNR and SSIM of one draw for each picture, and of the mean of `--draws`; how many are recognised as their class by a classifier
 * trained on the rest of the data, as a share of those that are recognised clean. Posterior draws are not the best guess in the
 * mean square: that is the mean of many. The simple answers: black where nothing is seen, bicubic interpolation, Wiener's filter for
 * white data, and for data of their covariance (the best linear answer). `--skip` leaves out the items that the model has seen;
 * `--crop` cuts patches out of larger pictures.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/node/index.ts'
import { classCount, type ArrayDataset } from '../src/data/dataset.ts'
import { loadBatch } from '../src/data/normalise.ts'
import { select } from '../src/data/subset.ts'
import { applyClassifier } from '../src/eval/classifier.ts'
import { folderStore } from '../src/eval/node/folder-store.ts'
import { storedClassifier } from '../src/eval/reference.ts'
import { posteriorMethods, type PosteriorMethodName } from '../src/guidance/methods.ts'
import { conjugateGradients } from '../src/guidance/conjugate-gradients.ts'
import { readModelFolder } from '../src/io/node/index.ts'
import {
  averagePooling,
  boxMask,
  gaussianBlur,
  type LinearOperator,
  maskOperator,
  observe,
  type Observation,
  randomMask,
} from '../src/measure/index.ts'
import { times } from '../src/measure/matrix.ts'
import { bicubicMatrix } from '../src/measure/resolution.ts'
import { bothSides } from '../src/measure/separable.ts'
import { psnr, ssim } from '../src/metrics/index.ts'
import { defaultRestoreSteps, restore } from '../src/model/guided-restore.ts'
import { modelOf } from '../src/model/model.ts'
import { nodeEngine } from '../src/runtime/node.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    count: { type: 'string', default: '50' },
    skip: { type: 'string', default: '0' },
    tasks: { type: 'string' },
    methods: { type: 'string' },
    steps: { type: 'string' },
    draws: { type: 'string', default: '1' },
    batch: { type: 'string', default: '32' },
    crop: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (folder === undefined) throw new Error('which model? npx tsx bench/restore.ts MODEL --data DATA')
const [count, skip, draws, batch] = [flags.count, flags.skip, flags.draws, flags.batch].map(Number) as [
  number,
  number,
  number,
  number,
]

/** A measurement of pictures of a shape. */
interface Task {
  readonly operator: (shape: readonly number[]) => LinearOperator
  readonly sigma: number
}

const tasks: Readonly<Record<string, Task>> = {
  'super-resolution': { operator: (shape) => averagePooling(shape, 4), sigma: 0.01 },
  inpaint: { operator: (shape) => maskOperator(shape, boxMask(shape, { height: 10, width: 10 })), sigma: 0.01 },
  blur: { operator: (shape) => gaussianBlur(shape, 1.5), sigma: 0.05 },
  'random mask': { operator: (shape) => maskOperator(shape, randomMask(shape, 0.25)), sigma: 0.01 },
  denoise: { operator: (shape) => maskOperator(shape, Uint8Array.of(1), 'denoise'), sigma: 0.5 },
}

interface Row {
  readonly task: string
  readonly method: string
  readonly psnr: number
  readonly ssim: number
  readonly meanPsnr?: number
  /** A share of those that are recognised clean. */
  readonly recognised?: number
  readonly seconds: number
}

const model = modelOf(await readModelFolder(folder))
const engine = await nodeEngine()
const data = await openDataset(flags.data, { size: flags.crop === undefined ? undefined : Number(flags.crop) })
const [shape, size] = [data.shape, data.shape.reduce((a, b) => a * b, 1)]
const indices = Array.from({ length: Math.min(count, data.length - skip) }, (_, i) => skip + i)
const clean = loadBatch(data, indices, new Float32Array(indices.length * size))
const judge = await recogniser(data)
const rows: Row[] = []
let known: Prior | undefined

for (const [name, { operator: make, sigma }] of Object.entries(tasks)) {
  if (flags.tasks !== undefined && !flags.tasks.split(',').includes(name)) continue
  const operator = make(shape)
  const observed = await observe(operator, clean, { sigma, seed: 'restore' })
  for (const [method, answer] of baselines(name, operator)) {
    const begin = performance.now()
    await add(name, method, [await answer(observed)], begin)
  }
  for (const method of Object.keys(posteriorMethods) as PosteriorMethodName[]) {
    if (flags.methods !== undefined && !flags.methods.split(',').includes(method)) continue
    if (method === 'repaint' && !/inpaint|mask/.test(name)) continue
    const begin = performance.now()
    const all: Float32Array[] = []
    for (let seed = 0; seed < draws; seed++) {
      const steps = Number(flags.steps ?? defaultRestoreSteps[method])
      const { items } = await restore(model, engine, observed, { count: indices.length, method, steps, seed, batch })
      all.push(items)
    }
    await add(name, method, all, begin)
  }
}
if (flags.json)
  process.stdout.write(`${JSON.stringify({ model: folder, count: indices.length, draws, rows }, null, 2)}\n`)

async function add(task: string, method: string, all: readonly Float32Array[], begin: number): Promise<void> {
  const restored = all[0]!.map((value) => Math.min(1, Math.max(-1, value)))
  const mean = restored.map((_, i) => all.reduce((sum, items) => sum + items[i]! / all.length, 0))
  const each = (of: (a: Float32Array, b: Float32Array) => number, items: Float32Array): number =>
    indices.reduce((sum, _, i) => {
      const part = (array: Float32Array): Float32Array => array.subarray(i * size, (i + 1) * size)
      return sum + of(part(items), part(clean)) / indices.length
    }, 0)
  const row: Row = {
    task,
    method,
    psnr: each(psnr, restored),
    ssim: each((a, b) => ssim(a, b, shape), restored),
    ...(all.length > 1 && { meanPsnr: each(psnr, mean) }),
    ...(judge && { recognised: await judge(restored) }),
    seconds: (performance.now() - begin) / 1000,
  }
  rows.push(row)
  if (flags.json) return
  if (rows.length === 1)
    process.stdout.write('task              method      PSNR   SSIM  recognised  PSNR of the mean  seconds\n')
  const cells = [
    task.padEnd(18) + method.padEnd(10),
    row.psnr.toFixed(2).padStart(6),
    row.ssim.toFixed(3).padStart(7),
    (row.recognised === undefined ? '–' : `${(100 * row.recognised).toFixed(1)} %`).padStart(12),
    (row.meanPsnr?.toFixed(2) ?? '').padStart(18),
    row.seconds.toFixed(1).padStart(9),
  ]
  process.stdout.write(`${cells.join('')}\n`)
}

/** Simple answers to a task. */
function baselines(
  task: string,
  operator: LinearOperator,
): readonly (readonly [string, (observed: Observation<LinearOperator>) => Promise<Float32Array>])[] {
  const [channels, height, width] = shape as [number, number, number]
  const black = new Float64Array(clean.length).fill(-1)
  return [
    ...(task === 'super-resolution'
      ? [
          [
            'bicubic',
            async ({ y }: Observation) => {
              const [up, across] = [bicubicMatrix(height / 4, height), bicubicMatrix(width / 4, width)]
              const small = y.length / indices.length
              return Float32Array.from(
                indices.flatMap((_, i) =>
                  Array.from(bothSides(up, y.subarray(i * small, (i + 1) * small), across, channels)),
                ),
              )
            },
          ] as const,
        ]
      : [
          [
            'zero fill',
            async ({ y }: Observation<LinearOperator>) => {
              const seen = operator.forward(black)
              const shift = operator.adjoint(seen.map((value, k) => y[k]! - value))
              return Float32Array.from(black, (value, i) => value + shift[i]!)
            },
          ] as const,
        ]),
    ['wiener', (observed) => linearAnswer(observed, whitePrior())],
    ['linear', (observed) => linearAnswer(observed, dataPrior())],
  ]
}

interface Prior {
  readonly mean: Float64Array
  /** C v of an item. */
  readonly covariance: (v: Float64Array) => Float64Array
}

/** μ + C Aᵀ (A C Aᵀ + σ² I)⁻¹ (y − A μ). */
async function linearAnswer({ operator, y, sigma }: Observation<LinearOperator>, prior: Prior): Promise<Float32Array> {
  const m = y.length / indices.length
  const means = Float64Array.from(clean, (_, i) => prior.mean[i % size]!)
  const spread = (v: Float64Array): Float64Array => {
    const out = new Float64Array(v.length)
    for (let i = 0; i < v.length; i += size) out.set(prior.covariance(v.subarray(i, i + size)), i)
    return out
  }
  const seen = operator.forward(means)
  const u = await conjugateGradients(
    (v) => {
      const out = operator.forward(spread(operator.adjoint(v)))
      return out.map((value, k) => value + (sigma as number) ** 2 * v[k]!)
    },
    seen.map((value, k) => y[k]! - value),
    m,
    { iterations: 60, tolerance: 1e-6 },
  )
  const shift = spread(operator.adjoint(u))
  return Float32Array.from(means, (value, i) => value + shift[i]!)
}

/** The items that are not restored, at most 2000. */
function others(): { readonly values: Float32Array; readonly length: number } {
  const own = new Set(indices)
  const rest = Array.from({ length: data.length }, (_, i) => i)
    .filter((i) => !own.has(i))
    .slice(0, 2000)
  return { values: loadBatch(data, rest, new Float32Array(rest.length * size)), length: rest.length }
}

function whitePrior(): Prior {
  const { values } = others()
  const mean = values.reduce((sum, value) => sum + value / values.length, 0)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0)
  return { mean: new Float64Array(size).fill(mean), covariance: (v) => v.map((value) => variance * value) }
}

function dataPrior(): Prior {
  if (known) return known
  const { values, length } = others()
  const mean = new Float64Array(size)
  values.forEach((value, i) => (mean[i % size]! += value / length))
  const centred = values.map((value, i) => value - mean[i % size]!)
  const covariance = new Float64Array(size * size)
  for (let item = 0; item < length; item++) {
    const x = centred.subarray(item * size, (item + 1) * size)
    for (let i = 0; i < size; i++) {
      const row = covariance.subarray(i * size, (i + 1) * size)
      if (x[i] !== 0) for (let j = 0; j < size; j++) row[j]! += (x[i]! * x[j]!) / length
    }
  }
  return (known = { mean, covariance: (v) => times(covariance, size, v) })
}

/** The share of pictures that are recognised, relative to the clean ones; nothing for data without classes. */
async function recogniser(all: ArrayDataset): Promise<((items: Float32Array) => Promise<number>) | undefined> {
  if (!all.labels || classCount(all) < 2) return undefined
  const own = new Set(indices)
  const rest = select(
    all,
    Array.from({ length: all.length }, (_, i) => i).filter((i) => !own.has(i)),
  )
  const classifier = await storedClassifier(rest, engine, folderStore(join(tmpdir(), 'tweedie-bench-restore')))
  const hits = async (items: Float32Array): Promise<number> => {
    const { predicted } = await applyClassifier(classifier, items, engine)
    return predicted.filter((label, i) => label === all.labels![indices[i]!]).length
  }
  const best = await hits(clean)
  return async (items) => (await hits(items)) / best
}
