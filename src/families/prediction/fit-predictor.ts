/**
 * Fits the predictor: on 60 % of the rows, while the other 40 % say when to stop; then anew on all rows, for as many passes. Han, Zheng
 * & Zhou, CARD: Classification and Regression Diffusion Models (2022), section 3 and appendix, https://arxiv.org/abs/2206.07275
 *
 * Residuals of rows that f was fitted on are smaller than those of new rows, so a diffusion of them is too sure. By option there are five
 * predictors, each fitted without a fifth of the rows: the diffusion learns the residuals of each on the rows that it has not seen, and f is the
 * mean of the five (cross-fitting; the paper does without).
 */
import {
  add,
  exp,
  logSoftmax,
  mul,
  neg,
  reshape,
  slice,
  stopGradient,
  sub,
  sum,
  tanh,
  type Tensor,
} from '../../engine/graph/index.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { fold, key, permutation } from '../../engine/random/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { Setting } from '../family.ts'
import { copyRows, type FitRows, fitRows, type RowsLoss } from './fit-rows.ts'
import {
  averaged,
  type Predictor,
  type PredictorConfig,
  predictorLaw,
  type PredictorLaw,
  predictorLayout,
  widest,
} from './predictor.ts'

/** How it is fitted. */
export interface FitPredictorOptions extends Pick<Setting, 'device' | 'threads'> {
  readonly engine: Engine
  readonly seed: number
  /** Whether each row is predicted by a predictor that has not seen it, too. */
  readonly crossFit: boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** A fitted predictor, and for how many passes over the rows. */
export interface FittedPredictor extends Predictor {
  readonly epochs: number
  /** The loss on the rows that said when to stop. */
  readonly heldOut: number
  /** f of each row by a predictor that was fitted without it, where that was asked for. */
  readonly outOfFold: PredictorLaw | undefined
}

/** Rows of a step, how often the loss of the other rows is looked at, and how many looks without a better one end it. */
const how = { batch: 64, looks: 80, patience: 16, rate: 3e-3 } as const

/** The most steps on so many rows: 4,000, of large tables 150 passes, of small ones no more than 1,000 passes. */
export function mostSteps(rows: number): number {
  const passes = rows / Math.min(how.batch, rows)
  return Math.ceil(Math.min(1000 * passes, Math.max(4000, 150 * passes)))
}

/** Into how many folds rows are parted, so that each is predicted by a predictor that has not seen it. */
const folds = 5

/** The share of rows that it is fitted on at first. */
const share = 0.6

/**
 * A predictor of these rows. The same rows and seed give the same one.
 *
 * @throws TweedieError `interrupted`, `diverged`
 */
export async function fitPredictor(
  config: PredictorConfig,
  rows: FitRows,
  options: FitPredictorOptions,
): Promise<FittedPredictor> {
  const count = rows.features.length / config.inputs
  const run = fold(key(options.seed), 'predictor')
  const layout = predictorLayout(config)
  if (count < 2 * folds)
    return {
      config,
      layout,
      weights: initialize(layout, run).fill(0),
      epochs: 0,
      heldOut: Number.NaN,
      outOfFold: undefined,
    }
  const order = permutation(fold(run, 'split'), count)
  const cut = Math.max(2, Math.round(share * count))
  const [first, rest] = [pick(config, rows, order.subarray(0, cut)), pick(config, rows, order.subarray(cut))]
  const batch = Math.min(how.batch, cut)
  const steps = mostSteps(cut)
  const every = Math.max(1, Math.round(steps / how.looks))
  const loss = rowsLoss(config)
  let best = { step: 0, loss: Infinity }
  const progress = (done: number): void => options.onProgress?.(Math.min(1, done), 1)
  await fitRows(
    config,
    first,
    loss,
    { ...options, rate: how.rate, batch, steps, run: fold(run, 'first') },
    (step, weights) => {
      if (step % every !== 0) return true
      progress((0.3 * step) / steps)
      const now = lossOf({ config, layout, weights: weights() }, rest)
      if (now < best.loss) best = { step, loss: now }
      return step - best.step < how.patience * every
    },
  )
  const epochs = (best.step * batch) / cut
  const passes = async (of: FitRows, name: string, from: number, to: number): Promise<Float32Array> => {
    const size = of.features.length / config.inputs
    const its = { ...options, rate: how.rate, batch: Math.min(how.batch, size), run: fold(run, name) }
    const total = Math.max(1, Math.round((epochs * size) / its.batch))
    return fitRows(config, of, loss, { ...its, steps: total }, (step) => {
      if (step % 50 === 0) progress(from + ((to - from) * step) / total)
      return true
    })
  }
  const outOfFold = options.crossFit ? emptyLaw(config, count) : undefined
  const members: Predictor[] = []
  for (let k = 0; k < (options.crossFit ? folds : 0); k++) {
    const [own, others] = [order.filter((_, i) => i % folds === k), order.filter((_, i) => i % folds !== k)]
    const span = [0.3 + (0.5 * k) / folds, 0.3 + (0.5 * (k + 1)) / folds] as const
    const weights = await passes(pick(config, rows, others), `fold ${k}`, ...span)
    members.push({ config, layout, weights })
    const law = predictorLaw({ config, layout, weights }, pick(config, rows, own).features)
    own.forEach((row, i) => {
      outOfFold!.mean.set(law.mean.subarray(i * config.outputs, (i + 1) * config.outputs), row * config.outputs)
      if (law.deviation) outOfFold!.deviation![row] = law.deviation[i]!
    })
  }
  if (members.length > 0) return { ...averaged(members), epochs, heldOut: best.loss, outOfFold }
  const weights = await passes(rows, 'all', 0.8, 1)
  return { config, layout, weights, epochs, heldOut: best.loss, outOfFold }
}

function emptyLaw({ outputs, heteroscedastic }: PredictorConfig, rows: number): PredictorLaw {
  return {
    mean: new Float32Array(rows * outputs),
    deviation: heteroscedastic ? new Float32Array(rows) : undefined,
  }
}

/** The mean squared error; −log p of classes; where a deviation is said, −log p of the normal law, less a constant. */
export function lossOf(predictor: Predictor, { features, targets }: FitRows): number {
  const { mean, deviation } = predictorLaw(predictor, features)
  const rows = targets.length / predictor.config.outputs
  let total = 0
  for (let i = 0; i < targets.length; i++) {
    if (deviation) total += Math.log(deviation[i]!) + ((mean[i]! - targets[i]!) / deviation[i]!) ** 2 / 2
    else if (!predictor.config.classes) total += (mean[i]! - targets[i]!) ** 2
    else if (targets[i]! > 0) total -= Math.log(Math.max(mean[i]!, 1e-12))
  }
  return total / rows
}

/**
 * Squares of the differences, or −log p of classes. Where a deviation is said: `σ (log σ + (y − μ)² / 2σ²)` with the first σ kept out of the gradient,
 * so that rows which are hard to predict still teach the mean. Seitzer et al., On the Pitfalls of Heteroscedastic Uncertainty Estimation (2022),
 * β = 1/2, https://arxiv.org/abs/2203.09168
 */
function rowsLoss({ classes, outputs, heteroscedastic }: PredictorConfig): RowsLoss {
  if (heteroscedastic) {
    return {
      name: 'heteroscedastic predictor',
      of: (y, target, items) => {
        const [mean, raw] = [slice(y, 1, 0, 1), slice(y, 1, 1, 2)]
        const logVariance = mul(tanh(mul(raw, 1 / widest)), widest)
        const error = sub(target, mean)
        const cost = mul(add(logVariance, mul(mul(error, error), exp(neg(logVariance)))), 0.5)
        return reshape(mul(cost, stopGradient(exp(mul(logVariance, 0.5)))), [items])
      },
    }
  }
  return {
    name: 'predictor',
    of: (y, target, items) =>
      classes ? neg(sum(mul(logSoftmax(y), target), 1)) : squared(sub(y, target), items, outputs),
  }
}

function squared(difference: Tensor, items: number, outputs: number): Tensor {
  const square = mul(difference, difference)
  return outputs === 1 ? reshape(square, [items]) : sum(square, 1)
}

function pick(
  { inputs, outputs }: PredictorConfig,
  { features, targets }: FitRows,
  indices: ArrayLike<number>,
): FitRows {
  const rows = indices.length
  return {
    features: copyRows(features, inputs, indices, new Float32Array(rows * inputs)),
    targets: copyRows(targets, outputs, indices, new Float32Array(rows * outputs)),
  }
}
