/**
 * Restoration of held-back pictures by a trained model: tasks × methods, against simple answers.
 *
 *     npx tsx bench/restore.ts MODEL --data ../shared/data/mnist [--train DATA] [--count 50] [--skip 8000] [--crop 32]
 *                              [--tasks inpaint,blur] [--methods mmps,ddrm] [--mean-of diffpir] [--draws 8]
 *                              [--steps mmps=25,dps=100] [--reach 400] [--batch 32] [--json]
 *
 * PSNR and SSIM of a draw for each picture, and of the mean of `--draws` for the methods of `--mean-of`; how many are recognised as
 * their class by a classifier trained on `--train`, as a share of those that are recognised clean. A draw of the posterior is not the
 * best guess in the mean square: that is the mean of many. The simple answers: black where nothing is seen, bicubic interpolation,
 * Wiener's filter for white data, and for data of their covariance (the best linear answer). `--reach` is ζ times the steps of DPS.
 *
 * `--train` is the data that the model has seen, from which the simple answers take their moments; by default all items of `--data`
 * that are not restored, and then `--skip` leaves out those that the model has seen. `--crop` cuts patches out of larger pictures,
 * and restores those of their right fifth.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDataset } from '../src/files/data/node/index.ts'
import { classCount, type ArrayDataset } from '../src/files/data/dataset.ts'
import { loadBatch } from '../src/files/data/normalise.ts'
import { select } from '../src/files/data/subset.ts'
import { applyClassifier } from '../src/tools/eval/classifier.ts'
import { folderStore } from '../src/tools/eval/node/folder-store.ts'
import { storedClassifier } from '../src/tools/eval/reference.ts'
import { posteriorMethods, type PosteriorMethodName } from '../src/diffusion/guidance/methods.ts'
import { conjugateGradients } from '../src/diffusion/guidance/conjugate-gradients.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'
import {
  averagePooling,
  boxMask,
  gaussianBlur,
  type LinearOperator,
  maskOperator,
  observe,
  type Observation,
  randomMask,
} from '../src/diffusion/measure/index.ts'
import { times } from '../src/diffusion/measure/matrix.ts'
import { bicubicMatrix } from '../src/diffusion/measure/resolution.ts'
import { bothSides } from '../src/diffusion/measure/separable.ts'
import { psnr, ssim } from '../src/tools/metrics/index.ts'
import { defaultRestoreSteps, restore } from '../src/families/values/restore.ts'
import { modelOf } from '../src/families/values/model-of.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    train: { type: 'string' },
    count: { type: 'string', default: '50' },
    skip: { type: 'string', default: '0' },
    tasks: { type: 'string' },
    methods: { type: 'string' },
    steps: { type: 'string' },
    'mean-of': { type: 'string', default: '' },
    draws: { type: 'string', default: '8' },
    reach: { type: 'string' },
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
  /** DPS: ζ times the number of steps, where ζ is 4 at most; tuned on training digits. */
  readonly reach: number
}

const tasks: Readonly<Record<string, Task>> = {
  'super-resolution': { operator: (shape) => averagePooling(shape, 4), sigma: 0.01, reach: 400 },
  inpaint: {
    operator: (shape) => maskOperator(shape, boxMask(shape, { height: 10, width: 10 })),
    sigma: 0.01,
    reach: 300,
  },
  blur: { operator: (shape) => gaussianBlur(shape, 1.5), sigma: 0.05, reach: 400 },
  'random mask': { operator: (shape) => maskOperator(shape, randomMask(shape, 0.25)), sigma: 0.01, reach: 300 },
  denoise: { operator: (shape) => maskOperator(shape, Uint8Array.of(1), 'denoise'), sigma: 0.5, reach: 100 },
}

/** Of items of more numbers the covariance is left out: it would take longer than the methods. */
const largestCovariance = 1024

/** How good some answers are. */
interface Quality {
  readonly psnr: number
  readonly ssim: number
  /** A share of those that are recognised clean. */
  readonly recognised?: number
}

interface Row extends Quality {
  readonly task: string
  readonly method: string
  /** That of the mean of so many draws. */
  readonly mean?: Quality & { readonly draws: number }
  readonly seconds: number
}

const model = modelOf(await readModelFolder(folder))
const engine = await nodeEngine()
const data = await open(flags.data, 'test')
const [shape, size] = [data.shape, data.shape.reduce((a, b) => a * b, 1)]
// patches that lie side by side are alike: those that are restored are spread over the pictures
const stride = flags.crop === undefined ? 1 : Math.max(1, Math.floor((data.length - skip) / count))
const indices = Array.from({ length: Math.min(count, data.length - skip) }, (_, i) => skip + i * stride)
const clean = loadBatch(data, indices, new Float32Array(indices.length * size))
const learned = await learnedData()
const judge = await recogniser(learned)
const steps = stepsOf(flags.steps)
const rows: Row[] = []
let known: Prior | undefined

for (const [name, { operator: make, sigma, reach }] of Object.entries(tasks)) {
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
    const settings = method === 'dps' ? { zeta: Math.min(4, Number(flags.reach ?? reach) / steps(method)) } : {}
    for (let seed = 0; seed < (flags['mean-of'].split(',').includes(method) ? draws : 1); seed++) {
      const how = { count: indices.length, method, settings, steps: steps(method), seed, batch }
      const { items } = await restore(model, engine, observed, how)
      all.push(items.map((value) => Math.min(1, Math.max(-1, value))))
    }
    await add(name, method, all, begin)
  }
}
if (flags.json) process.stdout.write(`${JSON.stringify({ model: folder, count: indices.length, rows }, null, 2)}\n`)

