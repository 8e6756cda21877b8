/** Variational autoencoders as a family: training, folders, drawing, codes, likelihoods, export, and what is refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fit } from '../../src/app/node/fit.ts'
import { train } from '../../src/app/train.ts'
import { compiledAutoencoder } from '../../src/compiled/autoencoder.ts'
import { sizeOf } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/evaluate.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { type ArrayDataset, createDataset } from '../../src/files/data/dataset.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import type { Checkpoint } from '../../src/tools/train/checkpoint.ts'
import type { Setting } from '../../src/families/family.ts'
import { binarise } from '../../src/families/coded/batches.ts'
import { type Choices, defaultVaeSpec } from '../../src/families/vae/defaults.ts'
import { generatorOf } from '../../src/families/vae/draw.ts'
import { vaeFamily } from '../../src/families/vae/family.ts'
import { vaeLikelihood } from '../../src/families/vae/likelihood.ts'
import { vaeFolderOf, type VaeModel, vaeOf } from '../../src/families/vae/model.ts'
import { vaeProblem } from '../../src/families/vae/problem.ts'
import { linesIn } from '../cli/support.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const glyphs = builtinDataset('glyphs', { length: 40 })
const small: Choices = { batch: 8, widths: [16], latent: 3 }
const conv: Choices = { batch: 8, network: { className: 'AutoencoderKL' }, widths: [8, 8], latent: 2 }
/** Images whose sides the convolutions do not divide. */
const odd = createDataset({
  name: 'odd',
  kind: 'image',
  shape: [1, 4, 5],
  data: Uint8Array.from({ length: 20 * 20 }, (_, i) => (i * 37 + (i % 20) * 11) % 256),
})

async function trained(dataset: ArrayDataset, choices: Choices, steps: number): Promise<VaeModel> {
  const spec = defaultVaeSpec(dataset, { ...choices, budget: { steps } })
  let model: VaeModel | undefined
  for await (const event of train({ spec, dataset, engine })) if (event.type === 'checkpoint') model = event.model
  return { ...model!, weights: model!.weights.slice() }
}

describe('a linear autoencoder that is trained', () => {
  // four columns that two factors explain, and noise of its own
  const n = 400
  const factors = normal(key('factors'), new Float64Array(2 * n))
  const noise = normal(key('noise'), new Float64Array(4 * n))
  const loadings = [
    [1.2, 0],
    [0.8, -0.7],
    [0.3, 0.9],
    [-0.5, 0.6],
  ]
  const data = Float32Array.from({ length: 4 * n }, (_, i) => {
    const [item, column] = [Math.floor(i / 4), i % 4]
    const [a, b] = loadings[column]!
    return a! * factors[2 * item]! + b! * factors[2 * item + 1]! + 0.4 * noise[i]! + column
  })
  const points = createDataset({
    name: 'factors',
    kind: 'points',
    shape: [4],
    data,
    affine: { shift: [0], scale: [1] },
  })

  test('reaches the likelihood of probabilistic principal components', async () => {
    const network = { className: 'MLPAutoencoder', config: { input_shape: [4], latent_size: 2, widths: [] } }
    const model = await trained(points, { network, batch: 200, optimizer: { rate: 0.02, ema: 0.99 } }, 3000)
    const { elbo, importance } = await vaeLikelihood(
      model,
      points,
      { engine },
      { count: n, draws: 100, batch: 50, seed: 1 },
    )
    const values = eigenvalues(covariance(data, 4))
    const discarded = (values[2]! + values[3]!) / 2
    const best =
      0.5 * (4 * Math.log(2 * Math.PI) + Math.log(values[0]!) + Math.log(values[1]!) + 2 * Math.log(discarded) + 4)
    expect(elbo.nats.value).toBeGreaterThan(best - 0.01)
    expect(elbo.nats.value).toBeLessThan(best + 0.03)
    expect(importance.nats.value).toBeLessThan(elbo.nats.value + 0.01)
    expect(model.law.sigma! ** 2 / discarded).toBeCloseTo(1, 1)
  })
})

test('trained by five draws of each code, the importance-weighted bound is better', async () => {
  const images = builtinDataset('glyphs', { length: 200 })
  const nats = async (draws: number) => {
    const choices = { latent: 2, widths: [32], batch: 100, law: { name: 'bernoulli' }, bound: { draws } } as const
    const model = await trained(images, { ...choices, optimizer: { rate: 0.005, ema: 0.98 } }, 400)
    const options = { count: 200, draws: 100, batch: 50, seed: 1 }
    return (await vaeLikelihood(model, images, { engine }, options)).importance.nats.value
  }
  const [one, five] = [await nats(1), await nats(5)]
  expect(five).toBeLessThan(one)
})

