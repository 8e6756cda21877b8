import { beforeAll, describe, expect, it } from 'vitest'
import { gradients, input, logSoftmax, mul, reshape, sum } from '../../../src/engine/graph/index.ts'
import { constant } from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  fedDropout,
  initialize,
  networkFromConfig,
  parametersOf,
  Scope,
  tokenTransformer,
} from '../../../src/engine/nn/index.ts'
import { classesOf } from '../../../src/engine/nn/condition-spec.ts'
import type { Network, TokenTransformerConfig } from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

const [batch, length, vocabulary] = [2, 5, 3]
const config: TokenTransformerConfig = {
  length,
  vocab_size: vocabulary,
  num_states: 4,
  hidden_size: 8,
  num_layers: 2,
  num_attention_heads: 2,
  mlp_ratio: 2,
}
const plain = tokenTransformer(config)
const told = tokenTransformer({ ...config, time_conditioning: true, num_class_embeds: 4 })
const classed = tokenTransformer({ ...config, num_class_embeds: 4 })
const counting = tokenTransformer({ ...config, time_conditioning: 'masks' })
const tokens = [0, 3, 1, 2, 3, 1, 0, 0, 3, 2]

/** Parameters large enough that attention is far from uniform. */
const lively = (network: Network): Float32Array => shaken(network).map((value) => 2 * value)

function graph(network: Network, [n, places]: readonly [number, number] = [batch, length]) {
  const scope = new Scope()
  const labels = input('labels', [n], 'int32')
  const y = network.build(scope, {
    x: input('x', [n, places], 'int32'),
    t: input('t', [n]),
    ...(classesOf(network) > 0 && { conditions: { labels } }),
  })
  return { y, parameters: scope.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init)) }
}

/** Logits of one item after the other. */
function run(network: Network, flat: Float32Array, x: readonly number[], t = [0.3, 0.8], labels = [0, 3]): number[] {
  const { y } = graph(network, [t.length, x.length / t.length])
  return [...evaluate([y], { ...parameterFeeds(parametersOf(network), flat), x, t, labels })[0]!.data]
}

describe.each([
  ['told nothing', plain],
  ['told the time and a class', told],
  ['told a class', classed],
  ['told the share of masks', counting],
])('a transformer over tokens, %s', (_, network) => {
  const flat = lively(network)
  const y = run(network, flat, tokens)
  const item = length * vocabulary

  it('maps states to logits', () => {
    expect([network.inputShape, network.outputShape]).toEqual([[length], [length, vocabulary]])
    expect(network.categories).toEqual({ states: 4, logits: vocabulary })
    expect(graph(network).y.shape).toEqual([batch, length, vocabulary])
    expect(y.every(Number.isFinite)).toBe(true)
  })

  it('sees nothing of the others of its batch', () => {
    expect(distance(run(network, flat, tokens.slice(length), [0.8], [3]), y.slice(item))).toBeLessThan(1e-6)
  })

  it('looks at every token from every place, in order', () => {
    for (let place = 0; place < length; place++) {
      const changed = tokens.map((token, i) => (i === place ? (token + 1) % 4 : token))
      const other = run(network, flat, changed)
      for (let seen = 0; seen < length; seen++) {
        const at = seen * vocabulary
        expect(distance(other.slice(at, at + vocabulary), y.slice(at, at + vocabulary))).toBeGreaterThan(1e-5)
      }
      expect(other.slice(item)).toEqual(y.slice(item))
    }
    // A set of tokens would have the same logits in another order.
    const reversed = [...tokens.slice(0, length).reverse(), ...tokens.slice(length)]
    const back = run(network, flat, reversed)
    const mirrored = Array.from({ length }, (_, p) => back.slice((length - 1 - p) * vocabulary).slice(0, vocabulary))
    expect(distance(mirrored.flat(), y.slice(0, item))).toBeGreaterThan(1e-3)
  })

  it('sends a gradient to every parameter', () => {
    const { y: logits, parameters } = graph(network)
    const feeds = { ...parameterFeeds(parametersOf(network), flat), x: tokens, t: [0.3, 0.8], labels: [0, 3] }
    const slopes = evaluate(gradients(sum(mul(logits, logits)), parameters), feeds)
    const still = slopes.flatMap(({ data }, i) =>
      data.some((v) => v !== 0) ? [] : [parametersOf(network).specs[i]!.name],
    )
    expect(still).toEqual([])
  })

  it('begins with every token equally likely', () => {
    const first = run(network, initialize(parametersOf(network), key(1)), tokens)
    expect(first.every((value) => value === 0)).toBe(true)
  })

  it('is the same from its own configuration as JSON', () => {
    const again = networkFromConfig('TokenTransformer', JSON.parse(JSON.stringify(network.config)))
    expect(again.config).toEqual(network.config)
    expect(parametersOf(again).specs).toEqual(parametersOf(network).specs)
  })

  it('drops activations item by item, only when told how', () => {
    const dropping = networkFromConfig('TokenTransformer', { ...network.config, dropout: 0.5 })
    const { dropout, masks } = fedDropout()
    const labels = input('labels', [batch], 'int32')
    const inputs = { x: input('x', [batch, length], 'int32'), t: input('t', [batch]) }
    dropping.build(new Scope(), { ...inputs, ...(classesOf(network) > 0 && { conditions: { labels } }), dropout })
    expect(masks.map(({ shape }) => shape)).toEqual(Array.from({ length: 4 }, () => [batch, length, 8]))
  })
})

