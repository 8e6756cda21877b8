/** Networks that are told vectors and images: gradients, what depends on what, configurations. */
import { describe, expect, it } from 'vitest'
import { gradients, input, square, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  classesOf,
  conditionInputs,
  conditionShape,
  mlp,
  networkFromConfig,
  parametersOf,
  Scope,
  unet2d,
} from '../../../src/engine/nn/index.ts'
import type { Network } from '../../../src/engine/nn/index.ts'
import { isHiddenMatrix } from '../../../src/engine/optim/muon-options.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

const image = { kind: 'image', shape: [2, 4, 4], nothing: true } as const
const pose = { kind: 'vector', size: 3 } as const
const shared = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 4],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 2,
} as const
const networks: readonly (readonly [string, Network])[] = [
  ['MLP', mlp({ input_shape: [3], width: 8, layers: 2, num_class_embeds: 4, conditions: { pose } })],
  ['UNet2DModel', unet2d({ ...shared, conditions: { pose, picture: image } })],
]

describe.each(networks)('%s', (className, network) => {
  const item = network.inputShape.reduce((a, b) => a * b, 1)
  const flat = shaken(network)
  const parameters = parameterFeeds(parametersOf(network), flat)
  const told = {
    labels: [0, 3],
    pose: random('pose', 6),
    picture: random('picture', 2 * 3 * 16),
  }
  const feeds = { ...parameters, x: random('x', 2 * item), t: [1, 500], ...told }
  const graph = (scope: Scope) =>
    network.build(scope, {
      x: input('x', [2, ...network.inputShape]),
      t: input('t', [2]),
      conditions: conditionInputs(network.conditions, 2),
    })
  const y = graph(new Scope())
  const run = (changed: object) => [...evaluate([y], { ...feeds, ...changed })[0]!.data]

  it('depends on the conditions of each item, and on nothing of the others', () => {
    const plain = run({})
    const half = plain.length / 2
    for (const name of Object.keys(network.conditions) as (keyof typeof told)[]) {
      const values = [...told[name]]
      const changed = run({ [name]: values.map((value, i) => (i < values.length / 2 ? value : Number(value === 0))) })
      expect(changed.slice(0, half)).toEqual(plain.slice(0, half))
      expect(distance(changed.slice(half), plain.slice(half))).toBeGreaterThan(1e-6)
    }
  })

  it('sends a gradient to every parameter', () => {
    const scope = new Scope()
    const output = graph(scope)
    const declared = scope.specs.map(({ name, shape }) => scope.parameter(name, shape, { kind: 'zeros' }))
    const slopes = evaluate(gradients(sum(square(output)), declared), feeds)
    const still = slopes.flatMap(({ data }, i) => (data.some((value) => value !== 0) ? [] : [scope.specs[i]!.name]))
    expect(still).toEqual([])
  })

  it('is the same from its own configuration as JSON', () => {
    const again = networkFromConfig(className, JSON.parse(JSON.stringify(network.config)))
    expect(again.conditions).toEqual(network.conditions)
    expect(parametersOf(again).specs).toEqual(parametersOf(network).specs)
  })

  it('refuses what is missing, of another shape, or not its own', () => {
    const [x, t] = [input('x', [2, ...network.inputShape]), input('t', [2])]
    const { pose: _, ...others } = conditionInputs(network.conditions, 2)
    const build = (conditions: Record<string, ReturnType<typeof input>>) =>
      network.build(new Scope(), { x, t, conditions })
    expect(() => build(others)).toThrow(`this ${className} needs the condition pose`)
    expect(() => build({ ...others, pose: input('pose', [2, 4]) })).toThrow('pose')
    expect(() => build({ ...others, pose: input('pose', [2, 3]), wind: t })).toThrow('the condition wind is given')
  })
})

