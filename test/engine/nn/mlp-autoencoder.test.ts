/** The autoencoder of fully connected layers: its shapes, its arithmetic, its refusals. */
import { describe, expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  autoencoderFromConfig,
  autoencoderParameters,
  initialize,
  mlpAutoencoder,
  Scope,
} from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { parameterFeeds, random } from './run.ts'

test('the published network has its layers and their numbers', () => {
  const autoencoder = mlpAutoencoder({ input_shape: [1, 28, 28], latent_size: 50 })
  const layout = autoencoderParameters(autoencoder)
  const encoder = 784 * 200 + 200 + 200 * 200 + 200 + 2 * (200 * 50 + 50)
  const decoder = 50 * 200 + 200 + 200 * 200 + 200 + 200 * 784 + 784
  expect(layout.size).toBe(encoder + decoder)
  expect(layout.specs.map(({ name }) => name)).toEqual(
    [
      ['encoder', ['layers.0', 'layers.1', 'mean', 'log_variance']],
      ['decoder', ['layers.0', 'layers.1', 'out']],
    ].flatMap(([half, names]) =>
      (names as string[]).flatMap((name) => [`${String(half)}.${name}.weight`, `${String(half)}.${name}.bias`]),
    ),
  )
  expect(autoencoder).toMatchObject({ inputShape: [1, 28, 28], latentShape: [50], outputShape: [1, 28, 28] })
  expect(autoencoderFromConfig(autoencoder.className, autoencoder.config).config).toEqual(autoencoder.config)
})

describe('its arithmetic', () => {
  const autoencoder = mlpAutoencoder({ input_shape: [1, 2, 2], latent_size: 2, widths: [3], act_fn: 'tanh' })
  const layout = autoencoderParameters(autoencoder)
  const flat = random('weights', layout.size)
  const parameters = parameterFeeds(layout, flat)
  const affine = (name: string, x: readonly number[]): number[] => {
    const [weight, bias] = [layout.view(flat, `${name}.weight`), layout.view(flat, `${name}.bias`)]
    return Array.from(bias, (b, i) => x.reduce((sum, each, j) => sum + weight[i * x.length + j]! * each, b))
  }
  const scope = new Scope()
  const { mean, logVariance } = autoencoder.encode(scope, input('x', [2, 1, 2, 2]))
  const decoded = autoencoder.decode(scope, input('z', [2, 2]))

  test('is that of its layers', () => {
    const x = Array.from(random('x', 8))
    const z = Array.from(random('z', 4))
    const [m, v, y] = evaluate([mean, logVariance!, decoded], { ...parameters, x, z })
    for (const item of [0, 1]) {
      const h = affine('encoder.layers.0', x.slice(4 * item, 4 * item + 4)).map(Math.tanh)
      const back = affine('decoder.layers.0', z.slice(2 * item, 2 * item + 2)).map(Math.tanh)
      affine('encoder.mean', h).forEach((each, i) => expect(m.data[2 * item + i]).toBeCloseTo(each, 6))
      affine('encoder.log_variance', h).forEach((each, i) => expect(v.data[2 * item + i]).toBeCloseTo(each, 6))
      affine('decoder.out', back).forEach((each, i) => expect(y.data[4 * item + i]).toBeCloseTo(each, 6))
    }
    expect(y.shape).toEqual([2, 1, 2, 2])
  })

  test('keeps log-variances within [−30, 20]', () => {
    const large = layout.view(flat, 'encoder.log_variance.bias').map((_, i) => (i === 0 ? 1000 : -1000))
    const [{ data }] = evaluate([logVariance!], {
      ...parameters,
      'encoder.log_variance.bias': large,
      x: new Float32Array(8),
    })
    expect(Array.from(data)).toEqual([20, -30, 20, -30])
  })
})

test('hidden activations are dropped where that is asked for', () => {
  const autoencoder = mlpAutoencoder({ input_shape: [2], latent_size: 1, widths: [4, 3], dropout: 0.5 })
  const dropped: number[] = []
  const dropout = <T>(x: T, rate: number): T => {
    dropped.push(rate)
    return x
  }
  autoencoder.encode(new Scope(), input('x', [1, 2]), { dropout })
  expect(dropped).toEqual([0.5, 0.5])
  autoencoder.encode(new Scope(), input('x', [1, 2]))
  expect(dropped.length).toBe(2)
})

test('without hidden layers it is linear', () => {
  const layout = autoencoderParameters(mlpAutoencoder({ input_shape: [3], latent_size: 2, widths: [] }))
  expect(layout.size).toBe(2 * (3 * 2 + 2) + 2 * 3 + 3)
  expect(initialize(layout, key(0)).every(Number.isFinite)).toBe(true)
})

test.each([
  [{ input_shape: [2] }, /latent_size is 0/],
  [{ input_shape: [], latent_size: 2 }, /input_shape is \[\]/],
  [{ input_shape: [2], latent_size: 2, widths: [0] }, /widths is \[0\]/],
  [{ input_shape: [2], latent_size: 2, act_fn: 'step' }, /act_fn is "step"/],
  [{ input_shape: [2], latent_size: 2, dropout: 1 }, /dropout is 1/],
  [{ input_shape: [2], latent_size: 2, depth: 3 }, /unknown option depth/],
  [{ input_shape: [2], latent_size: 2 ** 30 }, /latent_size is/],
])('%o is refused', (config, message) => {
  expect(() => autoencoderFromConfig('MLPAutoencoder', config)).toThrow(message)
})

test('of another shape nothing is taken', () => {
  const autoencoder = mlpAutoencoder({ input_shape: [2], latent_size: 3 })
  expect(() => autoencoder.encode(new Scope(), input('x', [4, 3]))).toThrow(/MLPAutoencoder: x/)
  expect(() => autoencoder.decode(new Scope(), input('z', [4, 2]))).toThrow(/MLPAutoencoder: z/)
  expect(() => autoencoderFromConfig('Nothing', {})).toThrow(/expected one of .*MLPAutoencoder/)
})
