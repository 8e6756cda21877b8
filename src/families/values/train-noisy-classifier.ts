/** Trains a classifier of noisy data, for classifier guidance. */
import { batchIndices } from '../../files/data/batches.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { split } from '../../files/data/subset.ts'
import { TweedieError } from '../../errors.ts'
import { input, mul, neg } from '../../engine/graph/index.ts'
import { classifierLayout, classifierView, classifyNoisy, type NoisyClassifier } from './noisy-classifier.ts'
import { logProbabilities, logProbability } from './class-gradient.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { cosineSchedule } from '../../diffusion/noise/cosine.ts'
import { noiseLevel, timeOfNoiseLevel } from '../../diffusion/noise/schedule.ts'
import { fold, key, type Key, normal } from '../../engine/random/index.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { type ClassifierProblem, fitClassifier } from '../../tools/eval/fit-classifier.ts'
import { levelOf, stratified } from '../../tools/train/draws.ts'

/** How to train it. */
export interface NoisyClassifierOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly seed?: number | undefined
  /** Items to a step; default 64. */
  readonly batch?: number | undefined
  /** Default 2000. */
  readonly steps?: number | undefined
  /** The highest learning rate; default 2e-3. */
  readonly rate?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onStep?: ((step: number, total: number, loss: number) => void) | undefined
}

/** Noise levels σ/α at which it is judged. */
const judgedAt = [0.1, 0.5, 1, 2, 5] as const

/**
 * Minimises −log f_φ(y | x_t, t) over times that are uniform on the cosine schedule, on nine tenths of the data, and measures on
 * the rest. The same data and seed give the same classifier.
 *
 * @throws TweedieError `data` for data without at least two classes, `diverged` for a loss that is not finite
 */
export async function trainNoisyClassifier(
  dataset: ArrayDataset,
  engine: Engine,
  options: NoisyClassifierOptions = {},
): Promise<NoisyClassifier> {
  const { seed = 0, batch = 64, steps = 2000, rate = 2e-3, signal, onStep, ...session } = options
  const classes = classCount(dataset)
  const { shape, kind } = dataset
  if (!dataset.labels || classes < 2) {
    throw new TweedieError('data', `${dataset.name}: a classifier needs data of at least two classes`)
  }
  const run = fold(key(seed), 'noisy-classifier')
  const { train, heldOut } = split(dataset, 0.1, fold(run, 'split'))
  if (train.length < batch) {
    throw new TweedieError('data', `${dataset.name}: ${train.length} items for batches of ${batch}`)
  }
  const layout = classifierLayout(shape, classes)
  const size = itemSize(shape)
  const fill = noiser(size)
  const times = new Float64Array(batch)
  const order = fold(run, 'order')
  const problem: ClassifierProblem = {
    name: JSON.stringify(['noisy classifier', shape, classes, batch]),
    layout,
    stream: run,
    items: train.length,
    levels,
    loss(scope, count) {
      const labels = input('labels', [count], 'int32')
      const logits = classifyNoisy(scope, input('x', [count, ...shape]), input('t', [count]), classes)
      return { loss: mul(logProbability(logits, labels), -1 / count), itemLoss: neg(logProbabilities(logits, labels)) }
    },
    emptyBatch: () => ({ feeds: emptyFeeds(batch, size), levels: new Int32Array(batch) }),
    fill({ feeds, levels: drawn }, step) {
      const indices = batchIndices(order, train.length, batch, step)
      stratified(fold(run, 'times', step), times).forEach((time, j) => (drawn[j] = levelOf(time, levels)))
      fill(feeds as NoisyFeeds, train, indices, (j) => times[j]!, fold(run, 'noise', step))
    },
  }
  const how = { engine, batch, steps, rate, rising: Math.min(50, steps), signal, onStep, ...session }
  const params = await fitClassifier(problem, how)

  const accuracy = await judge({ layout, params, classes, shape }, heldOut, engine, {
    batch,
    stream: run,
    signal,
    session,
  })
  const classNames = dataset.classNames ?? Array.from({ length: classes }, (_, i) => String(i))
  return Object.freeze({ kind, shape, classNames, layout, params, seed, steps, accuracy })
}

/** The number of noise levels for reported losses. */
const levels = 1000

/** The share of held-back items that are recognised at each of some noise levels. */
async function judge(
  {
    layout,
    params,
    classes,
    shape,
  }: Pick<NoisyClassifier, 'layout' | 'params' | 'shape'> & { readonly classes: number },
  heldOut: ArrayDataset,
  engine: Engine,
  { batch, stream, signal, session }: JudgeOptions,
): Promise<NoisyClassifier['accuracy']> {
  const size = itemSize(shape)
  const fill = noiser(size)
  const feeds = emptyFeeds(batch, size)
  const logits = classifyNoisy(new Scope(), input('x', [batch, ...shape]), input('t', [batch]), classes)
  const constants = new Map(Array.from(layout.toMap(params), ([name, { data }]) => [name, data]))
  using program = await compile({ logits }, engine, { ...session, constants })
  const accuracy: { noise: number; rate: number }[] = []
  for (const noise of judgedAt) {
    const t = timeOfNoiseLevel(schedule, noise)
    let hits = 0
    for (let first = 0; first < heldOut.length; first += batch) {
      const indices = Array.from({ length: batch }, (_, j) => Math.min(heldOut.length - 1, first + j))
      fill(feeds, heldOut, indices, () => t, fold(stream, 'judge', first))
      const results = await program.run({ x: feeds.x, t: feeds.t }, {}, { signal })
      for (let j = 0; j < Math.min(batch, heldOut.length - first); j++) {
        const row = (results.logits as Float32Array).subarray(j * classes, (j + 1) * classes)
        if (row.indexOf(Math.max(...row)) === feeds.labels[j]) hits++
      }
    }
    accuracy.push({ noise, rate: hits / heldOut.length })
  }
  return accuracy
}

interface JudgeOptions {
  readonly batch: number
  readonly stream: Key
  readonly signal: AbortSignal | undefined
  readonly session: Pick<SessionOptions, 'device' | 'threads'>
}

const schedule = cosineSchedule()

/** Its inputs. */
type NoisyFeeds = ReturnType<typeof emptyFeeds>

const emptyFeeds = (batch: number, size: number) => ({
  x: new Float32Array(batch * size),
  t: new Float32Array(batch),
  labels: new Int32Array(batch),
})

/** Fills a batch with items, each noised to a time of its own. */
function noiser(size: number) {
  const view = classifierView(schedule)
  return (
    inputs: NoisyFeeds,
    dataset: ArrayDataset,
    indices: ArrayLike<number>,
    timeOf: (j: number) => number,
    stream: Key,
  ): void => {
    loadBatch(dataset, indices, inputs.x)
    const noise = normal(stream, new Float32Array(inputs.x.length))
    for (let j = 0; j < inputs.t.length; j++) {
      // at the ends there is no noise, or no signal
      const t = Math.min(0.999, Math.max(0.001, timeOf(j)))
      const [alpha, scale] = [schedule.alpha(t), view.scale(t)]
      const level = alpha * noiseLevel(schedule, t)
      for (let i = j * size; i < (j + 1) * size; i++) inputs.x[i] = scale * (alpha * inputs.x[i]! + level * noise[i]!)
      inputs.t[j] = view.time(t)
      inputs.labels[j] = dataset.labels![indices[j]!]!
    }
  }
}