describe('conditions', () => {
  it('of a vector: W c + b is added to the embedding of the time', () => {
    const width = 4
    const plain = mlp({ input_shape: [2], width, layers: 1 })
    const told = mlp({ input_shape: [2], width, layers: 1, conditions: { pose } })
    const layout = parametersOf(plain)
    const shared = parameterFeeds(layout, shaken(plain))
    const inputs = { x: input('x', [1, 2]), t: input('t', [1]) }
    const values = { x: [0.3, -0.2], t: [7] }
    const c = [0.5, -1, 2]
    const weight = random('w', 3 * width)
    // the same as another bias of the layer that the time goes through last
    const bias = [...(shared['time_embedding.linear_2.bias'] as ArrayLike<number> as Float32Array)]
    const moved = bias.map((value, i) => value + c.reduce((sum, each, j) => sum + each * weight[3 * i + j]!, 0) + 0.1)
    const expected = evaluate([plain.build(new Scope(), inputs)], {
      ...shared,
      ...values,
      'time_embedding.linear_2.bias': moved,
    })[0]!.data
    const got = evaluate([told.build(new Scope(), { ...inputs, conditions: { pose: input('pose', [1, 3]) } })], {
      ...shared,
      ...values,
      pose: c,
      'condition_embeddings.pose.weight': weight,
      'condition_embeddings.pose.bias': new Float64Array(width).fill(0.1),
    })[0]!.data
    expect(distance([...got], [...expected])).toBeLessThan(1e-6)
  })

  it('of an image are further channels, and change no other parameter', () => {
    const [plain, told] = [unet2d(shared), unet2d({ ...shared, conditions: { picture: image } })].map(parametersOf)
    const shapes = (layout: typeof plain) => new Map(layout!.specs.map(({ name, shape }) => [name, shape]))
    const [before, after] = [shapes(plain), shapes(told)]
    expect(after.get('conv_in.weight')).toEqual([4, 1 + 3, 3, 3])
    expect([...after.keys()]).toEqual([...before.keys()])
  })

  it.each([
    ['UNet2DModel', shared, [1, 4, 4]],
    [
      'UNet2DConditionModel',
      {
        ...shared,
        down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
        cross_attention_dim: 4,
      },
      [1, 4, 4],
    ],
    [
      'DiT',
      { sample_size: 4, in_channels: 1, patch_size: 2, hidden_size: 8, num_layers: 1, num_attention_heads: 2 },
      [1, 4, 4],
    ],
    ['SpaceTimeUNet', { ...shared, num_frames: 2 }, [1, 2, 4, 4]],
    [
      'SpaceTimeDiT',
      {
        sample_size: 4,
        in_channels: 1,
        num_frames: 2,
        patch_size: 2,
        patch_frames: 1,
        hidden_size: 12,
        num_layers: 1,
        num_attention_heads: 2,
      },
      [1, 2, 4, 4],
    ],
  ] as const)('of an image apart: where there is nothing, a %s is the one without it', (className, config, shape) => {
    const picture = { kind: 'image', shape, nothing: true, apart: true }
    const [plain, told] = [{}, { conditions: { picture } }].map((more) =>
      networkFromConfig(className, { ...config, ...more }),
    ) as [Network, Network]
    const layout = parametersOf(told)
    const all = parameterFeeds(layout, shaken(told))
    const names = parametersOf(plain).specs.map(({ name }) => name)
    const added = layout.specs.map(({ name }) => name).filter((name) => !names.includes(name))
    expect(added).toEqual(['image_embeddings.picture.weight'])
    expect(isHiddenMatrix({ name: `unet.${added[0]!}`, shape: [64, 64] })).toBe(false)
    const size = told.inputShape.reduce((a, b) => a * b, 1)
    const width = conditionShape(told.conditions['picture']!).reduce((a, b) => a * b, 1)
    const outputOf = (network: Network, values: Record<string, ArrayLike<number>>): number[] => {
      const y = network.build(new Scope(), {
        x: input('x', [1, ...network.inputShape]),
        t: input('t', [1]),
        conditions: conditionInputs(network.conditions, 1),
      })
      const context = network.conditions['context'] && { context: random('context', 77 * 4) }
      return [...evaluate([y], { ...all, ...context, ...values, x: random('x', size), t: [5] })[0]!.data]
    }
    const untold = outputOf(told, { picture: new Float32Array(width) })
    const others = Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
    expect(untold).toEqual(outputOf(plain, others))
    expect(distance(outputOf(told, { picture: random('picture', width) }), untold)).toBeGreaterThan(1e-3)
  })

  it('have one more element or channel where they may be nothing', () => {
    expect(conditionShape(image)).toEqual([3, 4, 4])
    expect(conditionShape(pose)).toEqual([3])
    expect(conditionShape({ ...pose, nothing: true })).toEqual([4])
    expect(conditionShape({ kind: 'tokens', length: 5, vocabulary: 7, nothing: true })).toEqual([5])
    expect(classesOf(mlp({ input_shape: [2], conditions: { pose } }))).toBe(0)
  })

  it.each([
    [{ labels: pose }],
    [{ x: pose }],
    [{ 'a b': pose }],
    [{ pose: { kind: 'vector', size: 0 } }],
    [{ pose: { kind: 'vector' } }],
    [{ pose: { ...pose, more: 1 } }],
    [{ pose: { ...pose, nothing: 1 } }],
    [{ pose: { kind: 'vector', size: 1e12 } }],
    [{ picture: image }],
    [[pose]],
  ])('of an MLP are not %j', (conditions) => {
    expect(() => networkFromConfig('MLP', { input_shape: [2], conditions })).toThrow('MLP: conditions is')
  })

  it('do not appear in a configuration without them', () => {
    expect(mlp({ input_shape: [2] }).config).not.toHaveProperty('conditions')
    expect(unet2d(shared).config).not.toHaveProperty('conditions')
    expect(networkFromConfig('DiT', { sample_size: 8 }).config).not.toHaveProperty('conditions')
    expect(() => networkFromConfig('TokenTransformer', { conditions: { pose } })).toThrow('unknown option conditions')
  })
})
