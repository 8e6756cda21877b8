import { describe, expect, it } from 'vitest'
import { gradients, input, square, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  dit,
  fedDropout,
  initialize,
  mlp,
  networkFromConfig,
  parametersOf,
  Scope,
  setTransformer,
  strideOf,
  unet2d,
} from '../../../src/engine/nn/index.ts'
import { classesOf } from '../../../src/engine/nn/condition-spec.ts'
import type { Network } from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { distance, parameterFeeds, random, runNetwork, shaken } from './run.ts'

const networks: readonly (readonly [string, Network])[] = [
  ['MLP', mlp({ input_shape: [3], width: 8, layers: 2, num_class_embeds: 4, dropout: 0.5 })],
  [
    'DiT',
    dit({
      sample_size: [4, 8],
      in_channels: 2,
      out_channels: 2,
      hidden_size: 8,
      num_layers: 2,
      num_attention_heads: 2,
      num_class_embeds: 4,
      dropout: 0.5,
    }),
  ],
  [
    'SetTransformer',
    setTransformer({
      input_shape: [5, 3],
      hidden_size: 8,
      num_layers: 2,
      num_attention_heads: 2,
      num_inducing_points: 3,
      num_class_embeds: 4,
      dropout: 0.5,
    }),
  ],
  [
    'UNet2DModel',
    unet2d({
      sample_size: 4,
      in_channels: 1,
      out_channels: 1,
      block_out_channels: [4, 4],
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D'],
      layers_per_block: 1,
      norm_num_groups: 2,
      attention_head_dim: 2,
      num_class_embeds: 4,
      dropout: 0.5,
    }),
  ],
]

describe.each(networks)('%s', (className, network) => {
  const item = network.inputShape.reduce((a, b) => a * b, 1)
  const [x, flat] = [random('x', 2 * item), shaken(network)]
  const inputs = () => ({
    x: input('x', [2, ...network.inputShape]),
    t: input('t', [2]),
    conditions: { labels: input('labels', [2], 'int32') },
  })

  it('depends on the data, the time and the class of each sample, and on nothing of the others', () => {
    const y = [...runNetwork(network, flat, x, [1, 500], [0, 3])]
    const half = y.length / 2
    const same = [...x.subarray(0, item), ...x.subarray(0, item)]
    for (const changed of [
      runNetwork(network, flat, same, [1, 1], [0, 3]),
      runNetwork(network, flat, same, [1, 500], [0, 0]),
      runNetwork(network, flat, x, [1, 1], [0, 0]),
    ]) {
      expect([...changed].slice(0, half)).toEqual(y.slice(0, half))
      expect(distance([...changed].slice(half), y.slice(0, half))).toBeGreaterThan(1e-6)
    }
    const alone = runNetwork(network, flat, x.subarray(item), [500], [3])
    expect([...alone]).toEqual(y.slice(half))
  })

  it('sends a gradient to every parameter', () => {
    const scope = new Scope()
    const y = network.build(scope, inputs())
    const layout = parametersOf(network)
    const declared = scope.specs.map(({ name, shape }) => scope.parameter(name, shape, { kind: 'zeros' }))
    const slopes = evaluate(gradients(sum(square(y)), declared), {
      ...parameterFeeds(layout, flat),
      x,
      t: [1, 500],
      labels: [0, 3],
    })
    const still = slopes.flatMap(({ data }, i) => (data.some((value) => value !== 0) ? [] : [scope.specs[i]!.name]))
    expect(still).toEqual([])
  })

  it('is the same from its own configuration as JSON', () => {
    const again = networkFromConfig(className, JSON.parse(JSON.stringify(network.config)))
    expect(again.className).toBe(className)
    expect(again.config).toEqual(network.config)
    expect([again.inputShape, again.outputShape, classesOf(again)]).toEqual([
      network.inputShape,
      network.outputShape,
      4,
    ])
    expect(parametersOf(again).specs).toEqual(parametersOf(network).specs)
  })

  it('drops activations only when told how', () => {
    const { dropout, masks } = fedDropout()
    network.build(new Scope(), inputs())
    expect(masks).toEqual([])
    network.build(new Scope(), { ...inputs(), dropout })
    expect(masks.length).toBeGreaterThan(1)
    expect(masks.every(({ shape, rate }) => shape[0] === 2 && rate === 0.5)).toBe(true)
  })
})

describe('MLP', () => {
  it('maps any shape to any other', () => {
    const network = mlp({ input_shape: [2, 3], output_shape: [5] })
    expect([network.inputShape, network.outputShape]).toEqual([[2, 3], [5]])
    const y = network.build(new Scope(), { x: input('x', [7, 2, 3]), t: input('t', [7]) })
    expect(y.shape).toEqual([7, 5])
  })

  it('refuses what makes no sense', () => {
    expect(() => mlp({ input_shape: [] })).toThrow('MLP: input_shape is [], expected a list of positive integers')
    expect(() => mlp({ input_shape: [2], width: 0.5 })).toThrow('MLP: width is 0.5')
    const x = input('x', [1, 3])
    expect(() => mlp({ input_shape: [2] }).build(new Scope(), { x, t: input('t', [1]) })).toThrow(
      'MLP: x: expected shape [1, 2]',
    )
  })
})

