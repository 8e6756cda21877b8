/**
 * What weights and arithmetic in fewer bits cost: the size of the exported file, how far the network's output is off in each quarter of the noise
 * levels, the loss on held-out data (or, where nothing was held out, on the training data), and samples of equal seeds.
 *
 *     npx tsx bench/quantised.ts RUN … [--batches 4] [--count 200] [--sampler dpm++-2m] [--steps 10] [--threads 1] [--json]
 *
 * RUN is the folder of a run on images, points, maps or text. `--count 0` draws nothing. Distances are between so many samples and
 * the data, by features of random networks and, where there are classes, of a classifier: compare them within one table.
 * `time` is the least processor time of an evaluation, in turns, against that of float32. The row `int8 × int8` is of a file whose
 * weights are int8 and whose convolutions compute with whole numbers, by ranges of `calibrate`; it is left out for models of tokens
 * and for networks without convolutions.
 */
import { parseArgs } from 'node:util'
import { openParts } from '../src/app/node/open-data.ts'
import { isArrays } from '../src/files/data/any-dataset.ts'
import { openFolder } from '../src/app/node/open-folder.ts'
import { problemOf } from '../src/app/train.ts'
import { applyClassifier, classifierFeatures, drawSamples, randomFeatures } from '../src/eval.ts'
import { allItems } from '../src/tools/eval/items.ts'
import { folderStore } from '../src/tools/eval/node/folder-store.ts'
import { storedClassifier } from '../src/tools/eval/reference.ts'
import { isTweedieError } from '../src/errors.ts'
import { sizeOf } from '../src/engine/graph/index.ts'
import { frechetDistance } from '../src/tools/metrics/frechet.ts'
import type { TokenModel } from '../src/families/tokens/model.ts'
import type { Model } from '../src/families/values/model.ts'
import { type Arithmetic, computeWith } from '../src/compiled/arithmetic.ts'
import { calibrate } from '../src/compiled/calibrate.ts'
import { exportOnnx } from '../src/compiled/export-onnx.ts'
import { generateTokens } from '../src/families/tokens/generate.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import { roundWeights, type WeightFormat, weightFormats } from '../src/compiled/weight-format.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import type { ConvolutionRanges } from '../src/engine/onnx/int8-convolution.ts'
import { compile } from '../src/engine/runtime/program.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import type { Session, Tensors } from '../src/engine/runtime/session.ts'
import { samplerByName } from '../src/diffusion/sample/index.ts'
import { readRun } from '../src/tools/train/node/run-folder.ts'
import type { Batch, TrainData, TrainProblem } from '../src/tools/train/problem.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batches: { type: 'string', default: '4' },
    count: { type: 'string', default: '200' },
    sampler: { type: 'string', default: 'dpm++-2m' },
    steps: { type: 'string', default: '10' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
if (positionals.length === 0) throw new Error('usage: bench/quantised.ts RUN …')
const [count, steps, threads] = [values.count, values.steps, values.threads].map(Number) as [number, number, number]

/** A way to write the file: the weights, and the ranges of convolutions that compute with whole numbers. */
interface Way {
  readonly weights: WeightFormat
  readonly ranges: ConvolutionRanges | undefined
}

/** What is measured, by way. */
interface Row {
  readonly run: string
  readonly weights: WeightFormat
  readonly arithmetic: Arithmetic
  readonly bytes: number
  /** |y − ŷ| / |y| over the items in each quarter of the noise levels, the faintest first. */
  readonly errors: readonly number[]
  readonly loss: number
  readonly heldOut: boolean
  /** Against float32; 1 is as fast. */
  readonly time: number
  /** Measures of samples by name. */
  readonly samples: Readonly<Record<string, number>>
}

const engine = await nodeEngine()
const rows: Row[] = []
for (const run of positionals) rows.push(...(await measure(run)))
if (values.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)

type AnyModel = Model | TokenModel

async function measure(run: string): Promise<Row[]> {
  const [opened, record] = [(await openFolder(run)).model, await readRun(run)]
  if (opened.family === 'embeddings') throw new Error(`${run}: models of embeddings are not measured here`)
  const model = opened as AnyModel
  const { train, heldOut } = await openParts(record.data)
  const problem = await problemOf(record.spec, heldOut ?? train)
  const batches = Array.from({ length: Number(values.batches) }, (_, step) => {
    const batch = problem.emptyBatch()
    problem.fill(batch, step)
    return batch
  })

  const ranges = await rangesOf(model)
  const ways: readonly Way[] = [
    ...weightFormats.map((weights) => ({ weights, ranges: undefined })),
    ...(ranges ? [{ weights: 'int8', ranges } as const] : []),
  ]
  const files = ways.map((way) => exportOnnx(model, { ...way, batch: record.spec.batch }))
  const sessions = await Promise.all(files.map((file) => engine.createSession(file, { threads })))
  const outputs: Float32Array[][] = []
  for (const session of sessions) outputs.push(await outputsOf(session, model, batches))
  const times = await inTurns(sessions, model, batches[0]!)
  for (const session of sessions) session.dispose()

  const judge = count > 0 ? await judgeOf(run, train) : undefined
  const found: Row[] = []
  if (!values.json) console.log(`${run}: ${model.layout.size} parameters`)
  for (const [i, way] of ways.entries()) {
    const row = {
      run,
      weights: way.weights,
      arithmetic: way.ranges ? ('int8' as const) : ('float32' as const),
      bytes: files[i]!.length,
      errors: errorsByNoise(problem, batches, outputs[0]!, outputs[i]!),
      loss: await lossOf(problem, model, way, batches),
      heldOut: heldOut !== undefined,
      time: times[i]! / times[0]!,
      samples: judge ? await judge(model, way) : {},
    }
    found.push(row)
    if (!values.json) print(row)
  }
  return found
}

/** Ranges of the convolutions, where there are such. */
async function rangesOf(model: AnyModel): Promise<ConvolutionRanges | undefined> {
  if (model.family === 'tokens') return undefined
  try {
    return await calibrate(model, engine, { threads })
  } catch (error) {
    if (isTweedieError(error, 'usage')) return undefined
    throw error
  }
}

/** What the network of an exported file is fed of a batch: x_t, as tokens or as α x₀ + σ ε. */
function inputsOf({ network }: AnyModel, { feeds, levels }: Batch): Tensors {
  const [batch, size] = [levels.length, sizeOf(network.inputShape)]
  const { x0, epsilon, alpha, sigma, xt, t, labels } = feeds as Record<string, Float32Array>
  const shape = [batch, ...network.inputShape]
  const noisy = (): Float32Array =>
    x0!.map((value, i) => alpha![Math.floor(i / size)]! * value + sigma![Math.floor(i / size)]! * epsilon![i]!)
  return {
    x: xt ? { dtype: 'int32', shape, data: xt } : { dtype: 'float32', shape, data: noisy() },
    ...(!network.timeless && { t: { dtype: 'float32', shape: [batch], data: t! } }),
    ...(labels && { labels: { dtype: 'int32', shape: [batch], data: labels } }),
  }
}

async function outputsOf(session: Session, model: AnyModel, batches: readonly Batch[]): Promise<Float32Array[]> {
  const results: Float32Array[] = []
  for (const batch of batches) {
    const shape = [batch.levels.length, ...model.network.outputShape]
    const data = new Float32Array(sizeOf(shape))
    await session.run(inputsOf(model, batch), { output: { dtype: 'float32', shape, data } })
    results.push(data)
  }
  return results
}

/** The least processor time of one evaluation of each session, in milliseconds. */
async function inTurns(sessions: readonly Session[], model: AnyModel, batch: Batch): Promise<number[]> {
  const least = sessions.map(() => Infinity)
  for (let round = 0; round < 7; round++) {
    for (const [i, session] of sessions.entries()) {
      const before = process.cpuUsage()
      await outputsOf(session, model, [batch])
      const { user, system } = process.cpuUsage(before)
      least[i] = Math.min(least[i]!, (user + system) / 1e3)
    }
  }
  return least
}

function errorsByNoise(
  { levels }: TrainProblem,
  batches: readonly Batch[],
  truth: readonly Float32Array[],
  outputs: readonly Float32Array[],
): number[] {
  const [off, all] = [new Float64Array(4), new Float64Array(4)]
  for (const [b, batch] of batches.entries()) {
    const size = truth[b]!.length / batch.levels.length
    truth[b]!.forEach((value, i) => {
      const quarter = Math.floor((4 * batch.levels[Math.floor(i / size)]!) / levels)
      off[quarter]! += (value - outputs[b]![i]!) ** 2
      all[quarter]! += value ** 2
    })
  }
  return Array.from(off, (sum, quarter) => Math.sqrt(sum / all[quarter]!))
}

async function lossOf(problem: TrainProblem, model: AnyModel, way: Way, batches: readonly Batch[]): Promise<number> {
  const { layout, weights } = rounded(model, way)
  const { loss } = problem.loss(new Scope(), batches[0]!.levels.length)
  const constants = new Map(Array.from(layout.toMap(weights), ([name, { data }]) => [name, data]))
  using program = await compile({ loss }, engine, { constants, threads, ...computeWith(way.ranges) })
  let sum = 0
  for (const { feeds } of batches) sum += (await program.run(feeds)).loss![0]!
  return sum / batches.length
}

/** How samples are judged. The first that come, those of float32, are what later ones of the same seeds are held against. */
async function judgeOf(
  run: string,
  data: TrainData,
): Promise<(model: AnyModel, way: Way) => Promise<Record<string, number>>> {
  let first: ArrayLike<number> | undefined
  const batch = Math.min(count, 50)
  if (data.kind === 'tokens') {
    return async (model, way) => {
      if (model.family !== 'tokens') throw new Error('not a model of tokens')
      const { tokens } = await generateTokens(rounded(model, way), engine, { count, steps, batch, threads })
      first ??= tokens
      return { 'equal tokens': tokens.filter((token, i) => token === first![i]).length / tokens.length }
    }
  }
  if (!isArrays(data)) throw new Error('neither arrays nor tokens')
  const classifier = data.labels && (await storedClassifier(data, engine, folderStore(run), { threads }))
  const features = [
    ...(classifier ? [await classifierFeatures(classifier, engine, { threads })] : []),
    randomFeatures(data.shape, engine, { threads }),
  ]
  const real = await Promise.all(features.map((each) => each.extract(allItems(data))))
  return async (model, way) => {
    if ('vocabulary' in model) throw new Error('a model of tokens')
    const how = {
      sampler: samplerByName(values.sampler),
      times: timesOf(model.schedule, steps),
      arithmetic: way.ranges ?? 'float32',
    } as const
    const samples = await drawSamples(rounded(model, way), data, engine, { count, batch, threads, ...how })
    const items = allItems(samples)
    first ??= items
    const result: Record<string, number> = {
      'off by': Math.sqrt(items.reduce((sum, value, i) => sum + (value - first![i]!) ** 2, 0) / items.length),
    }
    for (const [i, each] of features.entries()) {
      result[each.name] = frechetDistance(real[i]!, await each.extract(items))
    }
    if (classifier && samples.labels) {
      const { predicted } = await applyClassifier(classifier, items, engine, { threads })
      result.recognised = samples.labels.filter((label, i) => predicted[i] === label).length / count
    }
    return result
  }
}

/** The model with the weights of a way; convolutions of whole numbers round theirs themselves. */
function rounded<M extends AnyModel>(model: M, { weights, ranges }: Way): M {
  return ranges ? roundOthers(model, weights, ranges) : roundWeights(model, weights)
}

/** The model with its weights rounded, but those of these convolutions. */
function roundOthers<M extends AnyModel>(model: M, format: WeightFormat, ranges: ConvolutionRanges): M {
  const { weights } = roundWeights(model, format)
  const [into, from] = [model.layout.toMap(weights), model.layout.toMap(model.weights)]
  for (const name of ranges.keys()) into.get(name)!.data.set(from.get(name)!.data)
  return { ...model, weights }
}

function print({ weights, arithmetic, bytes, errors, loss, heldOut, time, samples }: Row): void {
  const cells = [
    (arithmetic === 'int8' ? `${weights} × int8` : weights).padEnd(11),
    `${(bytes / 1e6).toFixed(2)} MB`.padStart(9),
    `output ${errors.map((error) => error.toExponential(1)).join(' ')}`,
    `loss${heldOut ? ' (held out)' : ''} ${loss.toFixed(5)}`,
    `time ${time.toFixed(2)}`,
    ...Object.entries(samples).map(([name, value]) => `${name} ${value.toFixed(4)}`),
  ]
  console.log(`  ${cells.join('  ')}`)
}
