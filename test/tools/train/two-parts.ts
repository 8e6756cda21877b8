/** Small problems of two parts: an encoder and a decoder of points in three dimensions, by way of two. */
import { input, mean, square, sub } from '../../../src/engine/graph/index.ts'
import { linear } from '../../../src/engine/nn/layers.ts'
import { type Layout, layoutOf } from '../../../src/engine/nn/layout.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import { partScope, type TrainPart, type TrainParts, partView } from '../../../src/tools/train/parts.ts'
import type { TrainProblem } from '../../../src/tools/train/problem.ts'
import { type BaseSpec, itemsPerStep } from '../../../src/tools/train/spec.ts'
import type { Task } from '../../../src/tools/train/trainer.ts'

const data = 3
const code = 2

/** The layout of one linear layer. */
function linearLayout(from: number, to: number): Layout {
  const scope = new Scope()
  linear(scope, input('x', [1, from]), to)
  return layoutOf(scope.specs)
}

export const encoderLayout = linearLayout(data, code)
export const decoderLayout = linearLayout(code, data)

/** What comes out: the weights by part. */
export type TwoParts = Readonly<Record<string, Float32Array>>

/** A specification; everything may be changed. */
export function twoPartSpec(changes: Partial<Omit<BaseSpec, 'optimizer'>> & { optimizer?: object } = {}): BaseSpec {
  const { optimizer, ...rest } = changes
  return {
    seed: 3,
    batch: 8,
    budget: { steps: 12 },
    network: { className: 'Two', config: {} },
    optimizer: { rate: 0.01, warmup: 2, decay: 'cosine', weightDecay: 0.01, clipNorm: 1, ema: 0.9, ...optimizer },
    ...rest,
  }
}

/** The task: mean |decoder(encoder(x)) − x|². Items are numbered over the whole run. */
export function twoPartTask(
  spec: BaseSpec,
  changes: { encoder?: Partial<TrainPart>; decoder?: Partial<TrainPart>; turned?: boolean } = {},
): Task<BaseSpec, TwoParts> {
  const encoder = { layout: encoderLayout, ...changes.encoder }
  const decoder = { layout: decoderLayout, ...changes.decoder }
  const parts: TrainParts = changes.turned ? { decoder, encoder } : { encoder, decoder }
  const items = itemsPerStep(spec)
  const problem: TrainProblem<TwoParts> = {
    parts,
    items: 1000,
    levels: 1,
    loss(scope, count) {
      const x = input('x', [count, data])
      const middle = linear(partScope(parts, 'encoder', scope), x, code)
      const itemLoss = mean(square(sub(linear(partScope(parts, 'decoder', scope), middle, data), x)), [1])
      return { loss: mean(itemLoss), itemLoss }
    },
    emptyBatch: () => ({ feeds: { x: new Float32Array(items * data) }, levels: new Int32Array(items) }),
    fill({ feeds }, step) {
      normal(fold(key(spec.seed), 'data'), feeds.x as Float32Array, step * items * data)
    },
    snapshot: ({ average }) =>
      Object.fromEntries(
        Object.entries(parts).map(([name, { learns = true, weights }]) => [
          name,
          learns ? partView(parts, name, average).slice() : weights!,
        ]),
      ),
  }
  return { spec, problem: () => problem, purpose: JSON.stringify(changes.turned ?? false) }
}
