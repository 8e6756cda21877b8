/** Trains the classifier with which labelled samples are judged. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { classCount } from '../../files/data/dataset.ts'
import { batchIndices } from '../../files/data/batches.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { split } from '../../files/data/subset.ts'
import { TweedieError } from '../../errors.ts'
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
} from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { classify } from '../../engine/nn/classifier.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { layoutOf } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { adamw } from '../../engine/optim/adamw.ts'
import { cosineRate, warmup } from '../../engine/optim/learning-rate.ts'
import { fold, integers, key } from '../../engine/random/index.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { applyClassifier } from './classifier.ts'
import type { Classifier } from './classifier.ts'
import { allItems } from './items.ts'
import { shiftImages } from './shift-images.ts'

/** How to train a classifier. */
export interface ClassifierOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  /** By default eight passes over the data, but at least 300 steps and at most 2000. */
  readonly steps?: number | undefined
  readonly onStep?: ((step: number, total: number, loss: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Trains on nine tenths of a labelled set of images and measures on the rest. Images are shifted a little at random.
 * The same data and seed give the same classifier.
 *
 * @throws TweedieError `data` for anything but images of at least two classes
 */
export async function trainClassifier(
  dataset: ArrayDataset,
  engine: Engine,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const { seed = 0, batch = 64, onStep, signal, ...session } = options
  const classes = classCount(dataset)
  if (dataset.shape.length !== 3 || classes < 2) {
    throw new TweedieError('data', `${dataset.name}: a classifier needs images of at least two classes`)
  }
  const run = fold(key(seed), 'classifier')
  const { train, heldOut } = split(dataset, 0.1, fold(run, 'split'))
  const steps = options.steps ?? Math.min(2000, Math.max(300, Math.ceil((8 * train.length) / batch)))

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
  const feeds: Record<string, Float32Array | Int32Array> = {
    x: new Float32Array(sizeOf(x.shape)),
    labels: new Int32Array(batch),
  }
  const into: Record<string, Float32Array> = { loss: new Float32Array(1) }
  for (const { name } of layout.specs) {
    feeds[name] = layout.view(params, name)
    into[`gradient:${name}`] = layout.view(flat, name)
  }
  // Between its short runs, threads that spin would take the processor from the optimiser.
  using program = await compile(outputs, engine, session)
  using bound = program.bind(feeds, into)

  const optimizer = adamw({ weightDecay: 0.01 })
  const state = optimizer.init(layout.size)
  const rate = warmup(20, cosineRate({ peak: 3e-3, steps }))
  const reach = Math.max(1, Math.round(Math.min(dataset.shape[1]!, dataset.shape[2]!) / 14))
  const items = new Float32Array(batch * sizeOf(dataset.shape))
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted()
    const indices = batchIndices(fold(run, 'order'), train.length, batch, step)
    const shifts = integers(fold(run, 'shift', step), 2 * batch, -reach, reach + 1)
    shiftImages(loadBatch(train, indices, items), dataset.shape, feeds.x as Float32Array, shifts)
    indices.forEach((index, i) => (feeds.labels![i] = train.labels![index]!))
    await bound.run()
    optimizer.update(params, flat, state, rate(step), { clipNorm: 1 })
    onStep?.(step + 1, steps, into.loss![0]!)
  }

  const fitted = { shape: dataset.shape, classes, layout, params, seed, heldOut: heldOut.length, accuracy: NaN }
  const { predicted } = await applyClassifier(fitted, allItems(heldOut), engine, session)
  const hits = predicted.filter((label, i) => label === heldOut.labels![i]).length
  return Object.freeze({ ...fitted, accuracy: hits / heldOut.length })
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
