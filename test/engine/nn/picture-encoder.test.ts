/** The image encoder of our own: its shapes, its gradient, what it refuses; pictures that are left out. */
import { describe, expect, test } from 'vitest'
import { gradients, input, mul, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { imageEncoderParameters, withPresence } from '../../../src/engine/nn/image-encoder.ts'
import { imageEncoderFromConfig } from '../../../src/engine/nn/image-encoder-registry.ts'
import { initialize, Scope } from '../../../src/engine/nn/index.ts'
import { pictureEncoder } from '../../../src/engine/nn/picture-encoder.ts'
import { key } from '../../../src/engine/random/index.ts'
import { distance, parameterFeeds, random } from './run.ts'

const encoder = pictureEncoder({
  sample_size: [4, 8],
  in_channels: 2,
  block_out_channels: [4, 8],
  hidden_size: 3,
  norm_num_groups: 2,
})
const layout = imageEncoderParameters(encoder)
const flat = random('picture encoder', layout.size).map((value) => value * 0.5)
const feeds = { ...parameterFeeds(layout, flat), x: random('x', 2 * 2 * 32) }
const scope = new Scope()
const { hidden, pooled } = encoder.encode(scope, input('x', [2, 2, 4, 8]))

test('it gives a vector for each place, and one for the whole', () => {
  expect([encoder.length, encoder.width, encoder.pooledWidth]).toEqual([8, 3, 3])
  expect([hidden.shape, pooled.shape]).toEqual([
    [2, 8, 3],
    [2, 3],
  ])
  expect(imageEncoderFromConfig(encoder.className, encoder.config).config).toEqual(encoder.config)
})

test('the whole is a mean, mapped by a layer of its own', () => {
  // the same layer for both: the mean of the places
  const same: Record<string, Float32Array> = { ...feeds }
  for (const kind of ['weight', 'bias']) same[`pooled_out.${kind}`] = same[`hidden_out.${kind}`]!
  const [h, p] = evaluate([hidden, pooled], same)
  const means = Array.from({ length: 6 }, (_, i) =>
    Array.from({ length: 8 }, (_, place) => h!.data[(Math.floor(i / 3) * 8 + place) * 3 + (i % 3)]!).reduce(
      (a, b) => a + b / 8,
      0,
    ),
  )
  expect(distance(p!.data, means)).toBeLessThan(1e-5)
})

test('its gradient is that of finite differences', () => {
  const loss = sum(mul(sum(mul(hidden, input('w', [2, 8, 3]))), sum(pooled)))
  const names = ['conv_in.weight', 'blocks.1.downsample.weight', 'blocks.1.resnets.0.conv2.weight', 'norm_out.bias']
  const of = (name: string) =>
    scope.parameter(name, layout.specs.find((spec) => spec.name === name)!.shape, { kind: 'zeros' })
  const given: Record<string, ArrayLike<number>> = { ...feeds, w: random('w', 48) }
  const found = evaluate([...gradients(loss, names.map(of))], given as never)
  names.forEach((name, n) => {
    const d = Array.from(found[n]!.data)
    const i = d.reduce((best, value, j) => (Math.abs(value) > Math.abs(d[best]!) ? j : best), 0)
    const at = (by: number): number => {
      const moved = Float32Array.from(given[name]!)
      moved[i]! += by
      return evaluate([loss], { ...given, [name]: moved } as never)[0]!.data[0]!
    }
    const h = 1e-2
    expect((at(h) - at(-h)) / (2 * h) / d[i]!, name).toBeCloseTo(1, 2)
  })
})

test('at first, a block changes nothing', () => {
  const first = parameterFeeds(layout, initialize(layout, key(0)))
  const deeper = imageEncoderFromConfig('PictureEncoder', { ...encoder.config, layers_per_block: 3 })
  const more = parameterFeeds(imageEncoderParameters(deeper), initialize(imageEncoderParameters(deeper), key(9)))
  const [a] = evaluate([pooled], { ...first, x: feeds.x })
  const [b] = evaluate([deeper.encode(new Scope(), input('x', [2, 2, 4, 8])).pooled], { ...more, ...first, x: feeds.x })
  expect(distance(a!.data, b!.data)).toBeLessThan(1e-6)
})

test('activations are dropped where that is asked for', () => {
  const dropped: number[] = []
  const dropout = <T>(y: T, rate: number): T => {
    dropped.push(rate)
    return y
  }
  const dropping = imageEncoderFromConfig('PictureEncoder', { ...encoder.config, dropout: 0.2 })
  dropping.encode(new Scope(), input('x', [1, 2, 4, 8]), { dropout })
  expect(dropped).toEqual([0.2, 0.2])
})

describe('pictures that are left out', () => {
  test('are zeros with a flag', () => {
    const there = Float32Array.of(1, 0)
    const made = [
      withPresence(input('p', [2, 2]), input('f', [2])),
      withPresence(input('h', [2, 2, 1]), input('f', [2])),
    ]
    const [p, h] = evaluate(made, { p: Float32Array.of(5, 6, 7, 8), h: Float32Array.of(5, 6, 7, 8), f: there })
    expect([p!.shape, [...p!.data]]).toEqual([
      [2, 3],
      [5, 6, 1, 0, 0, 0],
    ])
    expect([h!.shape, [...h!.data]]).toEqual([
      [2, 2, 2],
      [5, 1, 6, 1, 0, 0, 0, 0],
    ])
  })
})

test.each([
  [{}, /sample_size is null/],
  [{ sample_size: 6 }, /sample_size is 6, expected multiples of 4, for 3 levels/],
  [
    { sample_size: 8, block_out_channels: [12] },
    /block_out_channels is \[12\], expected multiples of norm_num_groups = 8/,
  ],
  [{ sample_size: 8, depth: 2 }, /unknown option depth/],
])('%o is refused', (config, message) => {
  expect(() => imageEncoderFromConfig('PictureEncoder', config)).toThrow(message)
})
