/** An autoencoder and the model of its codes trained together: batches, what is learned, folders, and what is refused. */
import { beforeAll, describe, expect, test } from 'vitest'
import { train } from '../../src/app/train.ts'
import { input, reshape, type Tensor } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { dit } from '../../src/engine/nn/dit.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { mlp } from '../../src/engine/nn/mlp.ts'
import { type Network, parametersOf } from '../../src/engine/nn/network.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { unet2d } from '../../src/engine/nn/unet2d/unet2d.ts'
import { key, normal, uniform } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { type ArrayDataset, createDataset, itemSize } from '../../src/files/data/dataset.ts'
import { frameOf, toNetwork } from '../../src/files/data/frame.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { autoencoderSum } from '../../src/families/latent/autoencoder-sum.ts'
import { latentData, type LatentData } from '../../src/families/latent/data.ts'
import { encodedViews, viewsOf } from '../../src/families/latent/encode-data.ts'
import { itemsIn, seenIn } from '../../src/families/latent/joint/frame-graph.ts'
import { mixedWeights, mixturePart } from '../../src/families/latent/joint/mixed-output.ts'
import { jointIn, latentsIn } from '../../src/families/latent/meta.ts'
import { latentFolderOf, type LatentModel, latentOf } from '../../src/families/latent/model.ts'
import { latentProblem } from '../../src/families/latent/problem.ts'
import { type LatentTrainSpec, parseSpec } from '../../src/families/latent/spec.ts'
import { specOf } from '../../src/families/latent/spec-of.ts'
import { type Choices, defaultVaeSpec } from '../../src/families/vae/defaults.ts'
import type { VaeModel } from '../../src/families/vae/model.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import type { Checkpoint } from '../../src/tools/train/checkpoint.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

async function trainedVae(dataset: ArrayDataset, choices: Choices, steps: number): Promise<VaeModel> {
  const spec = defaultVaeSpec(dataset, { ...choices, budget: { steps } })
  let model: VaeModel | undefined
  for await (const event of train({ spec, dataset, engine })) if (event.type === 'checkpoint') model = event.model
  return { ...model!, weights: model!.weights.slice() }
}

async function codesOf(autoencoder: VaeModel, data: ArrayDataset, flip = false): Promise<LatentData> {
  const source = { autoencoder, path: undefined, sum: autoencoderSum(autoencoder) }
  const store = { read: async () => undefined, write: async () => undefined }
  return latentData(source, {
    of: data,
    laws: await encodedViews(source, data, viewsOf(autoencoder, flip), { engine, store }),
  })
}

const numbers = (tensor: Tensor, feeds: Record<string, ArrayLike<number>>): number[] =>
  Array.from(evaluate([tensor], feeds as never)[0]!.data)

/** Training with the losses of all steps and the last model. */
async function run(spec: LatentTrainSpec, dataset: LatentData, from?: Checkpoint) {
  const [losses, checkpoints]: [number[], Checkpoint[]] = [[], []]
  let model: LatentModel | undefined
  for await (const event of train({ spec, dataset, engine, checkpointEvery: 2, from } as never)) {
    if (event.type === 'step') losses.push(event.loss)
    if (event.type === 'checkpoint') {
      checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
      model = event.model as LatentModel
    }
  }
  return { losses, checkpoints, model: model! }
}

