/** Trains the classifier with which labelled samples are judged, and applies it. */
import type { ArrayDataset } from '../data/dataset.ts'
import { classCount } from '../data/dataset.ts'
import { batchIndices } from '../data/batches.ts'
import { loadBatch } from '../data/normalise.ts'
import { split } from '../data/subset.ts'
import {
  cast,
  constant,
  equal,
  gradients,
  input,
  logSoftmax,
  mean,
  mul,
  neg,
  reshape,
  sizeOf,
  sum,
} from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { classify } from '../nn/classifier.ts'
import { initialize } from '../nn/initialize.ts'
import { layoutOf } from '../nn/layout.ts'
import type { Layout } from '../nn/layout.ts'
import { Scope } from '../nn/parameters.ts'
import { adamw } from '../optim/adamw.ts'
import { cosineRate, warmup } from '../optim/learning-rate.ts'
import { fold, integers, key } from '../random/index.ts'
import { compile } from '../runtime/program.ts'
import type { Program } from '../runtime/program.ts'
import type { Engine, SessionOptions } from '../runtime/session.ts'

/** A trained classifier. */
export interface Classifier {
  readonly shape: readonly number[]
  readonly classes: number
  readonly layout: Layout
  readonly params: Float32Array
  /** The share of held-back items that it recognises. */
  readonly accuracy: number
  readonly heldOut: number
}

/** How to train a classifier. */
export interface ClassifierOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly seed?: number
  readonly batch?: number
  /** By default enough for some twelve passes over the data, and at least 400. */
  readonly steps?: number
  readonly onStep?: (step: number, total: number, loss: number) => void
  readonly signal?: AbortSignal
}

/**
 * Trains on nine tenths of a labelled data set and measures on the rest. Images are shifted by up to two pixels.
 */
export async function trainClassifier(
  dataset: ArrayDataset,
  engine: Engine,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const { seed = 0, batch = 64, onStep, signal, ...session } = options
  const run = fold(key(seed), 'classifier')
  const { train, heldOut } = split(dataset, 0.1, fold(run, 'split'))
  const classes = classCount(dataset)
  const steps = options.steps ?? Math.max(400, Math.round((12 * train.length) / batch))

  const scope = new Scope()
  const x = input('x', [batch, ...dataset.shape])
  const labels = input('labels', [batch], 'int32')
  const { logits } = classify(scope, x, { classes })
  const layout = layoutOf(scope.specs)
  const loss = crossEntropy(logits, labels)
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs: Record<string, Tensor> = { loss }
  gradients(loss, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))

  const params = initialize(layout, fold(run, 'weights'))
  const flat = new Float32Array(layout.size)
  const feeds = { x: new Float32Array(sizeOf(x.shape)), labels: new Int32Array(batch) }
  const into: Record<string, Float32Array> = { loss: new Float32Array(1) }
  for (const { name } of layout.specs) into[`gradient:${name}`] = layout.view(flat, name)
  using program = await compile(outputs, engine, session)
  using bound = program.bind({ ...feeds, ...byName(layout, params) }, into)

  const optimizer = adamw({ weightDecay: 0.01 })
  const state = optimizer.init(layout.size)
  const rate = warmup(20, cosineRate({ peak: 3e-3, steps }))
  const items = new Float32Array(feeds.x.length)
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted()
    const indices = batchIndices(fold(run, 'order'), train.length, batch, step)
    loadBatch(train, indices, items)
    shiftImages(items, dataset.shape, feeds.x, integers(fold(run, 'shift', step), 2 * batch, -2, 3))
    feeds.labels.set(Int32Array.from(indices, (index) => train.labels![index]!))
    await bound.run()
    optimizer.update(params, flat, state, rate(step), { clipNorm: 1 })
    onStep?.(step + 1, steps, into.loss![0]!)
  }
  const fitted = { shape: dataset.shape, classes, layout, params, heldOut: heldOut.length }
  const images = loadBatch(
    heldOut,
    Uint32Array.from({ length: heldOut.length }, (_, i) => i),
    new Float32Array(heldOut.length * sizeOf(dataset.shape)),
  )
  const { predicted } = await applyClassifier(fitted, images, engine, session)
  return {
    ...fitted,
    accuracy: predicted.reduce((hits, label, i) => hits + Number(label === heldOut.labels![i]), 0) / heldOut.length,
  }
}

/** What the classifier says of images `[n, C, H, W]` in [−1, 1]. */
export async function applyClassifier(
  { shape, classes, layout, params }: Omit<Classifier, 'accuracy'>,
  images: Float32Array,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads'> = {},
): Promise<{ readonly predicted: Int32Array; readonly features: Float32Array; readonly width: number }> {
  const size = sizeOf(shape)
  const count = images.length / size
  const batch = Math.min(100, count)
  const { logits, features } = classify(new Scope(), input('x', [batch, ...shape]), { classes })
  using program: Program = await compile({ logits, features }, engine, {
    ...session,
    constants: new Map(Object.entries(byName(layout, params))),
  })
  const width = features.shape[1]!
  const predicted = new Int32Array(count)
  const all = new Float32Array(count * width)
  const x = new Float32Array(batch * size)
  for (let from = 0; from < count; from += batch) {
    // The last batch is filled up with what comes before it.
    const start = Math.min(from, count - batch)
    x.set(images.subarray(start * size, (start + batch) * size))
    const out = await program.run({ x })
    all.set(out.features as Float32Array, start * width)
    for (let i = 0; i < batch; i++) {
      const row = (out.logits as Float32Array).subarray(i * classes, (i + 1) * classes)
      predicted[start + i] = row.indexOf(Math.max(...row))
    }
  }
  return { predicted, features: all, width }
}

/** −mean log p(label). */
function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const [batch, classes] = logits.shape as [number, number]
  const each = constant(
    Int32Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  )
  const hot = cast(equal(reshape(labels, [batch, 1]), each), 'float32')
  return neg(mean(sum(mul(logSoftmax(logits), hot), 1)))
}

const byName = (layout: Layout, flat: Float32Array): Record<string, Float32Array> =>
  Object.fromEntries(layout.specs.map(({ name }) => [name, layout.view(flat, name)]))

/** Moves each image by its (down, across) pixels; the edge repeats into what is left. */
function shiftImages(from: Float32Array, shape: readonly number[], to: Float32Array, shifts: Int32Array): void {
  const [channels, height, width] = shape as [number, number, number]
  const size = channels * height * width
  const within = (at: number, limit: number): number => Math.min(limit - 1, Math.max(0, at))
  for (let n = 0; n * size < from.length; n++) {
    const [down, across] = [shifts[2 * n]!, shifts[2 * n + 1]!]
    for (let c = 0, at = n * size; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const row = n * size + (c * height + within(y - down, height)) * width
        for (let x = 0; x < width; x++, at++) to[at] = from[row + within(x - across, width)]!
      }
    }
  }
}
