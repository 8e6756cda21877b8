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
import { layoutOf } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { fold, integers, key, normal } from '../../engine/random/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { applyClassifier } from './classifier.ts'
import type { Classifier } from './classifier.ts'
import { type ClassifierProblem, fitClassifier } from './fit-classifier.ts'
import { allItems, drawItems } from './items.ts'
import { shiftImages } from './shift-images.ts'

/** How far points are moved at random, in standard deviations of the data. */
const jitter = 0.02

/** The most held-out items on disk by which a classifier is judged. */
const mostJudged = 4096

/** How to train a classifier. */
export interface ClassifierOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  /** By default eight passes over the data, but at least 300 steps and at most 2000, of clouds 600. */
  readonly steps?: number | undefined
  readonly onStep?: ((step: number, total: number, loss: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Trains on nine tenths of a labelled set of images or clouds and measures on the rest. Images are shifted a little at random, and clouds are jittered.
 * The same data and seed give the same classifier.
 *
 * @throws TweedieError `data` for anything but images and clouds of at least two classes
 */
export async function trainClassifier(
  dataset: ArrayDataset,
  engine: Engine,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const { seed = 0, batch = 64, steps: wanted, onStep, signal, ...session } = options
  const classes = classCount(dataset)
  const isCloud = dataset.kind === 'cloud'
  if ((dataset.shape.length !== 3 && !isCloud) || classes < 2) {
    throw new TweedieError('data', `${dataset.name}: a classifier needs images or clouds of at least two classes`)
  }
  const run = fold(key(seed), 'classifier')
  const { train, heldOut } = split(dataset, 0.1, fold(run, 'split'))
  const steps = wanted ?? Math.min(isCloud ? 600 : 2000, Math.max(300, Math.ceil((8 * train.length) / batch)))

  const layout = layoutOf(scopeOf(dataset, classes).specs)
  const size = sizeOf(dataset.shape)
  const reach = Math.max(1, Math.round(Math.min(dataset.shape[1]!, dataset.shape[2]!) / 14))
  const items = new Float32Array(batch * size)
  const order = fold(run, 'order')
  const problem: ClassifierProblem = {
    name: JSON.stringify(['classifier', dataset.shape, classes, batch]),
    layout,
    stream: run,
    items: train.length,
    levels: 1,
    loss(scope, count) {
      const { logits } = classify(scope, input('x', [count, ...dataset.shape]), { classes })
      const itemLoss = crossEntropy(logits, input('labels', [count], 'int32'))
      return { loss: mean(itemLoss), itemLoss }
    },
    emptyBatch: () => ({
      feeds: { x: new Float32Array(batch * size), labels: new Int32Array(batch) },
      levels: new Int32Array(batch),
    }),
    fill({ feeds }, step) {
      const indices = batchIndices(order, train.length, batch, step)
      const x = feeds.x as Float32Array
      loadBatch(train, indices, items)
      if (isCloud) {
        normal(fold(run, 'jitter', step), x)
        items.forEach((value, i) => (x[i] = value + jitter * x[i]!))
      } else {
        shiftImages(items, dataset.shape, x, integers(fold(run, 'shift', step), 2 * batch, -reach, reach + 1))
      }
      indices.forEach((index, i) => (feeds.labels![i] = train.labels![index]!))
    },
  }
  const how = { engine, batch, steps, rate: 3e-3, rising: 20, signal, onStep, ...session }
  const params = await fitClassifier(problem, how)

  const fitted = { shape: dataset.shape, classes, layout, params, seed, heldOut: heldOut.length, accuracy: NaN }
  // Of items on disk, as many as are in memory at once without trouble.
  const judged = heldOut.stored ? drawItems(heldOut, mostJudged, fold(run, 'judged')) : heldOut
  const { predicted } = await applyClassifier(fitted, allItems(judged), engine, { ...session, signal })
  const hits = predicted.filter((label, i) => label === judged.labels![i]).length
  return Object.freeze({ ...fitted, accuracy: hits / judged.length })
}

/** The parameters of a classifier of such images. */
function scopeOf({ shape }: ArrayDataset, classes: number): Scope {
  const scope = new Scope()
  classify(scope, input('x', [1, ...shape]), { classes })
  return scope
}

/** −log p(label) of each item. */
function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const [batch, classes] = logits.shape as [number, number]
  const each = constant(
    Int32Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  )
  const hot = cast(equal(reshape(labels, [batch, 1]), each), 'float32')
  return neg(sum(mul(logSoftmax(logits), hot), 1))
}