describe.each([
  ['fully connected, discretised', glyphs, small],
  ['fully connected, bernoulli', glyphs, { ...small, law: { name: 'bernoulli' } }],
  ['importance-weighted', glyphs, { ...small, law: { name: 'gaussian' }, bound: { draws: 3, warmup: 4 } }],
  ['convolutions of padded images', odd, { ...conv, bound: { freeBits: 0.5, warmup: 4 } }],
] as const)('%s', (_, dataset, choices) => {
  test('continued from a checkpoint, everything is as if nothing had happened', async () => {
    const spec = defaultVaeSpec(dataset, { ...choices, budget: { steps: 4 } })
    const run = async (from?: Checkpoint) => {
      const checkpoints: Checkpoint[] = []
      const losses: number[] = []
      for await (const event of train({ spec, dataset, engine, checkpointEvery: 2, from })) {
        if (event.type === 'checkpoint') checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
        if (event.type === 'step') losses.push(event.loss)
      }
      return { checkpoints, losses }
    }
    const whole = await run()
    const rest = await run(structuredClone(whole.checkpoints.find(({ state }) => state.step === 2)!))
    expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
    expect(rest.losses).toEqual(whole.losses.slice(2))
    expect(whole.losses.every(Number.isFinite)).toBe(true)
  })

  test('comes back from its folder, and draws the same items, each by itself', async () => {
    const model = await trained(dataset, choices, 2)
    const files = encodeModelFolder(vaeFolderOf(model))
    expect([...files.keys()]).toEqual(expect.arrayContaining(['vae/config.json', 'tweedie.json']))
    const again = vaeOf(decodeModelFolder(files))
    expect(again.weights).toEqual(model.weights)
    expect(again.law).toEqual(model.law)
    expect(again.autoencoder.config).toEqual(model.autoencoder.config)
    using one = generatorOf(model, { engine })
    using other = generatorOf(again, { engine })
    for (const draw of ['mean', 'sample'] as const) {
      const all = await one.draw({ count: 5, seed: 3, draw })
      const some = await other.draw({ count: 5, seed: 3, draw, batch: 2 })
      some.forEach((each, i) => expect(Math.abs(each - all[i]!)).toBeLessThan(1e-5))
    }
    expect(one.compilations).toBe(1)
  })
})

describe('dropout', () => {
  const network = { className: 'MLPAutoencoder', config: { latent_size: 3, widths: [16], dropout: 0.5 } }
  const spec = defaultVaeSpec(glyphs, { batch: 8, network, bound: { draws: 2 }, budget: { steps: 1 } })
  const { emptyBatch, fill, loss } = vaeProblem(spec, glyphs)

  test('masks are fed, for every draw of every item, as a function of the step alone', () => {
    const [a, b] = [emptyBatch(), emptyBatch()]
    fill(a, 4)
    fill(b, 9)
    fill(b, 4)
    expect(b).toEqual(a)
    const masks = Object.entries(a.feeds).filter(([name]) => name.startsWith('dropout'))
    expect(masks.map(([, mask]) => mask.length)).toEqual([8 * 16, 2 * 8 * 16])
    for (const [, mask] of masks) expect(new Set(mask)).toEqual(new Set([0, 2]))
  })

  test('and change the loss', () => {
    const scope = new Scope()
    const { loss: value } = loss(scope, 8)
    const parameters = Object.fromEntries(
      scope.specs.map(({ name, shape }) => [name, normal(key(name), new Float32Array(sizeOf(shape)))]),
    )
    const batch = emptyBatch()
    fill(batch, 0)
    const at = (feeds: object) => evaluate([value], { ...batch.feeds, ...parameters, ...feeds })[0]!.data[0]!
    const open = batch.feeds['dropout.0']!.slice().fill(1)
    expect(Math.abs(at({}) - at({ 'dropout.0': open }))).toBeGreaterThan(0.1)
  })
})

describe('batches', () => {
  test('are a function of the step alone, and the weight of the divergence rises', () => {
    const spec = defaultVaeSpec(glyphs, { ...small, bound: { klWeight: 2, warmup: 10 }, law: { name: 'bernoulli' } })
    const { emptyBatch, fill } = vaeProblem(spec, glyphs)
    const [a, b] = [emptyBatch(), emptyBatch()]
    fill(a, 7)
    fill(b, 3)
    expect(b.feeds.kl_weight![0]).toBeCloseTo(0.6, 6)
    fill(b, 7)
    expect(b).toEqual(a)
    expect(new Set(a.feeds.x)).toEqual(new Set([-1, 1]))
    fill(a, 25)
    expect(a.feeds.kl_weight![7]).toBe(2)
  })

  test('binarise in proportion to the brightness', () => {
    const x = binarise(new Float32Array(20_000).fill(0.5), key('x'))
    expect(x.filter((each) => each === 1).length / x.length).toBeCloseTo(0.75, 1)
  })
})