describe('images of black and white', () => {
  const glyphs = builtinDataset('glyphs', { length: 40 })
  let data: LatentData
  let spec: LatentTrainSpec
  beforeAll(async () => {
    const choices: Choices = {
      batch: 8,
      network: { className: 'AutoencoderKL' },
      widths: [8, 8],
      latent: 2,
      law: { name: 'bernoulli' },
    }
    data = await codesOf(await trainedVae(glyphs, choices, 3), glyphs, true)
    spec = await specOf(data, { latents: 'x', joint: true, flip: true, batch: 4, steps: 4, widths: [8, 8] }, {})
  })

  test('a specification says so, and comes back', () => {
    expect(spec.joint).toEqual({ mixture: 0.5 })
    expect(parseSpec(JSON.parse(JSON.stringify(spec)), 'spec')).toEqual(spec)
  })

  test('batches are a function of the step alone', async () => {
    const problem = await latentProblem(spec, data)
    const [one, other] = [problem.emptyBatch(), problem.emptyBatch()]
    for (const step of [7, 2, 5]) problem.fill(one, step)
    problem.fill(other, 5)
    expect(one.feeds).toEqual(other.feeds)
    expect(new Set(one.feeds['x'])).toEqual(new Set([-1, 1]))
    problem.fill(other, 6)
    expect(one.feeds).not.toEqual(other.feeds)
  })

  test('a prior that is weighed by the likelihood has the weights of the bound', async () => {
    const options = {
      latents: 'x',
      joint: true,
      noise: 'vp',
      weighting: 'likelihood',
      batch: 4,
      steps: 1,
      widths: [8, 8],
    }
    const problem = await latentProblem(await specOf(data, options, {}), data)
    const batch = problem.emptyBatch()
    problem.fill(batch, 0)
    for (const pull of batch.feeds['pull']!) expect(pull).toBeCloseTo(1, 5)
    expect(batch.feeds['weight']).toEqual(batch.feeds['bound'])
  })

  test('continued from a checkpoint, everything is as if nothing had happened', async () => {
    const whole = await run(spec, data)
    const rest = await run(spec, data, structuredClone(whole.checkpoints.find(({ state }) => state.step === 2)!))
    expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
    expect(rest.losses).toEqual(whole.losses.slice(2))
    expect(whole.losses.every(Number.isFinite)).toBe(true)
  })

  test('the model comes back from its folder, with an autoencoder that has learned', async () => {
    const { model } = await run(spec, data)
    const { autoencoder: start, sum } = data.codes
    expect(model.autoencoder.weights).not.toEqual(start.weights)
    expect(latentsIn(model.meta).autoencoder).not.toBe(sum)
    const again = latentOf(decodeModelFolder(encodeModelFolder(latentFolderOf(model))))
    expect(again.autoencoder.weights).toEqual(model.autoencoder.weights)
    expect(again.prior.weights).toEqual(model.prior.weights)
    expect(again.meta).toEqual(model.meta)
    expect(jointIn(again.meta)).toMatchObject({ steps: 4 })
    // codes of 7 × 7, seen as 8 × 8: still a mixture of each channel
    expect(jointIn(again.meta)!.mixture).toHaveLength(model.prior.network.inputShape[0]!)
    expect(again.meta.parts).toBeUndefined()
  })

  test.each([
    [{ parametrisation: 'epsilon' }, /`joint`: the mixture .* not of epsilon/],
    [{ noise: 'cosine', times: 'logit-normal' }, /`joint`: times .* not logit-normal/],
    [{ learnVariance: true }, /`joint`: .*known variances/],
    [{ joint: undefined, mixture: 0.3 }, /`mixture` is for/],
  ])('refused: %j', async (options, message) => {
    await expect(
      specOf(data, { latents: 'x', joint: true, steps: 1, batch: 4, widths: [8, 8], ...options }, {}),
    ).rejects.toThrow(message)
  })
})

test('where codes are not normal, the bound passes below that of every Gaussian', async () => {
  // ±(2, −1.5, 1) with noise of 0.3: the entropy of the mixture, and of the Gaussian of the same covariance
  const n = 512
  const [axis, sigma] = [[2, -1.5, 1], 0.3]
  const [sides, noise] = [uniform(key('sides'), new Float64Array(n)), normal(key('noise'), new Float64Array(3 * n))]
  const values = Float32Array.from(
    noise,
    (each, i) => axis[i % 3]! * (sides[Math.floor(i / 3)]! < 0.5 ? -1 : 1) + sigma * each,
  )
  const affine = { shift: [0], scale: [1] }
  const points = createDataset({ name: 'two', kind: 'points', shape: [3], data: values, affine })
  const noiseEntropy = 1.5 * Math.log(2 * Math.PI * Math.E * sigma ** 2)
  const exact = Math.log(2) + noiseEntropy
  const gaussian = 0.5 * Math.log(1 + 7.25 / sigma ** 2) + noiseEntropy

  const network = { className: 'MLPAutoencoder', config: { input_shape: [3], latent_size: 1, widths: [] } }
  const vae = await trainedVae(points, { network, batch: 256, optimizer: { rate: 0.02, ema: 0.99 } }, 600)
  const data = await codesOf(vae, points)
  const options = { latents: 'x', joint: true, steps: 700, batch: 256, widths: [32], depth: 2, rate: 0.01 }
  const { losses, model } = await run(await specOf(data, options, {}), data)
  const late = losses.slice(-200).reduce((a, b) => a + b, 0) / 200
  expect(late).toBeLessThan(gaussian - 0.5)
  expect(late).toBeGreaterThan(exact - 0.1)
  expect(jointIn(model.meta)!.mixture![0]).toBeGreaterThan(0.6)
}, 60_000)

