/** The hierarchy of fully connected layers: its parameters, its arithmetic, its refusals. */
import { describe, expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  type HierarchicalMlpConfig,
  hierarchicalMlp,
  hierarchyFromConfig,
  hierarchyParameters,
  initialize,
  Scope,
} from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { parameterFeeds, random } from './run.ts'

const sizes = { input_shape: [1, 2, 2], latent_sizes: [3, 2], widths: [5, 4] }
const make = (more: Partial<HierarchicalMlpConfig> = {}) =>
  hierarchicalMlp({ ...sizes, layers_per_level: 1, norm: false, act_fn: 'tanh', ...more })

test('levels have their layers, named by level', () => {
  const affine = (n: number, m: number): number => n * m + m
  const heads = (width: number, size: number): number => 2 * affine(width, size)
  const below = affine(2, 5) + heads(5, 3) + affine(3, 5) + affine(5, 4) // p(z₁ | z₂) and p(x | z₁)
  const plain = hierarchyParameters(make({ ladder: false }))
  expect(plain.size).toBe(affine(4, 5) + heads(5, 3) + affine(3, 4) + heads(4, 2) + below)
  const ladder = hierarchyParameters(make())
  expect(ladder.size).toBe(affine(4, 5) + affine(5, 4) + heads(4, 2) + affine(5, 5) + heads(5, 3) + below)
  expect(ladder.specs.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'encoder.0.layers.0.weight',
      'encoder.1.mean.weight',
      'encoder.0.above.weight',
      'decoder.0.log_variance.bias',
      'decoder.data.weight',
    ]),
  )
})

test('with skip connections, codes and data are generated from all codes above', () => {
  const deep = { latent_sizes: [3, 2, 4], widths: [5, 4, 3], skip_connections: true }
  const network = make(deep)
  const layout = hierarchyParameters(network)
  const shapeOf = (name: string) => layout.specs.find((each) => each.name === name)!.shape
  expect(shapeOf('decoder.0.layers.0.weight')).toEqual([5, 6])
  expect(shapeOf('decoder.1.layers.0.weight')).toEqual([4, 4])
  expect(shapeOf('decoder.data.layers.0.weight')).toEqual([5, 9])
  expect(network.outputReads).toBe(3)
  expect(make({ ...deep, skip_connections: false }).outputReads).toBe(1)

  // one behind the other, the nearest first, as a network reads them whose single code is all of them
  const codes = [1, 2, 3].map((level) => random(`z${level}`, deep.latent_sizes[level - 1]!))
  const joined = make({ latent_sizes: [9, 1], widths: [5, 4] })
  const scope = new Scope()
  const outputs = [
    network.output(
      scope,
      codes.map((each, i) => input(`z${i}`, [1, each.length])),
    ),
    joined.output(scope, [input('z', [1, 9])]),
  ]
  const feeds = {
    ...parameterFeeds(layout, random('weights', layout.size)),
    ...Object.fromEntries(codes.map((each, i) => [`z${i}`, each])),
    z: Float32Array.from(codes.flatMap((each) => Array.from(each))),
  }
  const [a, b] = evaluate(outputs, feeds)
  expect(Array.from(a!.data)).toEqual(Array.from(b!.data))
})

test('a network is built again from its configuration', () => {
  const network = make({ dropout: 0.2 })
  expect(hierarchyFromConfig(network.className, network.config).config).toEqual(network.config)
  expect(network).toMatchObject({ order: 'top-down', latentShapes: [[3], [2]], outputShape: [1, 2, 2] })
  expect(make({ ladder: false }).order).toBe('bottom-up')
})

describe('a ladder', () => {
  const network = make()
  const layout = hierarchyParameters(network)
  const flat = random('weights', layout.size)
  const [x, z] = [Array.from(random('x', 8)), Array.from(random('z', 4))]
  const scope = new Scope()
  const features = network.features(scope, input('x', [2, 1, 2, 2]))
  const above = [input('z', [2, 2])]
  const prior = network.prior(scope, 0, above)
  const q = network.posterior(scope, 0, { features, drawn: above, prior })
  const run = (weights: Float32Array) =>
    evaluate([prior.mean, prior.logVariance, q.mean, q.logVariance], { ...parameterFeeds(layout, weights), x, z }).map(
      ({ data }) => Array.from(data),
    )

  test('infers from what the data say, corrected by what the code above says', () => {
    const affine = (name: string, from: readonly number[]): number[] => {
      const [weight, bias] = [layout.view(flat, `${name}.weight`), layout.view(flat, `${name}.bias`)]
      return Array.from(bias, (b, i) => from.reduce((sum, each, j) => sum + weight[i * from.length + j]! * each, b))
    }
    const [mean, logVariance, m, v] = run(flat) as [number[], number[], number[], number[]]
    for (const item of [0, 1]) {
      const t = affine('decoder.0.layers.0', z.slice(2 * item, 2 * item + 2)).map(Math.tanh)
      const d = affine('encoder.0.layers.0', x.slice(4 * item, 4 * item + 4)).map(Math.tanh)
      const h = affine('encoder.0.above', t).map((each, i) => each + d[i]!)
      const [centre, spread] = [affine('encoder.0.mean', h), affine('encoder.0.log_variance', h)]
      const [own, ownSpread] = [affine('decoder.0.mean', t), affine('decoder.0.log_variance', t)]
      for (let i = 0; i < 3; i++) {
        const at = 3 * item + i
        expect(mean[at]).toBeCloseTo(own[i]!, 4)
        expect(logVariance[at]).toBeCloseTo(ownSpread[i]!, 4)
        expect(m[at]).toBeCloseTo(centre[i]!, 4)
        expect(v[at]).toBeCloseTo(spread[i]!, 4)
      }
    }
  })

  test('begins with priors N(0, I), and with codes that say something', () => {
    const first = initialize(layout, key(0))
    const [mean, logVariance, , v] = run(first) as [number[], number[], number[], number[]]
    expect([...mean, ...logVariance].every((each) => each === 0)).toBe(true)
    expect(v.every((each) => each === -2)).toBe(true)
  })
})

test('layers after the first are added to what they are of, and dropped where that is asked', () => {
  const network = make({ layers_per_level: 3, norm: true, dropout: 0.5 })
  const layout = hierarchyParameters(network)
  const scope = new Scope()
  const rates: number[] = []
  const dropout = (h: ReturnType<typeof input>, rate: number) => {
    rates.push(rate)
    return h
  }
  const plain = network.output(scope, [input('z', [1, 3])])
  const dropped = network.output(scope, [input('z', [1, 3])], { dropout })
  const feeds = { ...parameterFeeds(layout, random('weights', layout.size)), z: random('z', 3) }
  const [a, b] = evaluate([plain, dropped], feeds)
  expect(Array.from(b!.data)).toEqual(Array.from(a!.data))
  expect(rates).toEqual([0.5, 0.5, 0.5])
  expect(layout.specs.map(({ name }) => name)).toContain('decoder.data.layers.2.norm.weight')
})

test.each([
  [{ widths: [5] }, /2 latent_sizes and 1 widths/],
  [{ latent_sizes: [] }, /latent_sizes is \[\]/],
  [{ ladder: 1 as never }, /ladder is 1/],
  [{ act_fn: 'swish' as never }, /act_fn is "swish"/],
  [{ layers_per_level: 0 }, /layers_per_level is 0/],
])('%j is refused', (wrong, message) => {
  expect(() => make(wrong)).toThrow(message)
})

test('a class that there is not is refused', () => {
  expect(() => hierarchyFromConfig('Unet', {})).toThrow(/expected one of HierarchicalMLP/)
})
