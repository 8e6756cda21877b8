import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type AutoencoderWeights, compiledAutoencoder, decoderExpression } from '../../src/compiled/autoencoder.ts'
import { graphOperator } from '../../src/diffusion/measure/index.ts'
import { input, mean } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { autoencoderFromConfig } from '../../src/engine/nn/autoencoder-registry.ts'
import { autoencoderParameters } from '../../src/engine/nn/autoencoder.ts'
import { autoencoderKL } from '../../src/engine/nn/autoencoder-kl/autoencoder-kl.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { goldenExists, goldenTensors } from '../engine/nn/golden.ts'
import { distance, random } from '../engine/nn/run.ts'

const autoencoder = autoencoderKL({
  sample_size: 8,
  block_out_channels: [8, 16],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  latent_channels: 2,
  norm_num_groups: 4,
})
const layout = autoencoderParameters(autoencoder)
const small: AutoencoderWeights = { autoencoder, layout, weights: initialize(layout, key(1)) }

describe.runIf(goldenExists)('../shared/golden/tiny-sd/vae, which diffusers wrote', () => {
  test('is encoded and decoded to 1e-4', async () => {
    const root = '../shared/golden/tiny-sd/vae'
    const tiny = autoencoderFromConfig('AutoencoderKL', JSON.parse(readFileSync(`${root}/config.json`, 'utf8')))
    const layout = autoencoderParameters(tiny)
    const weights = layout.fromMap(goldenTensors('tiny-sd', 'vae/diffusion_pytorch_model.safetensors'))
    const reference = goldenTensors('tiny-sd', 'reference.safetensors')
    const data = (name: string): Float32Array => reference.get(name)!.data
    using made = await compiledAutoencoder({ autoencoder: tiny, layout, weights }, await nodeEngine(), { batch: 1 })
    const code = await made.encode(data('image'))
    expect(distance(code.mean, data('encoded_mean'))).toBeLessThan(1e-4)
    expect(distance(code.logVariance!, data('encoded_logvar'))).toBeLessThan(1e-4)
    const scaled = reference.get('ddim.latents')!.data.slice(-1024)
    const image = await made.decode(scaled.map((value) => value / 0.18215))
    // a pipeline shows pixels in [0, 1], channels last
    const shown = reference.get('ddim.image')!.data
    const pixels = Float32Array.from(shown, (_, i) => image[(i % 3) * 1024 + Math.floor(i / 3)]! / 2 + 0.5)
    expect(
      distance(
        pixels.map((value) => Math.min(1, Math.max(0, value))),
        shown,
      ),
    ).toBeLessThan(1e-4)
    const decoded = await made.decode(data('latents').map((value) => value / 0.18215))
    expect(distance(decoded, data('decoded_latents'))).toBeLessThan(1e-4)
  })
})

describe('a compiled autoencoder', () => {
  test('computes what the plain interpreter does, item by item', async () => {
    using made = await compiledAutoencoder(small, await nodeEngine(), { batch: 3 })
    expect([made.inputShape, made.latentShape, made.outputShape]).toEqual([
      [3, 8, 8],
      [2, 4, 4],
      [3, 8, 8],
    ])
    const x = random('images', 2 * 192)
    const { mean, logVariance } = await made.encode(x)
    const decode = decoderExpression(small)
    const z = input('z', [2, 2, 4, 4])
    const [wanted] = evaluate([decode(z)], { z: mean })
    expect([mean.length, logVariance!.length]).toEqual([64, 64])
    const image = await made.decode(mean)
    expect(distance(image, wanted!.data)).toBeLessThan(1e-4)
    const second = await made.encode(x.subarray(192))
    expect(distance(second.mean, mean.subarray(32))).toBeLessThan(1e-5)
  })

  test('takes images of another size', async () => {
    using made = await compiledAutoencoder(small, await nodeEngine(), { batch: 1, shape: [3, 4, 12] })
    expect([made.latentShape, made.outputShape]).toEqual([
      [2, 2, 6],
      [3, 4, 12],
    ])
    const { mean } = await made.encode(random('wide', 144))
    expect(await made.decode(mean)).toHaveLength(144)
    const engine = await nodeEngine()
    await expect(compiledAutoencoder(small, engine, { batch: 1, shape: [3, 5, 12] })).rejects.toThrow('multiples of 2')
  })

  test('refuses batches that do not fit, and calls after its end', async () => {
    const made = await compiledAutoencoder(small, await nodeEngine(), { batch: 2 })
    await expect(made.encode(new Float32Array(100))).rejects.toThrow('100 numbers for an autoencoder of up to 2 items')
    await expect(made.decode(new Float32Array(3 * 32))).rejects.toThrow('up to 2 items of [2, 4, 4]')
    made.dispose()
    await expect(made.decode(new Float32Array(32))).rejects.toThrow('disposed of')
  })
})

test('a measurement of what is decoded has the derivative of both', async () => {
  const decode = decoderExpression(small)
  const forward = (z: ReturnType<typeof input>) => mean(decode(z), 1)
  using operator = await graphOperator({ from: [2, 4, 4], forward, engine: await nodeEngine() })
  expect(operator.to).toEqual([8, 8])
  const [z, u, v] = [normal(key('z'), new Float64Array(32)), normal(key('u'), new Float64Array(32)), random('v', 64)]
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, each, i) => sum + each * b[i]!, 0)
  const along = dot(await operator.pushforward(z, u), v)
  expect(dot(await operator.pullback(z, Float64Array.from(v)), u)).toBeCloseTo(along, 4)
  const at = async (by: number) => dot(await operator.forward(z.map((value, i) => value + by * u[i]!)), v)
  const h = 1e-2
  expect(((await at(h)) - (await at(-h))) / (2 * h) / along).toBeCloseTo(1, 3)
})
