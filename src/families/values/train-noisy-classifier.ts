/** Trains a classifier of noisy data, for classifier guidance. */
import { batchIndices } from '../../files/data/batches.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { split } from '../../files/data/subset.ts'
import { TweedieError } from '../../errors.ts'
import { gradients, input, mul, type Tensor } from '../../engine/graph/index.ts'
import { classifierLayout, classifierView, classifyNoisy, type NoisyClassifier } from './noisy-classifier.ts'
import { logProbability } from './class-gradient.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { cosineSchedule } from '../../diffusion/noise/cosine.ts'
import { noiseLevel, timeOfNoiseLevel } from '../../diffusion/noise/schedule.ts'
import { adamw } from '../../engine/optim/adamw.ts'
import { cosineRate, warmup } from '../../engine/optim/learning-rate.ts'
import { fold, key, type Key, normal } from '../../engine/random/index.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { stratified } from '../../tools/train/draws.ts'

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
  const { seed = 0, batch = 64, steps = 2000, rate: peak = 2e-3, signal, onStep, ...session } = options
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

  const scope = new Scope()
  const labels = input('labels', [batch], 'int32')
  const logits = classifyNoisy(scope, input('x', [batch, ...shape]), input('t', [batch]), classes)
  const loss = mul(logProbability(logits, labels), -1 / batch)
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs: Record<string, Tensor> = { loss, logits }
  gradients(loss, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))

  const params = initialize(layout, fold(run, 'weights'))
  const flat = new Float32Array(layout.size)
  const shown = {
    x: new Float32Array(batch * size),
    t: new Float32Array(batch),
    labels: new Int32Array(batch),
  }
  const feeds: Record<string, Float32Array | Int32Array> = { ...shown }
  const said = { loss: new Float32Array(1), logits: new Float32Array(batch * classes) }
  const into: Record<string, Float32Array> = { ...said }
  for (const { name } of layout.specs) {
    feeds[name] = layout.view(params, name)
    into[`gradient:${name}`] = layout.view(flat, name)
  }
  using program = await compile(outputs, engine, session)
  using bound = program.bind(feeds, into)
  const show = shower(shown, size)

  const optimizer = adamw({ weightDecay: 0.01 })
  const state = optimizer.init(layout.size)
  const rate = warmup(Math.min(50, steps), cosineRate({ peak, steps }))
  const times = new Float64Array(batch)
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted()
    const indices = batchIndices(fold(run, 'order'), train.length, batch, step)
    stratified(fold(run, 'times', step), times)
    show(train, indices, (j) => times[j]!, fold(run, 'noise', step))
    await bound.run({ signal })
    if (!Number.isFinite(said.loss[0])) {
      throw new TweedieError('diverged', `step ${step + 1}: the loss is ${said.loss[0]}`, { hint: 'a lower rate' })
    }
    optimizer.update(params, flat, state, rate(step), { clipNorm: 1 })
    onStep?.(step + 1, steps, said.loss[0]!)
  }

  const accuracy: { noise: number; rate: number }[] = []
  for (const noise of judgedAt) {
    const t = timeOfNoiseLevel(schedule, noise)
    let hits = 0
    for (let first = 0; first < heldOut.length; first += batch) {
      const indices = Array.from({ length: batch }, (_, j) => Math.min(heldOut.length - 1, first + j))
      show(heldOut, indices, () => t, fold(run, 'judge', first))
      await bound.run({ signal })
      for (let j = 0; j < Math.min(batch, heldOut.length - first); j++) {
        const row = said.logits.subarray(j * classes, (j + 1) * classes)
        if (row.indexOf(Math.max(...row)) === shown.labels[j]) hits++
      }
    }
    accuracy.push({ noise, rate: hits / heldOut.length })
  }
  const classNames = dataset.classNames ?? Array.from({ length: classes }, (_, i) => String(i))
  return Object.freeze({ kind, shape, classNames, layout, params, seed, steps, accuracy })
}

const schedule = cosineSchedule()

/** Fills a batch with items, each noised to a time of its own. */
function shower(
  shown: { readonly x: Float32Array; readonly t: Float32Array; readonly labels: Int32Array },
  size: number,
) {
  const view = classifierView(schedule)
  const noise = new Float32Array(shown.x.length)
  return (dataset: ArrayDataset, indices: ArrayLike<number>, timeOf: (j: number) => number, stream: Key): void => {
    loadBatch(dataset, indices, shown.x)
    normal(stream, noise)
    for (let j = 0; j < shown.t.length; j++) {
      // at the very ends there is no noise to name, or no signal
      const t = Math.min(0.999, Math.max(0.001, timeOf(j)))
      const [alpha, scale] = [schedule.alpha(t), view.scale(t)]
      const level = alpha * noiseLevel(schedule, t)
      for (let i = j * size; i < (j + 1) * size; i++) shown.x[i] = scale * (alpha * shown.x[i]! + level * noise[i]!)
      shown.t[j] = view.time(t)
      shown.labels[j] = dataset.labels![indices[j]!]!
    }
  }
}