describe('time', () => {
  it('changes what a network says that is told it, and nothing else', () => {
    const at = (network: Network, t: number): number[] => run(network, lively(network), tokens, [t, t])
    expect(at(plain, 0.1)).toEqual(at(plain, 0.9))
    expect(at(classed, 0.1)).toEqual(at(classed, 0.9))
    expect(distance(at(told, 0.1), at(told, 0.11))).toBeGreaterThan(1e-4)
  })
})

describe('the share of masks', () => {
  const at = (x: readonly number[], t = 0.5): number[] => run(counting, lively(counting), x, [t])

  it('is what a network is told in place of the time', () => {
    expect(counting.timeless).toBe(true)
    expect(told.timeless).toBe(false)
    expect(at([0, 1, 2, 3, 3], 0.1)).toEqual(at([0, 1, 2, 3, 3], 0.9))
    // With the weights of one that is told the time, it says what that one says at the share.
    const timed = tokenTransformer({ ...config, time_conditioning: true })
    const x = [0, 3, 2, 3, 1]
    expect(distance(at(x), run(timed, lively(counting), x, [2 / 5]))).toBeLessThan(1e-5)
    expect(distance(at(x), run(timed, lively(counting), x, [3 / 5]))).toBeGreaterThan(1e-3)
  })
})

describe('neighbours', () => {
  /** One layer whose attention and condition say nothing. */
  const near = (neighbours: number) => {
    const network = tokenTransformer({ ...config, num_layers: 1, neighbours })
    const layout = parametersOf(network)
    const flat = lively(network)
    layout.view(flat, 'blocks.0.attention.to_out.weight').fill(0)
    return (x: readonly number[]): number[] => run(network, flat, x, [0.5])
  }

  it.each([0, 1, 2])('%i to either side are seen without attention, and no more', (neighbours) => {
    const logits = near(neighbours)
    const x = [0, 1, 2, 0, 1, 2, 0]
    const before = logits(x)
    const after = logits(x.with(3, 3))
    const moved = x.map((_, place) => {
      const at = place * vocabulary
      return distance(before.slice(at, at + vocabulary), after.slice(at, at + vocabulary)) > 1e-6
    })
    expect(moved).toEqual(x.map((_, place) => Math.abs(place - 3) <= neighbours))
  })

  it('are not the same on both sides', () => {
    const logits = near(1)
    expect(distance(logits([0, 1, 2]).slice(3, 6), logits([2, 1, 0]).slice(3, 6))).toBeGreaterThan(1e-3)
  })
})

describe('a condition', () => {
  it('changes nothing at first: the network begins as one that is told nothing', () => {
    const layouts = { plain: parametersOf(plain), told: parametersOf(told) }
    const flat = initialize(layouts.told, key(5))
    layouts.told.view(flat, 'head.weight').set(random('head', 8 * vocabulary))
    const same = layouts.plain.specs.map(({ name, shape }): [string, { shape: typeof shape; data: Float32Array }] => [
      name,
      {
        shape,
        data: layouts.told.specs.some((each) => each.name === name)
          ? layouts.told.view(flat, name)
          : new Float32Array(8),
      },
    ])
    const expected = run(plain, layouts.plain.fromMap(new Map(same)), tokens)
    expect(distance(run(told, flat, tokens), expected)).toBeLessThan(1e-5)
  })
})

describe('classes', () => {
  it('change what a network says', () => {
    const of = (network: Network, label: number) => run(network, lively(network), tokens, [0.5, 0.5], [label, label])
    for (const network of [told, classed]) expect(distance(of(network, 0), of(network, 1))).toBeGreaterThan(1e-4)
  })
})

describe('lengths', () => {
  it('may be any: twice the tokens, the same parameters', () => {
    const flat = lively(plain)
    expect(run(plain, flat, [...tokens, ...tokens], [0.5])).toHaveLength(4 * length * vocabulary)
    expect(run(plain, flat, [2], [0.5])).toHaveLength(vocabulary)
  })
})

