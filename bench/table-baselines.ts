/** What tables are usually predicted with: boosted trees, and a deep ensemble. Each gives a Gaussian law for every row. */
import { createRequire } from 'node:module'
import { input, add, exp, mean, mul, neg, reshape, slice, square, sub } from '../src/engine/graph/index.ts'
import { initialize } from '../src/engine/nn/initialize.ts'
import { fold, key } from '../src/engine/random/index.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { usualPredictor } from '../src/families/prediction/defaults.ts'
import { mostSteps } from '../src/families/prediction/fit-predictor.ts'
import {
  buildPredictor,
  type PredictorConfig,
  predictorLayout,
  predictorOutputs,
} from '../src/families/prediction/predictor.ts'
import { fedDropout } from '../src/engine/nn/dropout.ts'
import { withMasks } from '../src/families/dropout-masks.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import { batchIndices } from '../src/files/data/batches.ts'
import type { LossGraph } from '../src/diffusion/denoise/objective.ts'
import type { Dropout } from '../src/engine/nn/network.ts'
import { trainingLoop } from '../src/tools/train/loop.ts'
import type { TrainProblem } from '../src/tools/train/problem.ts'
import type { BaseSpec } from '../src/tools/train/spec.ts'

/** Rows of numbers: features `[rows, width]`, one target each. */
export interface BaselineRows {
  readonly features: Float32Array
  readonly targets: Float32Array
}

/** A Gaussian law for each row. */
export interface GaussianLaws {
  readonly means: ArrayLike<number>
  readonly sigmas: ArrayLike<number>
}

interface Booster {
  train(rows: number[][], targets: number[]): void
  predict(rows: number[][]): number[]
  free(): void
}

/**
 * Gradient-boosted trees of XGBoost: depth and number of rounds are chosen on `held`, whose errors are the deviation; then all rows are
 * fitted.
 */
export async function boostedTrees(
  all: BaselineRows,
  fitted: BaselineRows,
  held: BaselineRows,
  test: BaselineRows,
): Promise<GaussianLaws> {
  const quiet = console.error
  console.error = () => {}
  // the module is CommonJS, and a promise
  const loading = createRequire(import.meta.url)('ml-xgboost') as Promise<new (options: object) => Booster>
  const XgBoost = await loading
  console.error = quiet
  const predicted = (from: BaselineRows, of: BaselineRows, how: object): number[] => {
    const booster = new XgBoost({
      booster: 'gbtree',
      objective: 'reg:linear',
      eta: 0.05,
      min_child_weight: 1,
      subsample: 0.8,
      colsample_bytree: 1,
      silent: 1,
      ...how,
    })
    booster.train(listed(from), [...from.targets])
    const made = booster.predict(listed(of))
    booster.free()
    return made
  }
  let best = { error: Infinity, how: {} }
  for (const max_depth of [3, 5, 7]) {
    for (const iterations of [100, 300, 1000]) {
      const how = { max_depth, iterations }
      const error = errorOf(held, predicted(fitted, held, how))
      if (error < best.error) best = { error, how }
    }
  }
  return { means: predicted(all, test, best.how), sigmas: Array.from(test.targets, () => best.error) }
}

/** Five networks that say a mean and a variance (Lakshminarayanan et al. 2017): their mixture's mean and deviation. */
export async function deepEnsemble(
  all: BaselineRows,
  fitted: BaselineRows,
  held: BaselineRows,
  test: BaselineRows,
  { engine, threads, seed }: { readonly engine: Engine; readonly threads: number; readonly seed: number },
): Promise<GaussianLaws> {
  const inputs = all.features.length / all.targets.length
  const config: PredictorConfig = { inputs, outputs: 2, widths: usualPredictor.widths, dropout: 0, classes: false }
  const session = { engine, threads, config }
  const first = await member(fitted, held, { ...session, seed, steps: mostSteps(fitted.targets.length) })
  const steps = Math.max(50, Math.round((first.step * all.targets.length) / fitted.targets.length))
  const members: Float32Array[] = []
  for (let k = 0; k < 5; k++) {
    const { weights } = await member(all, undefined, { ...session, seed: seed + 1 + k, steps })
    members.push(predictorOutputs({ config, layout: predictorLayout(config), weights }, test.features))
  }
  const laws = Array.from(test.targets, (_, row) => {
    const each = members.map((outputs) => ({ mean: outputs[2 * row]!, variance: Math.exp(outputs[2 * row + 1]!) }))
    const centre = each.reduce((sum, { mean: m }) => sum + m / 5, 0)
    const variance = each.reduce((sum, { mean: m, variance: v }) => sum + (v + (m - centre) ** 2) / 5, 0)
    return [centre, Math.sqrt(variance)] as const
  })
  return { means: laws.map(([m]) => m), sigmas: laws.map(([, s]) => s) }
}