describe('likelihoods', () => {
  test('of a Gaussian that was fitted to bytes are those of its bins', async () => {
    const model = await trained(glyphs, { ...small, law: { name: 'gaussian' } }, 20)
    const options = { count: 8, draws: 2, batch: 4, seed: 0 }
    const { elbo } = await vaeLikelihood(model, glyphs, { engine }, options)
    const binned = { ...model, law: { ...model.law, name: 'discretised' as const, shades: 256 } }
    const same = await vaeLikelihood(binned, glyphs, { engine }, options)
    expect(elbo.nats.value).toBe(same.elbo.nats.value)
    expect(elbo.bitsPerDim.value).toBeCloseTo(elbo.nats.value / (784 * Math.LN2), 10)
  })

  test('do not depend on the batch, and more draws bring them down', async () => {
    const model = await trained(glyphs, { ...small, law: { name: 'bernoulli' } }, 30)
    const of = async (draws: number, batch: number) =>
      vaeLikelihood(model, glyphs, { engine }, { count: 12, draws, batch, seed: 0 })
    const [whole, parts, many] = await Promise.all([of(3, 12), of(3, 5), of(60, 12)])
    expect(parts.importance.nats.value).toBeCloseTo(whole.importance.nats.value, 3)
    expect(parts.elbo.nats.value).toBeCloseTo(whole.elbo.nats.value, 3)
    expect(many.importance.nats.value).toBeLessThan(whole.importance.nats.value)
    expect(whole.klByLatent.reduce((a, b) => a + b, 0)).toBeCloseTo(whole.kl.value, 4)
  })

  test('a density is that of the values of the data, not of standardised ones', async () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
    const at = (scale: number) =>
      createDataset({
        name: 'points',
        kind: 'points',
        shape: [2],
        data: data.map((x) => scale * x),
        affine: { shift: [0], scale: [scale] },
      })
    const choices: Choices = { batch: 8, widths: [8], latent: 1 }
    const options = { count: 32, draws: 2, batch: 8, seed: 0 }
    const [one, ten] = await Promise.all(
      [1, 10].map(async (scale) => vaeLikelihood(await trained(at(scale), choices, 5), at(scale), { engine }, options)),
    )
    expect(ten!.elbo.nats.value - one!.elbo.nats.value).toBeCloseTo(2 * Math.log(10), 3)
  })
})

test('training goes further from a model, from the width that it had', async () => {
  const model = await fit<VaeModel>('glyphs', { model: 'vae', items: 24, batch: 8, widths: [8], latent: 2, steps: 2 })
  const options = await vaeFamily.further!(model, glyphs, {})
  const spec = await vaeFamily.specOf(glyphs, { ...options, batch: 8, steps: 1 }, {})
  expect(spec.network).toMatchObject({ className: 'MLPAutoencoder', config: { latent_size: 2, widths: [8] } })
  expect(spec.law.sigma).toBe(model.law.sigma)
  const next = await fit<VaeModel>('glyphs', { from: model, items: 24, batch: 8, steps: 1, rate: 1e-12, ema: 0 })
  next.weights.forEach((each, i) => expect(each).toBeCloseTo(model.weights[i]!, 6))
})

test('halves that are exported compute what the model does', async () => {
  const model = await trained(glyphs, { ...small, law: { name: 'bernoulli' } }, 2)
  const setting = { engine, provenance: {} } as unknown as Setting
  const coder = await compiledAutoencoder(model, engine, { batch: 3 })
  const run = async (half: 'decoder' | 'encoder', x: Float32Array) => {
    const bytes = await vaeFamily.can.export!(model, { half, batch: 3 }, setting)
    using session = await engine.createSession(bytes)
    const shape = half === 'decoder' ? [3, 1, 28, 28] : [3, 6]
    const output = new Float32Array(sizeOf(shape))
    const seen = half === 'decoder' ? [3, 3] : [3, 1, 28, 28]
    await session.run(
      { x: { dtype: 'float32', shape: seen, data: x } },
      { output: { dtype: 'float32', shape, data: output } },
    )
    return output
  }
  const z = normal(key('z'), new Float32Array(9))
  const logits = await coder.decode(z)
  ;(await run('decoder', z)).forEach((each, i) => expect(each).toBeCloseTo(Math.tanh(logits[i]! / 2), 5))
  const x = normal(key('x'), new Float32Array(3 * 784))
  const codes = await coder.encode(x)
  const moments = await run('encoder', x)
  for (let item = 0; item < 3; item++) {
    for (let j = 0; j < 3; j++) {
      expect(moments[6 * item + j]).toBeCloseTo(codes.mean[3 * item + j]!, 4)
      expect(moments[6 * item + 3 + j]).toBeCloseTo(codes.logVariance![3 * item + j]!, 4)
    }
  }
  coder.dispose()
})