describe('parameters', () => {
  it('are S C + L (4 C² + 2 r C² + (2 + 2 s) C) + C + C K, with s neighbours to either side, and more where a condition is told', () => {
    const [C, L, S, K] = [256, 6, 66, 65]
    const weights = S * C + L * (4 * C * C + 2 * 4 * C * C + 2 * 2 * C) + C * K
    const shifts = (2 * L + 1) * C
    const text = { vocab_size: K, num_states: S }
    expect(parametersOf(tokenTransformer(text)).size).toBe(weights + shifts)
    const classTable = 10 * C
    const modulations = (6 * L + 2) * (C * C + C)
    expect(parametersOf(tokenTransformer({ ...text, num_class_embeds: 10 })).size).toBe(
      weights + classTable + modulations,
    )
    const timeMlp = 256 * C + C + C * C + C
    expect(parametersOf(tokenTransformer({ ...text, time_conditioning: true })).size).toBe(
      weights + timeMlp + modulations,
    )
  })
})

describe('gradients', () => {
  it('are those of finite differences', () => {
    const network = told
    const layout = parametersOf(network)
    const { y, parameters } = graph(network)
    const weights = constant(random('weights', batch * length * vocabulary))
    const loss = sum(mul(logSoftmax(y), reshape(weights, y.shape)))
    const flat = lively(network)
    const at = (values: Float32Array, outputs: readonly Tensor[]) =>
      evaluate(outputs, { ...parameterFeeds(layout, values), x: tokens, t: [0.3, 0.8], labels: [0, 3] })
    const slopes = at(flat, gradients(loss, parameters)).flatMap(({ data }) => [...data])
    for (let draw = 0; draw < 4; draw++) {
      const direction = random(`direction ${draw}`, flat.length)
      const step = 1e-3
      const moved = (by: number): number =>
        at(
          flat.map((value, i) => value + by * direction[i]!),
          [loss],
        )[0]!.data[0]!
      const difference = (8 * (moved(step / 2) - moved(-step / 2)) - (moved(step) - moved(-step))) / (6 * step)
      const slope = slopes.reduce((total, each, i) => total + each * direction[i]!, 0)
      expect(Math.abs(slope - difference)).toBeLessThan(1e-3 * Math.abs(slope) + 1e-2)
    }
  })
})

describe('on ONNX Runtime', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine()
  })

  it.each([
    ['told nothing', plain],
    ['told the time and a class', told],
  ])('the logits and gradients are those of the reference: %s', async (_, network) => {
    const layout = parametersOf(network)
    const { y, parameters } = graph(network)
    const outputs = [y, ...gradients(sum(mul(logSoftmax(y), y)), parameters)]
    const feeds = {
      ...parameterFeeds(layout, shaken(network)),
      x: Int32Array.from(tokens),
      ...(network === told && { t: Float32Array.of(0.3, 0.8), labels: Int32Array.of(0, 3) }),
    }
    const expected = evaluate(outputs, feeds)
    using program = await compile(Object.fromEntries(outputs.map((each, i) => [`y${i}`, each])), engine, { threads: 1 })
    const got = await program.run(feeds)
    expected.forEach(({ data }, i) => {
      const size = Math.max(...Array.from(data, Math.abs))
      expect(distance(got[`y${i}`]!, data)).toBeLessThan(1e-4 * (1 + size))
    })
  })
})

describe('bad configurations', () => {
  it('are refused in words', () => {
    expect(() => tokenTransformer({ ...config, neighbours: -1 })).toThrow('neighbours is -1, expected a whole number')
    expect(() => tokenTransformer({ ...config, num_states: 3, time_conditioning: 'masks' })).toThrow(
      'num_states is 3, expected vocab_size + 1 = 4, as the last state is the mask',
    )
    expect(() => tokenTransformer({ vocab_size: 0 })).toThrow('vocab_size is 0, expected a positive integer')
    expect(() => tokenTransformer({ ...config, num_states: 2 })).toThrow(
      'num_states is 2, expected vocab_size 3 or more',
    )
    expect(() => tokenTransformer({ ...config, hidden_size: 6 })).toThrow('a multiple of 2 · num_attention_heads = 4')
    const x = input('x', [1, 5])
    expect(() => plain.build(new Scope(), { x, t: input('t', [1]) })).toThrow(
      'x: expected int32 [N, length], got float32',
    )
    const labelled = {
      x: input('x', [1, 5], 'int32'),
      t: input('t', [1]),
      conditions: { labels: input('labels', [1], 'int32') },
    }
    expect(() => plain.build(new Scope(), labelled)).toThrow('this TokenTransformer is unconditional')
  })
})
