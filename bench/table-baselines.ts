/** What tables are usually predicted with: boosted trees, and a deep ensemble. Each gives a Gaussian law for every row. */
import { createRequire } from 'node:module'
import { add, exp, mul, neg, reshape, slice, square, sub } from '../src/engine/graph/index.ts'
import { fold, key } from '../src/engine/random/index.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { usualPredictor } from '../src/families/prediction/defaults.ts'
import { mostSteps } from '../src/families/prediction/fit-predictor.ts'
import { fitRows, type RowsLoss } from '../src/families/prediction/fit-rows.ts'
import { type PredictorConfig, predictorLayout, predictorOutputs } from '../src/families/prediction/predictor.ts'

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
  let best = { step: steps, cost: Infinity }
  const run = { engine, threads, seed, batch: Math.min(64, rows.targets.length), steps, rate: 2e-3 }
  const weights = await fitRows(config, rows, likelihood, { ...run, run: fold(key(seed), 'ensemble') }, (step, now) => {
    if (!held || step % 40 !== 0) return true
    const outputs = predictorOutputs({ config, layout: predictorLayout(config), weights: now() }, held.features)
    const cost = held.targets.reduce((sum, y, i) => {
      const [m, s] = [outputs[2 * i]!, outputs[2 * i + 1]!]
      return sum + (s + (y - m) ** 2 * Math.exp(-s)) / 2
    }, 0)
    if (cost < best.cost) best = { step, cost }
    return step - best.step <= 800
  })
  return { weights, step: best.step }
}

/** −log p of a normal law whose mean and log-variance the network says, less a constant. */
const likelihood: RowsLoss = {
  name: 'ensemble',
  of: (outputs, target, items) => {
    const [centre, logVariance] = [slice(outputs, 1, 0, 1), slice(outputs, 1, 1, 2)]
    const error = square(sub(target, centre))
    return reshape(mul(add(logVariance, mul(error, exp(neg(logVariance)))), 0.5), [items])
  },
}

function listed({ features, targets }: BaselineRows): number[][] {
  const width = features.length / targets.length
  return Array.from(targets, (_, row) => [...features.subarray(row * width, (row + 1) * width)])
}

function errorOf({ targets }: BaselineRows, means: ArrayLike<number>): number {
  return Math.sqrt(targets.reduce((sum, y, i) => sum + (y - means[i]!) ** 2, 0) / targets.length)
}
