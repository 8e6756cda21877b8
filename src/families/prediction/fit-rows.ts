/** Trains the predictor's network on rows, by any loss of its outputs: by AdamW, with averaged weights. */
import { input, mean, type Tensor } from '../../engine/graph/index.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { initialize } from '../../engine/nn/initialize.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { fold, type Key } from '../../engine/random/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { batchIndices } from '../../files/data/batches.ts'
import { interrupted } from '../../interrupted.ts'
import { trainingLoop } from '../../tools/train/loop.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'
import { defined } from '../defined.ts'
import { withMasks } from '../dropout-masks.ts'
import type { Setting } from '../family.ts'
import { buildPredictor, type PredictorConfig, predictorLayout } from './predictor.ts'

/** Rows to fit on. */
export interface FitRows {
  /** `[rows, inputs]` */
  readonly features: Float32Array
  /** `[rows, outputs]`: values, or ones and zeros of classes; `[rows, 1]` where the outputs are those of a law of one value. */
  readonly targets: Float32Array
}

/** What the network learns. */
export interface RowsLoss {
  /** Tells losses apart where graphs are kept: two of one name are the same. */
  readonly name: string
  /** The loss of each item, `[items]`, of its outputs `[items, outputs]` and its target `[items, width]`. */
  readonly of: (outputs: Tensor, target: Tensor, items: number) => Tensor
}

/** How it is trained. */
export interface FitRowsOptions extends Pick<Setting, 'device' | 'threads'> {
  readonly engine: Engine
  readonly seed: number
  readonly batch: number
  readonly steps: number
  readonly rate: number
  /** Where first weights and batches come from. */
  readonly run: Key
  readonly signal?: AbortSignal | undefined
}

/**
 * Trains for so many steps, or until it is told to stop; gives the averaged weights.
 *
 * @param goOn is asked after each step
 * @throws TweedieError `interrupted`, `diverged`
 */
export async function fitRows(
  config: PredictorConfig,
  rows: FitRows,
  { name, of }: RowsLoss,
  { batch, steps, rate, run, engine, signal, device, threads, seed }: FitRowsOptions,
  goOn: (step: number, weights: () => Float32Array) => boolean,
): Promise<Float32Array> {
  const { inputs } = config
  const count = rows.features.length / inputs
  const width = rows.targets.length / count
  const layout = predictorLayout(config)
  const spec: BaseSpec = {
    seed,
    batch,
    budget: { steps },
    network: { className: 'Predictor', config: {} },
    optimizer: {
      name: 'adamw',
      betas: [0.9, 0.999],
      rate,
      warmup: 20,
      decay: 'constant',
      weightDecay: 0.01,
      clipNorm: 1,
      ema: 0.98,
    },
  }
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph => {
    const y = buildPredictor(config, scope, input('x', [items, inputs]), dropout)
    const itemLoss = of(y, input('y', [items, width]), items)
    return { loss: mean(itemLoss), itemLoss }
  }
  const fed = {
    emptyBatch: () => ({
      feeds: { x: new Float32Array(batch * inputs), y: new Float32Array(batch * width) },
      levels: new Int32Array(batch),
    }),
    fill({ feeds }: { readonly feeds: Readonly<Record<string, Float32Array | Int32Array>> }, step: number) {
      const indices = batchIndices(run, count, batch, step)
      copyRows(rows.features, inputs, indices, feeds['x'] as Float32Array)
      copyRows(rows.targets, width, indices, feeds['y'] as Float32Array)
    },
  }
  const problem: TrainProblem<Float32Array> = {
    parts: { predictor: { layout, weights: initialize(layout, fold(run, 'weights')) } },
    items: count,
    levels: 1,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...(config.dropout > 0 ? withMasks({ seed }, (dropout) => loss(dropout, new Scope(), batch), fed) : fed),
    snapshot: ({ average }) => average,
  }
  const purpose = JSON.stringify([name, config, batch])
  let found: Float32Array | undefined
  for await (const event of trainingLoop(
    { spec, purpose, problem: () => problem },
    { engine, signal, ...defined({ device, threads }), checkpointEvery: steps + 1 },
  )) {
    if (event.type === 'checkpoint') found = event.model
    if (event.type === 'end' && event.reason === 'stopped')
      throw interrupted(signal, 'the fit of the predictor was stopped')
    if (event.type !== 'step') continue
    const now = await event.model()
    if (goOn(event.step, () => now)) continue
    found = now
    break
  }
  return found!.slice()
}

/** Rows of these indices, one after another. */
export function copyRows(
  from: Float32Array,
  width: number,
  indices: ArrayLike<number>,
  out: Float32Array,
): Float32Array {
  for (let i = 0; i < indices.length; i++)
    out.set(from.subarray(indices[i]! * width, (indices[i]! + 1) * width), i * width)
  return out
}