describe('on the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-vae-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const tweedie = linesIn(folder)
  const ok = async (line: string): Promise<string> => {
    const { status, stdout, stderr } = await tweedie(line)
    expect(stderr + stdout).toSatisfy(() => status === 0)
    return stdout
  }

  test('train, info, sample, encode, decode, eval and export', async () => {
    await ok('train glyphs --items 64 --model vae --latent 4 --widths 16 --batch 8 --steps 6 -q --out FOLDER/vae')
    expect(await ok('info FOLDER/vae')).toMatch(/MLPAutoencoder[^]*4 numbers[^]*discretised Gaussian of 256 shades/)
    await ok('sample FOLDER/vae -n 3 --seed 1 --draw sample -q -o FOLDER/some.npy')
    await ok('sample FOLDER/vae --encode FOLDER/some.npy -q -o FOLDER/codes.npy')
    expect(await ok('sample FOLDER/vae --decode FOLDER/codes.npy -q -o FOLDER/again.npy --json')).toContain(
      '"count": 3',
    )
    const likelihood = JSON.parse(
      await ok('eval FOLDER/vae --likelihood --likelihood-items 8 --importance-samples 3 -q --json'),
    ) as Record<string, unknown>
    expect(likelihood).toMatchObject({ items: 8, latents: 4, unit: 'bits/dim', importance: { draws: 3 } })
    await ok('export FOLDER/vae -o FOLDER/decoder.onnx')
    expect(JSON.parse(await ok('info FOLDER/decoder.onnx --json'))).toBeTruthy()
  })

  test.each([
    ['train glyphs --items 20 --model vae --decoder-law gaussian --shades 17', /--shades is for/],
    ['train glyphs --items 20 --model vae --depth 2', /--depth is for convolutions/],
    ['train glyphs --items 20 --model vae --decoder-law bernoulli --sigma 1', /--sigma is for laws with a width/],
    ['train glyphs --items 20 --model vae --importance-samples 2 --free-bits 1', /--free-bits is for one draw/],
    ['train glyphs --items 20 --model vae --kl-weight 0 --warmup-kl 5', /leaves nothing/],
    ['train glyphs --items 20 --model vae --network unet', /no such (file|autoencoder)/],
    ['train glyphs --items 20 --latent 5', /latent/],
    ['train moons --items 20 --model vae --decoder-law bernoulli', /between two limits/],
    ['train glyphs --items 20 --model vae --batch 64', /larger than the data/],
    ['train glyphs --items 20 --model vae --decoder-law poisson', /one of gaussian, discretised, bernoulli/],
  ])('%s is refused', async (line, message) => {
    const { status, stderr } = await tweedie(`${line} --steps 1 --out FOLDER/never`)
    expect(stderr).toMatch(message)
    expect(status).toBeGreaterThan(1)
  })
})

function covariance(data: Float32Array, d: number): number[][] {
  const n = data.length / d
  const mean = Array.from({ length: d }, (_, j) => data.reduce((sum, x, i) => (i % d === j ? sum + x / n : sum), 0))
  return mean.map((_, a) =>
    mean.map((__, b) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += (data[i * d + a]! - mean[a]!) * (data[i * d + b]! - mean[b]!)
      return sum / n
    }),
  )
}

/** Of a symmetric matrix, falling: Jacobi's rotations. */
function eigenvalues(matrix: number[][]): number[] {
  const a = matrix.map((row) => [...row])
  const n = a.length
  for (let sweep = 0; sweep < 50; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[p]![p]! - a[q]![q]!)
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        for (const row of a) [row[p], row[q]] = [c * row[p]! + s * row[q]!, c * row[q]! - s * row[p]!]
        const [rowP, rowQ] = [a[p]!.slice(), a[q]!.slice()]
        for (let k = 0; k < n; k++) {
          a[p]![k] = c * rowP[k]! + s * rowQ[k]!
          a[q]![k] = c * rowQ[k]! - s * rowP[k]!
        }
      }
    }
  }
  return a.map((row, i) => row[i]!).toSorted((x, y) => y - x)
}
