/** Adapters: a network with them is the network of the merged weights, and it begins as it was. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { gradients, input, mean, mul } from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { adaptedLayers, adaptersIn, downName, selects, upName } from '../../../src/engine/nn/adapters.ts'
import { convolution, dit, layoutOf, linear, parametersOf, Scope, unet2d } from '../../../src/engine/nn/index.ts'
import { changedWeight, fitsWeight } from '../../../src/engine/nn/low-rank-arrays.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

/** A layer or network with adapters, and with merged weights, on the same numbers. */
function bothWays(
  build: (scope: Scope, x: Tensor) => Tensor,
  shape: Shape,
  { targets = ['all'], rank = 2, alpha = 3 } = {},
) {
  const x = input('x', shape)
  const [base, adapters] = [new Scope(), new Scope()]
  build(base, x)
  const changed = build(new Scope(input, adaptersIn(adapters, { rank, alpha, targets })), x)
  const [layout, low] = [layoutOf(base.specs), layoutOf(adapters.specs)]
  const [weights, changes] = [random('weights', layout.size), random('changes', low.size)]
  const merged = weights.slice()
  for (const layer of adaptedLayers(low.specs.map(({ name }) => name))) {
    const named = low.toMap(changes)
    const change = { down: named.get(downName(layer))!, up: named.get(upName(layer))!, scale: alpha / rank }
    const weight = layout.toMap(weights).get(`${layer}.weight`)!
    layout.view(merged, `${layer}.weight`).set(changedWeight(weight, [change]))
  }
  const feeds = {
    x: random(
      'x',
      shape.reduce((a, b) => a * b, 1),
    ),
  }
  const run = (y: Tensor, flat: Float32Array, more = {}) =>
    evaluate([y], { ...feeds, ...parameterFeeds(layout, flat), ...more })[0]!.data
  const plain = build(new Scope(), x)
  return {
    adapted: run(changed, weights, parameterFeeds(low, changes)),
    atFirst: run(changed, weights, parameterFeeds(low, new Float32Array(low.size))),
    merged: run(plain, merged),
    plain: run(plain, weights),
  }
}

describe('an adapted layer is the layer of W + s B A', () => {
  it('over the last axis', () => {
    const { adapted, merged, plain, atFirst } = bothWays((scope, x) => linear(scope.child('layer'), x, 5), [2, 3, 4])
    expect(distance(adapted, merged)).toBeLessThan(1e-5)
    expect(distance(adapted, plain)).toBeGreaterThan(0.1)
    expect(atFirst).toEqual(plain)
  })

  it.each([
    ['of 3 × 3', {}],
    ['of 1 × 1', { kernel: 1 }],
    ['with a stride and no padding', { stride: 2, padding: 0 }],
  ])('as a convolution %s', (_, options) => {
    const { adapted, merged, plain } = bothWays(
      (scope, x) => convolution(scope.child('layer'), x, 6, options),
      [2, 4, 5, 5],
    )
    expect(distance(adapted, merged)).toBeLessThan(1e-5)
    expect(distance(adapted, plain)).toBeGreaterThan(0.1)
  })
})

describe('a network', () => {
  const networks = {
    'U-Net': unet2d({
      sample_size: 8,
      in_channels: 1,
      out_channels: 1,
      block_out_channels: [8, 16],
      layers_per_block: 1,
      norm_num_groups: 4,
      attention_head_dim: 4,
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    }),
    DiT: dit({ sample_size: 8, in_channels: 1, hidden_size: 16, num_layers: 2, num_attention_heads: 2, patch_size: 2 }),
  }

  it.each(Object.entries(networks))('%s with adapters is that of the merged weights', (_, network) => {
    const t = input('t', [2])
    for (const targets of [['attention'], ['all']]) {
      const [base, adapters] = [parametersOf(network), new Scope()]
      const x = input('x', [2, ...network.inputShape])
      const y = network.build(new Scope(input, adaptersIn(adapters, { rank: 2, alpha: 2, targets })), { x, t })
      const low = layoutOf(adapters.specs)
      const [weights, changes] = [shaken(network), random('changes', low.size).map((each) => 0.2 * each)]
      const merged = weights.slice()
      const layers = adaptedLayers(low.specs.map(({ name }) => name))
      for (const layer of layers) {
        const named = low.toMap(changes)
        const change = { down: named.get(downName(layer))!, up: named.get(upName(layer))!, scale: 1 }
        base.view(merged, `${layer}.weight`).set(changedWeight(base.toMap(weights).get(`${layer}.weight`)!, [change]))
      }
      const feeds = { x: random('x', 2 * 64), t: [3, 500] }
      const adapted = evaluate([y], { ...feeds, ...parameterFeeds(base, weights), ...parameterFeeds(low, changes) })[0]!
      const plain = network.build(new Scope(), { x, t })
      const run = (flat: Float32Array) => evaluate([plain], { ...feeds, ...parameterFeeds(base, flat) })[0]!.data
      expect(distance(adapted.data, run(merged))).toBeLessThan(1e-5)
      expect(distance(adapted.data, run(weights))).toBeGreaterThan(1e-3)
      expect(layers.length).toBeGreaterThan(targets[0] === 'attention' ? 7 : 12)
    }
  })
})

