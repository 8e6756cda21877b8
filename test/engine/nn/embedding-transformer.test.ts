import { describe, expect, it } from 'vitest'
import { gradients, input, sum, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  embeddingTransformer,
  isEmbeddingNetwork,
  mlp,
  networkFromConfig,
  parametersOf,
  Scope,
} from '../../../src/engine/nn/index.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

const [batch, length, features, tokens] = [2, 5, 4, 3]
const config = {
  length,
  vocab_size: tokens,
  embedding_size: features,
  hidden_size: 8,
  num_layers: 2,
  num_attention_heads: 2,
  mlp_ratio: 2,
}
const network = embeddingTransformer(config)
const flat = shaken(network).map((value) => 2 * value)
const feeds = parameterFeeds(parametersOf(network), flat)
const x = random('x', batch * length * features)

function build(n = batch): { readonly y: Tensor; readonly scope: Scope } {
  const scope = new Scope()
  return { y: network.build(scope, { x: input('x', [n, length, features]), t: input('t', [n]) }), scope }
}
const run = (given: ArrayLike<number>, t: readonly number[]): number[] => [
  ...evaluate([build(t.length).y], { ...feeds, x: given, t })[0]!.data,
]

describe('a transformer over embeddings', () => {
  const y = run(x, [300, 800])

  it('maps points to points, and is found by its name', () => {
    expect(build().y.shape).toEqual([batch, length, features])
    expect(y.every(Number.isFinite)).toBe(true)
    expect(networkFromConfig('EmbeddingTransformer', network.config).config).toEqual(network.config)
    expect(isEmbeddingNetwork(network)).toBe(true)
    expect(isEmbeddingNetwork(mlp({ input_shape: [2] }))).toBe(false)
  })

  it('sees the time, and nothing of the others of its batch', () => {
    const item = length * features
    expect(distance(run(x.subarray(item), [800]), y.slice(item))).toBeLessThan(1e-6)
    expect(distance(run(x.subarray(item), [300]), y.slice(item))).toBeGreaterThan(1e-3)
  })

  it('looks at every point from every place', () => {
    for (let place = 0; place < length; place++) {
      const moved = x.slice()
      moved[place * features]! += 1
      const after = run(moved, [300, 800])
      for (let other = 0; other < length; other++) {
        const at = [other * features, (other + 1) * features] as const
        expect(distance(after.slice(...at), y.slice(...at))).toBeGreaterThan(1e-6)
      }
    }
  })

  it('owns a table whose rows have zero mean and unit variance', () => {
    const scope = new Scope()
    const [table] = evaluate([network.table(scope)], feeds)
    expect(table!.shape).toEqual([tokens, features])
    for (let token = 0; token < tokens; token++) {
      const row = Array.from(table!.data.slice(token * features, (token + 1) * features))
      expect(row.reduce((total, value) => total + value, 0)).toBeCloseTo(0, 5)
      expect(row.reduce((total, value) => total + value ** 2, 0) / features).toBeCloseTo(1, 3)
    }
    // the table of the loss is that of the network
    expect(scope.specs.map(({ name }) => name)).toEqual(['embed_tokens.weight'])
    expect(parametersOf(network).specs.map(({ name }) => name)).toContain('embed_tokens.weight')
  })

  it('has a derivative in its input', () => {
    const given = input('x', [1, length, features])
    const scope = new Scope()
    const loss = sum(network.build(scope, { x: given, t: input('t', [1]) }))
    const [derivative] = gradients(loss, [given])
    const all = { ...feeds, x: x.slice(0, length * features), t: [300] }
    const slope = evaluate([derivative!], all)[0]!.data
    const at = (by: number): number => {
      const moved = all.x.slice()
      moved[7]! += by
      return evaluate([loss], { ...all, x: moved })[0]!.data[0]!
    }
    expect((at(0.01) - at(-0.01)) / 0.02).toBeCloseTo(slope[7]!, 2)
  })

  it.each([
    [{ hidden_size: 9 }, 'hidden_size'],
    [{ embedding_size: 1 }, 'embedding_size'],
    [{ vocab_size: 0 }, 'vocab_size'],
  ])('refuses %o', (change, field) => {
    expect(() => embeddingTransformer({ ...config, ...change })).toThrow(field)
  })

  it('refuses points of another width', () => {
    const t = input('t', [1])
    expect(() => network.build(new Scope(), { x: input('x', [1, length, 3]), t })).toThrow('expected float32')
  })
})
