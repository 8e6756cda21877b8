/** Training of a word: its vectors are found in closed form, and nothing else moves. */
import { expect, test } from 'vitest'
import { constant, gather, input, mean, mul, sub } from '../../../src/engine/graph/index.ts'
import { layoutOf, linear } from '../../../src/engine/nn/index.ts'
import type { Network } from '../../../src/engine/nn/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { wordProblem } from '../../../src/tools/train/new-word.ts'
import { partScope, type TrainParts } from '../../../src/tools/train/parts.ts'
import type { TrainProblem } from '../../../src/tools/train/problem.ts'
import type { BaseSpec } from '../../../src/tools/train/spec.ts'
import { trainerOf } from '../../../src/tools/train/trainer.ts'

const [rows, width] = [5, 2]
const network: Network = {
  className: 'Line',
  config: {},
  inputShape: [width],
  outputShape: [width],
  conditions: {},
  build: (scope, { x }) => linear(scope.child('line'), x, width, { bias: false }),
}
/** W and the table, whose last two rows are the word's. */
const line = Float32Array.of(1, 2, 0, 4)
const table = Float32Array.from({ length: rows * width }, (_, i) => i)
const name = 'token_embedding.weight'
const parts: TrainParts = {
  net: { network, layout: layoutOf([{ name: 'line.weight', shape: [width, width], init: { kind: 'zeros' } }]) },
  text_encoder: {
    layout: layoutOf([{ name, shape: [rows, width], init: { kind: 'zeros' } }]),
    weights: table,
    learns: false,
  },
}

/** Σ |W e(token) − target|² over the texts of tokens 3, 4 and 0: the word's two, and one that stays. */
const problem: TrainProblem<{ readonly weights: Float32Array }> = {
  parts,
  items: 3,
  levels: 1,
  loss(scope, items) {
    const embeddings = partScope(parts, 'text_encoder', scope).parameter(name, [rows, width], { kind: 'zeros' })
    const read = gather(embeddings, input('tokens', [items], 'int32'))
    const y = network.build(partScope(parts, 'net', scope), { x: read, t: input('t', [items]) })
    const error = sub(y, constant(Float32Array.of(5, 4, -3, 8, 100, 100), [3, width]))
    const itemLoss = mean(mul(error, error), [1])
    return { loss: mean(itemLoss), itemLoss }
  },
  emptyBatch: () => ({ feeds: { tokens: Int32Array.of(3, 4, 0), t: new Float32Array(3) }, levels: new Int32Array(3) }),
  fill: () => undefined,
  snapshot: ({ average }) => ({ weights: average.slice() }),
}

test('the vectors solve W e = target, and begin as the rows of the table', async () => {
  const spec: BaseSpec = {
    seed: 1,
    batch: 3,
    budget: { steps: 2000 },
    network: { className: 'Line', config: {} },
    optimizer: { rate: 0.2, warmup: 0, decay: 'cosine', weightDecay: 0, clipNorm: 1000, ema: 0 },
  }
  const word = { token: '<icon>', vectors: 2, base: { sum: '' } }
  const made = wordProblem(problem, word, new Map([['net', line]]))
  using trainer = await trainerOf({ spec, problem: () => made, purpose: 'word-test' }, await nodeEngine())
  expect([...trainer.state.params]).toEqual([6, 7, 8, 9])
  for (let step = 0; step < 800;) ({ step } = await trainer.step(800))
  const model = await made.snapshot(trainer.state)
  const { shape, data } = model.word.vectors.get('text_encoder')!
  expect(shape).toEqual([2, width])
  // W⁻¹ (5, 4) and W⁻¹ (−3, 8)
  ;[3, 1, -7, 2].forEach((each, i) => expect(data[i]).toBeCloseTo(each, 3))
  expect(model.weights).toEqual(line)
  expect([...table]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('without a text encoder that stays as it is there is no word to learn', () => {
  const word = { token: '<icon>', vectors: 2, base: { sum: '' } }
  const refused = (more: TrainParts) => () => wordProblem({ ...problem, parts: more }, word, new Map([['net', line]]))
  expect(refused({ net: parts['net']! })).toThrow(/no text encoder of the model reads captions/)
  expect(refused({ ...parts, text_encoder: { ...parts['text_encoder']!, learns: true } })).toThrow(/no text encoder/)
})
