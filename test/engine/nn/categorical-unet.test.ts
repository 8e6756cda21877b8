import { describe, expect, it } from 'vitest'
import { classesOf } from '../../../src/engine/nn/condition-spec.ts'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  categoricalUnet,
  networkFromConfig,
  parametersOf,
  Scope,
  strideOf,
  unet2d,
} from '../../../src/engine/nn/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { distance, parameterFeeds, shaken } from './run.ts'

const shared = {
  sample_size: [2, 4] as const,
  block_out_channels: [4, 4],
  down_block_types: ['DownBlock2D', 'DownBlock2D'] as const,
  up_block_types: ['UpBlock2D', 'UpBlock2D'] as const,
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: null,
  num_class_embeds: 3,
}
const network = categoricalUnet({ ...shared, vocab_size: 3, num_states: 4 })
const flat = shaken(network)
const x = [0, 1, 2, 3, 3, 1, 0, 0, 2, 2, 1, 0, 3, 0, 1, 2]
const [t, labels] = [
  [0.25, 0.75],
  [2, 0],
]

const inputs = () => ({ t: input('t', [2]), conditions: { labels: input('labels', [2], 'int32') } })
const y = network.build(new Scope(), { x: input('x', [2, 2, 4], 'int32'), ...inputs() })
const feeds = { ...parameterFeeds(parametersOf(network), flat), x, t, labels }

describe('the U-Net over categories', () => {
  it('is the U-Net of one-hot planes, −1 and 1, at 1000 times the time, with the logits last', () => {
    const plain = unet2d({ ...shared, in_channels: 4, out_channels: 3 })
    const planes = [0, 1].flatMap((item) =>
      [0, 1, 2, 3].flatMap((state) => x.slice(8 * item, 8 * item + 8).map((each) => (each === state ? 1 : -1))),
    )
    const z = plain.build(new Scope(), { x: input('x', [2, 4, 2, 4]), ...inputs() })
    const steps = t.map((each) => 1000 * each)
    const expected = evaluate([z], { ...feeds, x: planes, t: steps })[0]!.data
    const got = evaluate([y], feeds)[0]!
    expect(got.shape).toEqual([2, 2, 4, 3])
    for (let i = 0; i < got.data.length; i++) {
      const [item, pixel, logit] = [Math.floor(i / 24), Math.floor((i % 24) / 3), i % 3]
      expect(got.data[i]).toBeCloseTo(expected[(item * 3 + logit) * 8 + pixel]!, 10)
    }
  })

  it('says what it takes and gives', () => {
    expect([network.inputShape, network.outputShape]).toEqual([
      [2, 4],
      [2, 4, 3],
    ])
    expect([network.categories, classesOf(network), strideOf(network)]).toEqual([{ states: 4, logits: 3 }, 3, 2])
  })

  it('runs alike on ONNX Runtime', async () => {
    using program = await compile({ y }, await nodeEngine(), { threads: 1 })
    const single = {
      ...parameterFeeds(parametersOf(network), flat),
      x: Int32Array.from(x),
      t: Float32Array.from(t),
      labels: Int32Array.from(labels),
    }
    expect(distance((await program.run(single))['y']!, evaluate([y], feeds)[0]!.data)).toBeLessThan(1e-4)
  })

  it('is the same from its own configuration as JSON', () => {
    const again = networkFromConfig('CategoricalUNet', JSON.parse(JSON.stringify(network.config)))
    expect(again.config).toEqual(network.config)
    expect(parametersOf(again).specs).toEqual(parametersOf(network).specs)
  })

  it('refuses what makes no sense', () => {
    expect(() => categoricalUnet({ ...shared, vocab_size: 0 })).toThrow('vocab_size is 0, expected a positive integer')
    expect(() => categoricalUnet({ ...shared, vocab_size: 5, num_states: 4 })).toThrow('vocab_size 5 or more')
    const wrong = { x: input('x', [2, 4, 2, 4]), ...inputs() }
    expect(() => network.build(new Scope(), wrong)).toThrow(
      'x: expected int32 [N, height, width], got float32 [2, 4, 2, 4]',
    )
  })
})