async function add(task: string, method: string, all: readonly Float32Array[], begin: number): Promise<void> {
  const each = await Promise.all(all.map(qualityOf))
  const average = (of: (quality: Quality) => number): number =>
    each.reduce((sum, quality) => sum + of(quality) / each.length, 0)
  const mean = all[0]!.map((_, i) => all.reduce((sum, items) => sum + items[i]! / all.length, 0))
  const row: Row = {
    task,
    method,
    psnr: average(({ psnr }) => psnr),
    ssim: average(({ ssim }) => ssim),
    ...(judge && { recognised: average(({ recognised }) => recognised!) }),
    ...(all.length > 1 && { mean: { draws: all.length, ...(await qualityOf(mean)) } }),
    seconds: (performance.now() - begin) / 1000,
  }
  rows.push(row)
  if (!flags.json) print(row)
}

/** PSNR and SSIM, averaged over the pictures, and how many are recognised. */
async function qualityOf(items: Float32Array): Promise<Quality> {
  const averaged = (of: (a: Float32Array, b: Float32Array) => number): number =>
    indices.reduce((sum, _, i) => {
      const part = (array: Float32Array): Float32Array => array.subarray(i * size, (i + 1) * size)
      return sum + of(part(items), part(clean)) / indices.length
    }, 0)
  return {
    psnr: averaged(psnr),
    ssim: averaged((a, b) => ssim(a, b, shape)),
    ...(judge && { recognised: await judge(items) }),
  }
}

/** A line of a table in Markdown. */
function print({ task, method, seconds, mean, ...one }: Row): void {
  if (rows.length === 1) {
    process.stdout.write(
      '| task | method | PSNR | SSIM | recognised | mean of draws: PSNR | SSIM | recognised | seconds |\n',
    )
    process.stdout.write(`${'|---'.repeat(9)}|\n`)
  }
  const cells = (quality: Quality | undefined): string[] => [
    quality?.psnr.toFixed(2) ?? '',
    quality?.ssim.toFixed(3) ?? '',
    quality?.recognised === undefined ? '' : `${(100 * quality.recognised).toFixed(1)} %`,
  ]
  process.stdout.write(`| ${[task, method, ...cells(one), ...cells(mean), seconds.toFixed(0)].join(' | ')} |\n`)
}

/** `--steps 30`, or `--steps mmps=25,dps=100`. */
function stepsOf(text: string | undefined): (method: PosteriorMethodName) => number {
  const parts = (text ?? '').split(',').map((part) => part.split('='))
  return (method) => {
    const own = parts.find(([name]) => name === method)?.[1] ?? parts.find((part) => part.length === 1)?.[0]
    return own ? Number(own) : defaultRestoreSteps[method]
  }
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
    ...(size <= largestCovariance
      ? [['linear', (observed: Observation<LinearOperator>) => linearAnswer(observed, dataPrior())] as const]
      : []),
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

/** Opens the data; of patches the part, those for tests side by side. */
function open(path: string, split: 'train' | 'test'): Promise<ArrayDataset> {
  if (flags.crop === undefined) return openDataset(path)
  const crop = Number(flags.crop)
  return openDataset(path, { crop, split, ...(split === 'test' && { stride: crop }) })
}

/** What the model has seen. */
async function learnedData(): Promise<ArrayDataset> {
  if (flags.train === undefined && flags.crop === undefined) return withoutRestored(data)
  return open(flags.train ?? flags.data, 'train')
}

/** The items that are not restored. */
function withoutRestored(all: ArrayDataset): ArrayDataset {
  const own = new Set(indices)
  return select(
    all,
    Array.from({ length: all.length }, (_, i) => i).filter((i) => !own.has(i)),
  )
}

/** What the simple answers learn from, 2000 items at most. */
function examples(): { readonly values: Float32Array; readonly length: number } {
  const first = Array.from({ length: Math.min(2000, learned.length) }, (_, i) => i)
  return { values: loadBatch(learned, first, new Float32Array(first.length * size)), length: first.length }
}

function whitePrior(): Prior {
  const { values } = examples()
  const mean = values.reduce((sum, value) => sum + value / values.length, 0)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0)
  return { mean: new Float64Array(size).fill(mean), covariance: (v) => v.map((value) => variance * value) }
}

function dataPrior(): Prior {
  if (known) return known
  const { values, length } = examples()
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
async function recogniser(from: ArrayDataset): Promise<((items: Float32Array) => Promise<number>) | undefined> {
  const { labels } = data
  if (!labels || classCount(data) < 2 || !from.labels) return undefined
  const classifier = await storedClassifier(from, engine, folderStore(join(tmpdir(), 'tweedie-bench-restore')))
  const hits = async (items: Float32Array): Promise<number> => {
    const { predicted } = await applyClassifier(classifier, items, engine)
    return predicted.filter((label, i) => label === labels[indices[i]!]).length
  }
  const best = await hits(clean)
  return async (items) => (await hits(items)) / best
}
