/** Trains the parameters of a classifier: by plain Adam, without an average, the learning rate half a cosine behind its warm-up. */
import type { Layout } from '../../engine/nn/layout.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { cosineRate, warmup } from '../../engine/optim/learning-rate.ts'
import { fold, type Key } from '../../engine/random/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { trainToEnd } from '../train/fit.ts'
import type { TrainProblem } from '../train/problem.ts'
import type { BaseSpec } from '../train/spec.ts'

/** The model to fit. */
export interface ClassifierProblem extends Pick<TrainProblem, 'items' | 'levels' | 'loss' | 'emptyBatch' | 'fill'> {
  /** A name of its graph, for the engine's cache. */
  readonly name: string
  readonly layout: Layout
  /** The seed of the initial weights. */
  readonly stream: Key
}

/** How it is fitted. */
export interface FitClassifierOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly engine: Engine
  readonly batch: number
  readonly steps: number
  /** The highest learning rate. */
  readonly rate: number
  /** Steps of warm-up. */
  readonly rising: number
  readonly signal?: AbortSignal | undefined
  readonly onStep?: ((step: number, total: number, loss: number) => void) | undefined
}

/**
 * The parameters of a classifier.
 *
 * @throws TweedieError `interrupted`, or `diverged` for a loss that is not finite
 */
export function fitClassifier(
  { name, layout, stream, ...problem }: ClassifierProblem,
  { batch, steps, rate: peak, rising, ...options }: FitClassifierOptions,
): Promise<Float32Array> {
  const spec: BaseSpec = {
    seed: 0,
    batch,
    budget: { steps },
    network: { className: 'Classifier', config: {} },
    optimizer: {
      name: 'adamw',
      betas: [0.9, 0.999],
      rate: peak,
      warmup: rising,
      decay: 'cosine',
      weightDecay: 0.01,
      clipNorm: 1,
      ema: 0,
    },
  }
  const weights = initialize(layout, fold(stream, 'weights'))
  const task = {
    spec,
    purpose: name,
    problem: (): TrainProblem<Float32Array> => ({
      ...problem,
      parts: { classifier: { layout, average: false, weights } },
      snapshot: ({ params }) => params.slice(),
    }),
  }
  const rate = warmup(rising, cosineRate({ peak, steps }))
  return trainToEnd(task, 'the training of the classifier', { ...options, rate })
}