test('gradients of adapters are those of finite differences', () => {
  const x = input('x', [3, 4])
  const adapters = new Scope()
  const scope = new Scope(input, adaptersIn(adapters, { rank: 2, alpha: 3, targets: ['all'] }))
  const image = input('image', [2, 3, 4, 4])
  const y = linear(scope.child('linear'), x, 5)
  const z = convolution(scope.child('conv'), image, 4, { stride: 2 })
  const loss = (each: Tensor): Tensor => mean(mul(each, mul(each, each)))
  const low = layoutOf(adapters.specs)
  const all = layoutOf(scope.specs)
  const feeds = { x: random('x', 12), image: random('image', 96), ...parameterFeeds(all, random('weights', all.size)) }
  const flat = Float64Array.from(random('changes', low.size))
  const named = (values: Float64Array) =>
    Object.fromEntries(
      low.specs.map(({ name, shape }) => [
        name,
        values.subarray(low.offset(name), low.offset(name) + shape.reduce((a, b) => a * b, 1)),
      ]),
    )
  for (const [value, prefix] of [
    [loss(y), 'linear'],
    [loss(z), 'conv'],
  ] as const) {
    const wanted = low.specs.filter(({ name }) => name.startsWith(prefix))
    const slopes = gradients(
      value,
      wanted.map(({ name, shape, init }) => adapters.parameter(name, shape, init)),
    )
    wanted.forEach(({ name }, i) => {
      const exact = evaluate([slopes[i]!], { ...feeds, ...named(flat) })[0]!.data
      for (let k = 0; k < exact.length; k += 3) {
        const at = low.offset(name) + k
        const moved = (by: number) => {
          const copy = flat.slice()
          copy[at]! += by
          return Number(evaluate([value], { ...feeds, ...named(copy) })[0]!.data[0])
        }
        expect((moved(1e-4) - moved(-1e-4)) / 2e-4).toBeCloseTo(exact[k]!, 4)
      }
    })
  }
})

test('layers are selected by kind and by name', () => {
  const named = (targets: string[]) => {
    const wanted = selects(targets)
    return [
      ['down_blocks.0.attentions.0.to_q', [4, 4]],
      ['mid.attn1.to_out.0', [4, 4]],
      ['text_model.encoder.layers.0.self_attn.q_proj', [4, 4]],
      ['time_embedding.linear_1', [4, 4]],
      ['conv_in', [4, 4, 3, 3]],
    ]
      .filter(([layer, shape]) => wanted(layer as string, shape as number[]))
      .map(([layer]) => (layer as string).split('.').at(-1))
  }
  expect(named(['attention'])).toEqual(['to_q', '0', 'q_proj'])
  expect(named(['linear'])).toEqual(['to_q', '0', 'q_proj', 'linear_1'])
  expect(named(['all'])).toHaveLength(5)
  expect(named(['^conv_', 'to_q$'])).toEqual(['to_q', 'conv_in'])
  expect(() => selects(['to_(q'])).toThrow(/no regular expression/)
})

describe('changes as arrays', () => {
  const array = (name: string, shape: number[]) => ({
    shape,
    data: random(
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
  })

  it('add up exactly, in any order, and one that is taken away again leaves the weight', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (out, inner, rank, scale) => {
          const weight = array('w', [out, inner])
          const one = { down: array('a', [rank, inner]), up: array('b', [out, rank]), scale }
          const two = { down: array('c', [rank, inner]), up: array('d', [out, rank]), scale: 0.5 }
          expect(changedWeight(weight, [one, { ...one, scale: -scale }])).toEqual(weight.data)
          expect(distance(changedWeight(weight, [one, two]), changedWeight(weight, [two, one]))).toBeLessThan(1e-6)
          expect(changedWeight(weight, [])).toEqual(weight.data)
        },
      ),
    )
  })

  it('fit a weight of 1 × 1 with or without its last axes, and no other', () => {
    const fits = (down: number[], up: number[], shape: number[]) =>
      fitsWeight({ down: array('a', down), up: array('b', up) }, shape)
    expect(fits([2, 3], [4, 2], [4, 3])).toBe(true)
    expect(fits([2, 3, 1, 1], [4, 2, 1, 1], [4, 3])).toBe(true)
    expect(fits([2, 3], [4, 2], [4, 3, 1, 1])).toBe(true)
    expect(fits([2, 3, 3, 3], [4, 2, 1, 1], [4, 3, 3, 3])).toBe(true)
    expect(fits([2, 3, 3, 3], [4, 2, 1, 1], [4, 3, 1, 1])).toBe(false)
    expect(fits([2, 3], [4, 3], [4, 3])).toBe(false)
    expect(fits([2, 5], [4, 2], [4, 3])).toBe(false)
    expect(() =>
      changedWeight(array('w', [4, 3]), [{ down: array('a', [2, 5]), up: array('b', [4, 2]), scale: 1 }]),
    ).toThrow(/is none of a weight/)
  })
})