describe('the mixture in the weights of a network', () => {
  const networks: Record<string, Network> = {
    UNet2DModel: unet2d({
      sample_size: 4,
      in_channels: 2,
      out_channels: 2,
      block_out_channels: [8],
      down_block_types: ['DownBlock2D'],
      up_block_types: ['UpBlock2D'],
      layers_per_block: 1,
      norm_num_groups: 4,
      add_attention: false,
    }),
    MLP: mlp({ input_shape: [2, 3], width: 8, layers: 1 }),
    DiT: dit({
      sample_size: 4,
      in_channels: 2,
      out_channels: 2,
      patch_size: 2,
      hidden_size: 8,
      num_layers: 1,
      num_attention_heads: 2,
    }),
  }

  test.each(Object.keys(networks))('%s: the output of each channel times its share', (name) => {
    const network = networks[name]!
    const layout = parametersOf(network)
    const weights = initialize(layout, key(1))
    // no layer is zero, not even those that begin so
    normal(key(2), new Float32Array(weights.length)).forEach((each, i) => (weights[i]! += 0.1 * each))
    const shares = [0.25, 0.9]
    const y = network.build(new Scope(), {
      x: input('x', [2, ...network.inputShape]),
      t: input('t', [2]),
      conditions: {},
    })
    const feeds = (flat: Float32Array) => ({
      x: normal(key(3), new Float32Array(2 * itemSize(network.inputShape))),
      t: [3, 500],
      ...Object.fromEntries(Array.from(layout.toMap(flat), ([each, { data }]) => [each, data])),
    })
    const plain = numbers(reshape(y, [2, 2, -1]), feeds(weights))
    const mixed = numbers(reshape(y, [2, 2, -1]), feeds(mixedWeights(network, layout, weights, shares)))
    const each = plain.length / 4
    expect(Math.max(...plain.map(Math.abs))).toBeGreaterThan(0.01)
    mixed.forEach((value, i) => expect(value).toBeCloseTo(plain[i]! * shares[Math.floor(i / each) % 2]!, 5))
    expect(mixturePart(network)).toHaveProperty('mixture')
  })

  test('a network whose output is not that of its last layer has none', () => {
    expect(mixturePart({ ...networks['MLP']!, className: 'Mine' })).toEqual({})
    const skips = { ...networks['UNet2DModel']!, config: { up_block_types: ['SkipUpBlock2D'] } }
    expect(mixturePart(skips)).toEqual({})
  })
})

test.each([
  [[2, 7, 5], 1, 4],
  [[1, 6, 6], 2, 1],
  [[3, 5, 7], 2, 2],
  [[4], 1, 1],
])('codes %j in patches of %i, stride %i: the same as arrays and as an expression', (item, patch, stride) => {
  const frame = frameOf(item, patch, stride)
  const values = normal(key('codes'), new Float32Array(3 * itemSize(item)))
  const seen = numbers(seenIn(frame)(input('z', [3, ...item])), { z: values })
  const back = numbers(itemsIn(frame)(input('z', [3, ...frame.network])), { z: seen })
  expect(back).toEqual(Array.from(values))
  expect(seen).toEqual(Array.from(toNetwork(frame, values, new Float32Array(3 * itemSize(frame.network)))))
})
