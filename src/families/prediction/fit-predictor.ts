/**
 * Fits the predictor: on 60 % of the rows, while the other 40 % say when to stop; then anew on all rows, for as many passes. Han, Zheng
 * & Zhou, CARD: Classification and Regression Diffusion Models (2022), section 3 and appendix, https://arxiv.org/abs/2206.07275
 *
 * Residuals of rows that f was fitted on are smaller than those of new rows, so a diffusion of them is too sure. By option there are five
 * predictors, each fitted without a fifth of the rows: the diffusion learns the residuals of each on the rows that it has not seen, and f is the
 * mean of the five (cross-fitting; the paper does without).
 */
import { logSoftmax, mul, neg, reshape, sub, sum, type Tensor } from '../../engine/graph/index.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { fold, key, permutation } from '../../engine/random/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { Setting } from '../family.ts'
import { copyRows, type FitRows, fitRows, type RowsLoss } from './fit-rows.ts'
import { averaged, type Predictor, type PredictorConfig, predictorLayout, predictorOutputs } from './predictor.ts'

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
  /** f of each row by a predictor that was fitted without it, `[rows, outputs]`, where that was asked for. */
  readonly outOfFold: Float32Array | undefined
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
  const outOfFold = options.crossFit ? new Float32Array(rows.targets.length) : undefined
  const members: Predictor[] = []
  for (let k = 0; k < (options.crossFit ? folds : 0); k++) {
    const [own, others] = [order.filter((_, i) => i % folds === k), order.filter((_, i) => i % folds !== k)]
    const span = [0.3 + (0.5 * k) / folds, 0.3 + (0.5 * (k + 1)) / folds] as const
    const weights = await passes(pick(config, rows, others), `fold ${k}`, ...span)
    members.push({ config, layout, weights })
    const outputs = predictorOutputs({ config, layout, weights }, pick(config, rows, own).features)
    own.forEach((row, i) =>
      outOfFold!.set(outputs.subarray(i * config.outputs, (i + 1) * config.outputs), row * config.outputs),
    )
  }
  if (members.length > 0) return { ...averaged(members), epochs, heldOut: best.loss, outOfFold }
  const weights = await passes(rows, 'all', 0.8, 1)
  return { config, layout, weights, epochs, heldOut: best.loss, outOfFold }
}

/** The mean squared error, or −log p of classes. */
export function lossOf(predictor: Predictor, { features, targets }: FitRows): number {
  const outputs = predictorOutputs(predictor, features)
  const rows = targets.length / predictor.config.outputs
  let total = 0
  for (let i = 0; i < targets.length; i++) {
    if (!predictor.config.classes) total += (outputs[i]! - targets[i]!) ** 2
    else if (targets[i]! > 0) total -= Math.log(Math.max(outputs[i]!, 1e-12))
  }
  return total / rows
}

/** Squares of the differences, or −log p of classes. */
function rowsLoss({ classes, outputs }: PredictorConfig): RowsLoss {
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
