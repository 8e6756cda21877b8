/**
 * The pictures of docs/gallery.md: measurements of held-back data, and what a model makes of them.
 *
 *     npx tsx bench/gallery.ts MODEL --data ../shared/data/mnist --skip 8000 --out docs/gallery/digits
 *     npx tsx bench/gallery.ts MODEL --data ../shared/data/photos --crop 32 --out docs/gallery/patches
 *
 * Writes OUT-TASK.png for each task, a row to an item: what it was, what was measured, four draws, the mean of `--draws` and their
 * standard deviation, black being none; and OUT-edit.png, each item edited at rising strength. Of pictures that are cropped, the
 * patches are those of the right fifth. `--tasks` names some of them.
 */
import { parseArgs } from 'node:util'
import { loadBatch } from '../src/files/data/normalise.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { type PosteriorMethodName, posteriorMethods } from '../src/diffusion/guidance/methods.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'
import { writeImage } from '../src/files/io/node/images.ts'
import { toGrid } from '../src/files/io/raster.ts'
import * as measure from '../src/diffusion/measure/index.ts'
import { edit } from '../src/families/values/edit.ts'
import { defaultRestoreSteps, restore } from '../src/families/values/restore.ts'
import { modelOf } from '../src/families/values/model-of.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    out: { type: 'string', default: 'docs/gallery/digits' },
    skip: { type: 'string', default: '0' },
    count: { type: 'string', default: '4' },
    draws: { type: 'string', default: '16' },
    steps: { type: 'string' },
    crop: { type: 'string' },
    tasks: { type: 'string' },
  },
})
const [folder] = positionals
if (folder === undefined) throw new Error('which model? npx tsx bench/gallery.ts MODEL --data DATA')
const [skip, count, draws] = [flags.skip, flags.count, flags.draws].map(Number) as [number, number, number]

/** A measurement, how it is answered, and how it is shown. */
interface Task {
  readonly operator: measure.Operator
  readonly sigma: measure.Observation['sigma']
  readonly method: PosteriorMethodName
  /** A measurement of one item as a picture `[...from]`; default as it is. */
  readonly shown?: (y: Float64Array) => ArrayLike<number>
}

const engine = await nodeEngine()
const model = modelOf(await readModelFolder(folder))
const crop = flags.crop === undefined ? undefined : Number(flags.crop)
const data = await openDataset(flags.data, crop === undefined ? {} : { crop, stride: crop, split: 'test' })
const [channels, height, width] = data.shape as [number, number, number]
const size = channels * height * width
const indices = chosen()
const clean = loadBatch(data, indices, new Float32Array(count * size))
const largestSide = 84

for (const [name, task] of Object.entries(tasksOf(data.shape))) {
  if (flags.tasks === undefined || flags.tasks.split(',').includes(name)) await draw(name, task)
}
if (flags.tasks === undefined || flags.tasks.split(',').includes('edit')) await drawEdits()

/** Items spread over the data; of patches, over the half that has more to see than sky. */
function chosen(): number[] {
  const all = Array.from({ length: data.length - skip }, (_, i) => skip + i)
  const contrast = all.map((i) => {
    const item = Float64Array.from(data.data.subarray(i * size, (i + 1) * size))
    const mean = item.reduce((sum, value) => sum + value / size, 0)
    return item.reduce((sum, value) => sum + (value - mean) ** 2 / size, 0)
  })
  const median = [...contrast].sort((a, b) => a - b)[Math.floor(contrast.length / 2)]!
  const busy = crop === undefined ? all : all.filter((i) => contrast[i - skip]! >= median)
  return Array.from({ length: count }, (_, i) => busy[Math.floor((i * busy.length) / count)]!)
}