/** One network, by maximum likelihood; where rows are held, as many steps as they are served by best. */
async function member(
  rows: BaselineRows,
  held: BaselineRows | undefined,
  {
    engine,
    threads,
    config,
    seed,
    steps,
  }: {
    readonly engine: Engine
    readonly threads: number
    readonly config: PredictorConfig
    readonly seed: number
    readonly steps: number
  },
): Promise<{ readonly weights: Float32Array; readonly step: number }> {
  const { inputs } = config
  const batch = Math.min(64, rows.targets.length)
  const layout = predictorLayout(config)
  const run = fold(key(seed), 'ensemble')
  const spec: BaseSpec = {
    seed,
    batch,
    budget: { steps },
    network: { className: 'Predictor', config: {} },
    optimizer: {
      name: 'adamw',
      betas: [0.9, 0.999],
      rate: 2e-3,
      warmup: 20,
      decay: 'constant',
      weightDecay: 0.01,
      clipNorm: 1,
      ema: 0.98,
    },
  }
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph => {
    const outputs = buildPredictor(config, scope, input('x', [items, inputs]), dropout)
    const [centre, logVariance] = [slice(outputs, 1, 0, 1), slice(outputs, 1, 1, 2)]
    const error = square(sub(centre, input('y', [items, 1])))
    const cost = mul(add(logVariance, mul(error, exp(neg(logVariance)))), 0.5)
    const itemLoss = reshape(cost, [items])
    return { loss: mean(itemLoss), itemLoss }
  }
  const fed = {
    emptyBatch: () => ({
      feeds: { x: new Float32Array(batch * inputs), y: new Float32Array(batch) },
      levels: new Int32Array(batch),
    }),
    fill({ feeds }: { readonly feeds: Readonly<Record<string, Float32Array | Int32Array>> }, step: number) {
      batchIndices(run, rows.targets.length, batch, step).forEach((row, i) => {
        feeds['x']!.set(rows.features.subarray(row * inputs, (row + 1) * inputs), i * inputs)
        feeds['y']![i] = rows.targets[row]!
      })
    },
  }
  const problem: TrainProblem<Float32Array> = {
    parts: { predictor: { layout, weights: initialize(layout, fold(run, 'weights')) } },
    items: rows.targets.length,
    levels: 1,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...(config.dropout > 0 ? withMasks({ seed }, (dropout) => loss(dropout, new Scope(), batch), fed) : fed),
    snapshot: ({ average }) => average,
  }
  let best = { step: steps, cost: Infinity }
  let weights: Float32Array | undefined
  const task = { spec, purpose: JSON.stringify(['ensemble', config, batch]), problem: () => problem }
  for await (const event of trainingLoop(task, { engine, threads, checkpointEvery: steps + 1 })) {
    if (event.type === 'checkpoint') weights = event.model.slice()
    if (event.type !== 'step' || !held || event.step % 40 !== 0) continue
    const outputs = predictorOutputs({ config, layout, weights: await event.model() }, held.features)
    const cost = held.targets.reduce((sum, y, i) => {
      const [m, s] = [outputs[2 * i]!, outputs[2 * i + 1]!]
      return sum + (s + (y - m) ** 2 * Math.exp(-s)) / 2
    }, 0)
    if (cost < best.cost) best = { step: event.step, cost }
    else if (event.step - best.step > 800) break
  }
  return { weights: weights!, step: best.step }
}

function listed({ features, targets }: BaselineRows): number[][] {
  const width = features.length / targets.length
  return Array.from(targets, (_, row) => [...features.subarray(row * width, (row + 1) * width)])
}

function errorOf({ targets }: BaselineRows, means: ArrayLike<number>): number {
  return Math.sqrt(targets.reduce((sum, y, i) => sum + (y - means[i]!) ** 2, 0) / targets.length)
}