describe('DiT', () => {
  const config = {
    sample_size: 4,
    in_channels: 1,
    out_channels: 1,
    hidden_size: 8,
    num_layers: 1,
    num_attention_heads: 2,
  }

  it('begins at zero', () => {
    const network = dit(config)
    const y = runNetwork(network, initialize(parametersOf(network), key(1)), random('x', 16), [3])
    expect([...y].every((value) => value === 0)).toBe(true)
  })

  it('puts patches back where they came from', () => {
    // Without blocks, the output is a linear map of each patch's normalised token: another patch changes nothing here.
    const network = dit({ ...config, sample_size: [4, 6], num_layers: 1 })
    const flat = shaken(network)
    const layout = parametersOf(network)
    for (const name of ['weight', 'bias']) layout.view(flat, `blocks.0.attention.to_out.0.${name}`).fill(0)
    const x = random('x', 24)
    const before = runNetwork(network, flat, x, [3])
    x[2 * 6 + 5]! += 1 // row 2, column 5: the last patch, rows 2–3 and columns 4–5
    const after = runNetwork(network, flat, x, [3])
    const changed = Array.from(after).flatMap((value, i) => (value === before[i] ? [] : [i]))
    expect(changed).toEqual([16, 17, 22, 23])
  })

  it('knows where a patch lies, in both ways', () => {
    for (const position_embedding of ['sincos', 'learned'] as const) {
      const network = dit({ ...config, position_embedding })
      const y = [...runNetwork(network, shaken(network), new Float32Array(16).fill(1), [3])]
      expect(y[0]).not.toBeCloseTo(y[2]!, 6)
      expect(y[0]).not.toBeCloseTo(y[8]!, 6)
    }
  })

  it('attends to a sequence, at first not at all, and never to its masked places', () => {
    const context = { kind: 'sequence', length: 2, size: 3, nothing: true } as const
    const network = dit({ ...config, conditions: { context, style: { kind: 'vector', size: 2 } } })
    const layout = parametersOf(network)
    expect(layout.specs.map(({ name }) => name)).toContain('blocks.0.cross_attention.context.to_out.0.weight')
    const y = (flat: Float32Array, words: readonly number[], style = [1, 2]) => {
      const conditions = { context: input('context', [1, 2, 4]), style: input('style', [1, 2]) }
      const out = network.build(new Scope(), { x: input('x', [1, 1, 4, 4]), t: input('t', [1]), conditions })
      const feeds = { ...parameterFeeds(layout, flat), x: random('x', 16), t: [3], context: words, style }
      return Array.from(evaluate([out], feeds)[0]!.data)
    }
    const [words, others] = [
      [1, 2, 3, 1, 4, 5, 6, 0],
      [1, 2, 3, 1, 9, 9, 9, 0],
    ]
    const flat = shaken(network)
    expect(y(flat, others)).toEqual(y(flat, words))
    expect(y(flat, words.with(0, 2))).not.toEqual(y(flat, words))
    expect(y(flat, words, [0, 0])).not.toEqual(y(flat, words))
    for (const name of ['weight', 'bias'])
      layout.view(flat, `blocks.0.cross_attention.context.to_out.0.${name}`).fill(0)
    expect(y(flat, words.with(0, 2))).toEqual(y(flat, words))
    expect(networkFromConfig('DiT', network.config).conditions).toEqual(network.conditions)
    expect(Object.keys(dit(config).config)).not.toContain('conditions')
  })

  it('refuses what makes no sense', () => {
    expect(() => dit({ ...config, sample_size: 5 })).toThrow('shape [1, 5, 5]: patches of 2×2 do not tile it')
    expect(() => dit({ ...config, num_attention_heads: 3 })).toThrow(
      'num_attention_heads is 3, expected a divisor of hidden_size 8',
    )
    const learned = dit({ ...config, position_embedding: 'learned' })
    const x = input('x', [1, 1, 8, 8])
    expect(() => learned.build(new Scope(), { x, t: input('t', [1]) })).toThrow(
      'size [8, 8]: learned positions fit [4, 4] only',
    )
  })
})

describe('strides', () => {
  it('are what sizes must be multiples of', () => {
    expect(networks.map(([, network]) => strideOf(network))).toEqual([1, 2, 1, 2])
    expect(strideOf(dit({ sample_size: 8, patch_size: 4 }))).toBe(4)
  })
})

describe('networkFromConfig', () => {
  it('names the classes that it knows', () => {
    expect(() => networkFromConfig('VQModel', {})).toThrow(
      'network VQModel: expected one of UNet2DModel, UNet2DConditionModel, MLP, DiT',
    )
  })
})