/** The tasks for items of a shape. */
function tasksOf(shape: readonly number[]): Readonly<Record<string, Task>> {
  const side = Math.round(0.36 * height)
  const masked = (seen: Uint8Array, method: PosteriorMethodName): Task => {
    const operator = measure.maskOperator(shape, seen)
    const hidden = Float64Array.from({ length: size }, (_, i) => (seen[i % seen.length] === 0 ? -1 : 0))
    const shown = (y: Float64Array): Float64Array => operator.adjoint(y).map((value, i) => value + hidden[i]!)
    return { operator, sigma: 0.01, method, shown }
  }
  const coder = channels === 3 ? measure.jpegCompression(shape, 10) : undefined
  return {
    'super-resolution': {
      operator: measure.averagePooling(shape, 4),
      sigma: 0.01,
      method: 'dps',
      shown: (y) => enlarged(y, channels, height / 4, width / 4, 4),
    },
    inpaint: masked(measure.boxMask(shape, { height: side, width: side }), 'dps'),
    'random-mask': masked(measure.randomMask(shape, 0.25), 'dps'),
    blur: { operator: measure.gaussianBlur(shape, 1.5), sigma: 0.05, method: 'mmps' },
    motion: { operator: measure.motionBlur(shape, 7, 30), sigma: 0.05, method: 'mmps' },
    ...(coder && {
      colorize: {
        operator: measure.greyScale(shape),
        sigma: 0.01,
        method: 'mmps',
        shown: (y) => Float64Array.from({ length: size }, (_, i) => y[i % y.length]!),
      } satisfies Task,
      jpeg: { operator: coder, sigma: coder.sigma, method: 'mmps', shown: (y) => coder.decode(y) } satisfies Task,
    }),
  }
}

async function draw(name: string, { operator, sigma, method, shown = (y) => y }: Task): Promise<void> {
  const rows: Float32Array[] = []
  for (let i = 0; i < count; i++) {
    const item = clean.subarray(i * size, (i + 1) * size)
    // rounding is noise enough
    const observed =
      typeof sigma === 'number'
        ? await measure.observe(operator, item, { sigma, seed: `gallery ${i}` })
        : measure.observation(operator, await operator.forward(item), sigma)
    const { items } = await restore(model, engine, observed, {
      count: draws,
      method,
      steps: flags.steps === undefined ? defaultRestoreSteps[method] : Number(flags.steps),
      seed: `gallery ${i}`,
    })
    const { mean, deviation } = summaryOf(items)
    const most = Math.max(0.2, ...deviation)
    const spread = deviation.map((value) => (2 * value) / most - 1)
    const own = [item, shown(Float64Array.from(observed.y)), ...firstOf(items, 4), mean, spread]
    rows.push(...own.map((picture) => Float32Array.from(picture)))
  }
  await write(name, rows, 8, { method, exact: posteriorMethods[method].exact })
}

/** Each item as it is, and edited at four strengths. */
async function drawEdits(): Promise<void> {
  const strengths = [0.3, 0.5, 0.7, 0.9]
  const steps = flags.steps === undefined ? {} : { steps: Number(flags.steps) }
  const edited = await Promise.all(
    strengths.map((strength) => edit(model, engine, clean.slice(), { strength, seed: 1, ...steps })),
  )
  const part = (all: Float32Array, i: number): Float32Array => all.slice(i * size, (i + 1) * size)
  const rows = indices.flatMap((_, i) => [part(clean, i), ...edited.map((all) => part(all, i))])
  await write('edit', rows, 1 + strengths.length, { strengths })
}

async function write(
  name: string,
  items: readonly Float32Array[],
  columns: number,
  made: Readonly<Record<string, unknown>>,
): Promise<void> {
  const by = Math.max(1, Math.floor(largestSide / height))
  const all = new Float32Array(items.length * size * by * by)
  items.forEach((item, i) => all.set(enlarged(item, channels, height, width, by), i * size * by * by))
  const path = `${flags.out}-${name}.png`
  const raster = toGrid(all, [items.length, channels, height * by, width * by], { columns })
  await writeImage(path, raster, { overwrite: true, provenance: { ...made, draws } })
  process.stdout.write(`${path}\n`)
}

/** Every pixel as a square of so many. */
function enlarged(x: ArrayLike<number>, planes: number, rows: number, columns: number, by: number): Float32Array {
  return Float32Array.from({ length: planes * rows * columns * by * by }, (_, at) => {
    const [plane, row, column] = [
      Math.floor(at / (rows * columns * by * by)),
      Math.floor(at / (columns * by)) % (rows * by),
      at % (columns * by),
    ]
    return x[(plane * rows + Math.floor(row / by)) * columns + Math.floor(column / by)]!
  })
}

function firstOf(items: Float32Array, many: number): Float32Array[] {
  return Array.from({ length: many }, (_, k) => items.subarray((k % draws) * size, ((k % draws) + 1) * size))
}

/** Mean and standard deviation of each value over the draws. */
function summaryOf(items: Float32Array): { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const mean = new Float32Array(size)
  items.forEach((value, i) => (mean[i % size]! += value / draws))
  const square = new Float32Array(size)
  items.forEach((value, i) => (square[i % size]! += (value - mean[i % size]!) ** 2 / Math.max(1, draws - 1)))
  return { mean, deviation: square.map(Math.sqrt) }
}
