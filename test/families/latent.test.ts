/** Diffusion in codes against mathematics: the bound, posteriors through a decoder, the scale of codes; and codes that are kept. */
import { beforeAll, describe, expect, test } from 'vitest'
import { decodedOperator } from '../../src/compiled/decoded-operator.ts'
import { exactPosterior } from '../../src/diffusion/guidance/exact-posterior.ts'
import { differentiableGaussian } from '../../src/diffusion/guidance/differentiable.ts'
import { mmps } from '../../src/diffusion/guidance/likelihood.ts'
import { graphOperator } from '../../src/diffusion/measure/graph-operator.ts'
import { observation } from '../../src/diffusion/measure/observation.ts'
import { linearOperator } from '../../src/diffusion/measure/operator.ts'
import { namedSchedule } from '../../src/diffusion/noise/named.ts'
import { ddim } from '../../src/diffusion/sample/ddim.ts'
import { sampleFinal } from '../../src/diffusion/sample/sample.ts'
import { uniformTimes } from '../../src/diffusion/sample/times.ts'
import { add, constant, matmul, mul, tanh, type Tensor } from '../../src/engine/graph/index.ts'
import { layoutOf } from '../../src/engine/nn/layout.ts'
import type { Autoencoder } from '../../src/engine/nn/autoencoder.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { frameOf } from '../../src/files/data/frame.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { parseTweedieMeta } from '../../src/files/io/tweedie-meta.ts'
import { memoryStore } from '../../src/tools/eval/store.ts'
import { autoencoderSum } from '../../src/families/latent/autoencoder-sum.ts'
import { channelScale } from '../../src/families/latent/channel-scale.ts'
import { latentData } from '../../src/families/latent/data.ts'
import { drawnCodes } from '../../src/families/latent/drawn-codes.ts'
import { encodedViews, viewsOf } from '../../src/families/latent/encode-data.ts'
import { codesOf, operatorOnCodes } from '../../src/families/latent/operator-on-codes.ts'
import { latentFolderOf, type LatentModel, latentOf } from '../../src/families/latent/model.ts'
import { defaultVaeSpec } from '../../src/families/vae/defaults.ts'
import type { VaeModel } from '../../src/families/vae/model.ts'
import { vaeProblem } from '../../src/families/vae/problem.ts'
import { fit } from '../../src/app/node/fit.ts'
import { open } from '../../src/app/node/open.ts'
import { createTrainer } from '../../src/app/train.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

/** A decoder W z + b of two numbers to four, W with orthogonal columns, and the law N(W z + b, σ²). */
const columns = [
  [1.2, 0.4, -0.6, 0.2],
  [0.3, -0.9, 0.2, 0.6],
] as const
const offset = [0.5, -1, 0.2, 0.3]
const sigma = 0.4
/** A network sees s with z = shift + scale · s. */
const affine = { shift: [0.7, -0.2], scale: [1.5, 0.8] }
const lengths = columns.map((column) => column.reduce((sum, w) => sum + w * w, 0))
/** 1 + scale² |W_j|² / σ²: the posterior of s_j given x has this precision, where s is N(0, I). */
const precisions = lengths.map((length, j) => 1 + (affine.scale[j]! ** 2 * length) / sigma ** 2)

/** The linear autoencoder whose encoder is the exact posterior, its deviations times `wider`. */
function linear(wider = 1): VaeModel {
  const encoder = columns.map((column, j) =>
    column.map((w) => (affine.scale[j]! ** 2 * w) / sigma ** 2 / precisions[j]!),
  )
  const centre = offset.map((b, i) => b + columns.reduce((sum, column, j) => sum + column[i]! * affine.shift[j]!, 0))
  const bias = encoder.map((row, j) => affine.shift[j]! - row.reduce((sum, m, i) => sum + m * centre[i]!, 0))
  const logVariance = precisions.map((precision, j) => Math.log((wider * affine.scale[j]!) ** 2 / precision))
  const transposed = [0, 1, 2, 3].flatMap((i) => encoder.map((row) => row[i]!))
  const autoencoder: Autoencoder = {
    className: 'Linear',
    config: {},
    inputShape: [4],
    latentShape: [2],
    outputShape: [4],
    encode: (_, x) => {
      const mean = add(matmul(x, constant(transposed, [4, 2])), constant(bias, [1, 2]))
      return { mean, logVariance: add(mul(mean, 0), constant(logVariance, [1, 2])) }
    },
    decode: (_, z) => add(matmul(z, constant(columns.flat(), [2, 4])), constant(offset, [1, 4])),
  }
  return {
    family: 'vae',
    autoencoder,
    layout: layoutOf([]),
    weights: new Float32Array(0),
    law: { name: 'gaussian', sigma, shades: undefined },
    frame: frameOf([4]),
    scale: { kind: 'points', shape: [4], range: [-1, 1], affine: { shift: [0], scale: [1] } },
    classNames: [],
    meta: parseTweedieMeta({
      data: { name: 'points', kind: 'points', shape: [4] },
      objective: { parametrisation: 'evidence-bound' },
    }),
  }
}

/** Points of four columns, one after another. */
const points = (data: Float32Array) =>
  createDataset({ name: 'points', kind: 'points', shape: [4], data, affine: { shift: [0], scale: [1] } })

/** −log p(x) where s is N(0, I): x is Gaussian, of variances σ² · precision along the columns of W and σ² across. */
function exactCost(x: ArrayLike<number>): number {
  const away = offset.map(
    (b, i) => x[i]! - b - columns.reduce((sum, column, j) => sum + column[i]! * affine.shift[j]!, 0),
  )
  const along = columns.map((column, j) => column.reduce((sum, w, i) => sum + w * away[i]!, 0) / Math.sqrt(lengths[j]!))
  const across = away.reduce((sum, each) => sum + each ** 2, 0) - along.reduce((sum, each) => sum + each ** 2, 0)
  const terms = along.map((each, j) => each ** 2 / (sigma ** 2 * precisions[j]!) + Math.log(precisions[j]!))
  return 0.5 * (4 * Math.log(2 * Math.PI * sigma ** 2) + across / sigma ** 2 + terms[0]! + terms[1]!)
}

const standardCost = (s: ArrayLike<number>): number => 0.5 * (s[0]! ** 2 + s[1]! ** 2) + Math.log(2 * Math.PI)

/** −log p(x | z) + log q(z | x) − log p(z) of one draw for each item. */
async function costsOf(autoencoder: VaeModel, data: Float32Array): Promise<number[]> {
  const count = data.length / 4
  const { seen, reconstruction, density } = await drawnCodes(
    { autoencoder, frame: frameOf([2]), affine },
    points(data),
    {
      indices: Int32Array.from({ length: count }, (_, i) => i),
      seed: 3,
      batch: 64,
      engine,
    },
  )
  return Array.from(reconstruction, (cost, i) => cost + density[i]! + standardCost(seen.subarray(2 * i, 2 * i + 2)))
}

describe('the bound of a linear decoder under a Gaussian of codes', () => {
  test('columns of the decoder are orthogonal', () => {
    expect(columns[0].reduce((sum, w, i) => sum + w * columns[1][i]!, 0)).toBeCloseTo(0, 12)
  })

  test('is the log-density itself, for every draw, where the posterior is exact', async () => {
    const data = normal(key('bound'), new Float32Array(4 * 100)).map((each) => 2 * each)
    const costs = await costsOf(linear(), data)
    costs.forEach((cost, i) => expect(cost).toBeCloseTo(exactCost(data.subarray(4 * i, 4 * i + 4)), 4))
  })

  test('is above it by the divergence of the posteriors where it is not', async () => {
    const wider = 1.5
    const item = [0.3, 1, -2, 0.5]
    const count = 20_000
    const costs = await costsOf(
      linear(wider),
      Float32Array.from({ length: 4 * count }, (_, i) => item[i % 4]!),
    )
    const gap = costs.map((cost) => cost - exactCost(item))
    const mean = gap.reduce((sum, each) => sum + each, 0) / count
    const error = Math.sqrt(gap.reduce((sum, each) => sum + (each - mean) ** 2, 0) / count / count)
    const divergence = 2 * 0.5 * (wider ** 2 - 1 - Math.log(wider ** 2))
    expect(error).toBeLessThan(0.02)
    expect(Math.abs(mean - divergence)).toBeLessThan(4 * error)
  })
})

describe('posteriors of codes through a decoder', () => {
  const measured = [
    [0.6, -0.3, 0.8, 0.1],
    [-0.2, 0.5, 0.4, 0.9],
  ]
  const operator = linearOperator({
    from: [4],
    to: [2],
    forward: (x) => measured.map((row) => row.reduce((sum, a, i) => sum + a * x[i]!, 0)),
    adjoint: (v) => [0, 1, 2, 3].map((i) => measured.reduce((sum, row, k) => sum + row[i]! * v[k]!, 0)),
  })
  const prior = { frame: frameOf([2]), scale: { kind: 'points', shape: [2], range: [-1, 1], affine } } as never

  test('samples have the mean and the covariance of the closed form', async () => {
    const [count, noise] = [3000, 0.5]
    using onCodes = await operatorOnCodes(codesOf({ autoencoder: linear(), prior }), operator, count, { engine })
    const y = Float64Array.of(1.4, -0.3)
    const schedule = namedSchedule('cosine')
    const gaussian = { mean: [0.2, -0.4], covariance: [1, 0.5, 0.5, 0.8] }
    const denoiser = mmps(differentiableGaussian({ schedule, ...gaussian }), observation(onCodes, y, noise), {
      iterations: 4,
    })
    const samples: readonly number[] = Array.from(
      await sampleFinal(denoiser, {
        sampler: ddim({ eta: 1 }),
        times: uniformTimes(150),
        batch: count,
        seed: 5,
      }),
    )
    // of s: A (W (shift + scale · s) + b)
    const matrix = measured.map((row) =>
      columns.map((column, j) => affine.scale[j]! * row.reduce((sum, a, i) => sum + a * column[i]!, 0)),
    )
    const still = await onCodes.forward(new Float64Array(2))
    const exact = exactPosterior(
      [gaussian],
      observation(
        linearOperator({
          from: [2],
          to: [2],
          forward: (s) => matrix.map((row) => row[0]! * s[0]! + row[1]! * s[1]!),
          adjoint: (v) => [0, 1].map((j) => matrix[0]![j]! * v[0]! + matrix[1]![j]! * v[1]!),
        }),
        y.map((each, k) => each - still[k]!),
        noise,
      ),
    )[0]!
    const mean = [0, 1].map((j) => samples.reduce((sum, x, i) => sum + (i % 2 === j ? x : 0), 0) / count)
    const covariance = [0, 1].flatMap((a) =>
      [0, 1].map((b) => {
        let sum = 0
        for (let i = 0; i < count; i++) sum += (samples[2 * i + a]! - mean[a]!) * (samples[2 * i + b]! - mean[b]!)
        return sum / count
      }),
    )
    const wanted = Array.from(exact.covariance as ArrayLike<number>)
    // the measurement says something of both numbers
    expect(wanted[0]!).toBeLessThan(0.8)
    expect(wanted[3]!).toBeLessThan(0.7)
    mean.forEach((each, j) => {
      const deviation = Math.sqrt(wanted[3 * j]!)
      expect(Math.abs(each - exact.mean[j]!) / deviation).toBeLessThan(4 / Math.sqrt(count) + 0.03)
    })
    const distance = Math.hypot(...covariance.map((each, i) => each - wanted[i]!)) / Math.hypot(...wanted)
    expect(distance).toBeLessThan(0.08)
  })

  test('a measurement of what is decoded has the derivatives of its expression, whatever the batch', async () => {
    const decode = (x: Tensor): Tensor => tanh(matmul(x, constant(columns.flat(), [2, 4])))
    using whole = await graphOperator({
      from: [2],
      forward: (x) =>
        matmul(
          decode(x),
          constant(
            [0, 1, 2, 3].flatMap((i) => measured.map((row) => row[i]!)),
            [4, 2],
          ),
        ),
    })
    const [x, u, v] = ['x', 'u', 'v'].map((name) => normal(key(name), new Float64Array(10))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    for (const batch of [1, 3, 5]) {
      using parts = await decodedOperator(operator, engine, { from: [2], decode, batch })
      for (const [made, wanted] of [
        [await parts.forward(x), await whole.forward(x)],
        [await parts.pushforward(x, u), await whole.pushforward(x, u)],
        [await parts.pullback(x, v), await whole.pullback(x, v)],
      ] as const) {
        expect(made.length).toBe(10)
        made.forEach((each, i) => expect(each).toBeCloseTo(wanted[i]!, 5))
      }
    }
  })
})

describe('codes as data', () => {
  // two channels of two numbers, three items
  const laws = {
    mean: Float32Array.of(1, 3, -2, 0, 5, 3, 2, 4, 0, 0, 1, 1),
    sigma: Float32Array.of(1, 1, 2, 2, 0.5, 0.5, 1, 1, 2, 2, 0.1, 0.1),
  }
  const of = createDataset({
    name: 'three',
    kind: 'points',
    shape: [4],
    data: new Float32Array(12),
    labels: Int32Array.of(2, 0, 1),
    affine: { shift: [0], scale: [1] },
  })

  test('have mean 0 and variance 1 by channel: the variance of means and the mean of variances', () => {
    const { shift, scale } = channelScale([laws], 4, 2)
    expect(shift).toEqual([2, 1])
    const [a, b] = [
      (1 + 1 + 9 + 1 + 4 + 4) / 6 + (2 * 1 + 2 * 0.25 + 2 * 4) / 6,
      (9 + 1 + 1 + 9 + 0 + 0) / 6 + (2 * 4 + 2 * 1 + 2 * 0.01) / 6,
    ]
    expect(scale[0]).toBeCloseTo(Math.sqrt(a), 6)
    expect(scale[1]).toBeCloseTo(Math.sqrt(b), 6)
    // two views of each item count alike
    expect(channelScale([laws, laws], 4, 2)).toEqual({ shift, scale })
  })

  test('are drawn from their laws, anew for every key, and padded by draws of their own', () => {
    const model = { ...linear(), autoencoder: { ...linear().autoencoder, latentShape: [2, 2, 1] } }
    const data = latentData({ autoencoder: model, path: undefined, sum: 'x' }, { of, laws: [laws] })
    expect(data.labels).toEqual(of.labels)
    const { shift, scale } = data.affine!
    const draw = (name: string, frame = frameOf([2, 2, 1])): Float32Array => {
      const out = new Float32Array(2 * frame.network.reduce((a, b) => a * b, 1))
      data.load!([2, 0], frame, key(name), out)
      return out
    }
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
    const n = 4000
    const [sums, squares] = [new Float64Array(8), new Float64Array(8)]
    for (let i = 0; i < n; i++) {
      draw(`draw ${i}`).forEach((each, j) => {
        const c = Math.floor((j % 4) / 2)
        const z = shift[c]! + scale[c]! * each
        sums[j]! += z / n
        squares[j]! += z ** 2 / n
      })
    }
    const items = [2, 0]
    sums.forEach((mean, j) => {
      const at = items[Math.floor(j / 4)]! * 4 + (j % 4)
      expect(Math.abs(mean - laws.mean[at]!)).toBeLessThan((4 * laws.sigma[at]!) / Math.sqrt(n) + 1e-6)
      expect(Math.sqrt(squares[j]! - mean ** 2) / laws.sigma[at]!).toBeCloseTo(1, 1)
    })
    // one column becomes two: the second is another draw from the same law
    const padded = draw('a', frameOf([2, 2, 1], 1, 2))
    expect(padded.length).toBe(16)
    expect(padded[0]).not.toBe(padded[1])
    const far = [0, 1].map((k) => (shift[0]! + scale[0]! * padded[k]! - laws.mean[8]!) / laws.sigma[8]!)
    far.forEach((each) => expect(Math.abs(each)).toBeLessThan(5))
  })
})

describe('codes that are kept', () => {
  const glyphs = builtinDataset('glyphs', { length: 24 })

  async function small(): Promise<VaeModel> {
    const spec = defaultVaeSpec(glyphs, { batch: 8, widths: [8], latent: 3, budget: { steps: 1 } })
    const { state } = await createTrainer(spec, glyphs, engine)
    const { weights, ...model } = await vaeProblem(spec, glyphs).snapshot(state)
    return { ...model, weights: weights.slice() }
  }

  test('are encoded once, and again for another autoencoder', async () => {
    const model = await small()
    const kept = memoryStore()
    const written: string[] = []
    const store = {
      ...kept,
      write: async (name: string, bytes: Uint8Array) => (written.push(name), kept.write(name, bytes)),
    }
    const remarks: string[] = []
    const setting = { engine, store, onRemark: (text: string) => void remarks.push(text) }
    const source = { autoencoder: model, path: 'runs/vae', sum: autoencoderSum(model) }
    const first = await encodedViews(source, glyphs, viewsOf(model, false), setting)
    expect(await encodedViews(source, glyphs, viewsOf(model, false), setting)).toEqual(first)
    expect(written.length).toBe(1)
    // other data, and mirrored ones
    await encodedViews(source, builtinDataset('glyphs', { length: 24, seed: 'others' }), viewsOf(model, false), setting)
    const both = await encodedViews(source, glyphs, viewsOf(model, true), setting)
    expect(new Set(written).size).toBe(3)
    expect(both[0]).toEqual(first[0])
    expect(both[1]!.mean).not.toEqual(first[0]!.mean)
    expect(remarks).toEqual([])
    // trained further
    const changed = { ...model, weights: model.weights.map((each) => 1.1 * each) }
    const others = { ...source, autoencoder: changed, sum: autoencoderSum(changed) }
    expect(others.sum).not.toBe(source.sum)
    const anew = await encodedViews(others, glyphs, viewsOf(model, false), setting)
    expect(anew[0]!.mean).not.toEqual(first[0]!.mean)
    expect(written.length).toBe(4)
    expect(remarks).toEqual([expect.stringMatching(/has changed since glyphs was encoded/)])
    // a broken file is encoded again
    await kept.write(written[0]!, Uint8Array.of(1, 2, 3))
    expect(await encodedViews(others, glyphs, viewsOf(model, false), setting)).toEqual(anew)
  })

  test('are of an item that does not depend on those beside it', async () => {
    const model = await small()
    const source = { autoencoder: model, path: undefined, sum: autoencoderSum(model) }
    const [all] = await encodedViews(source, glyphs, viewsOf(model, false), { engine, store: memoryStore() })
    const some = builtinDataset('glyphs', { length: 24 })
    const alone = createDataset({ ...some, data: some.data.slice(0, 3 * 784), labels: some.labels!.slice(0, 3) })
    const [few] = await encodedViews(source, alone, viewsOf(model, false), { engine, store: memoryStore() })
    few!.mean.forEach((each, i) => expect(each).toBeCloseTo(all!.mean[i]!, 5))
  })
})

describe('in a program', () => {
  const glyphs = builtinDataset('glyphs', { length: 40 })
  test('models are values: an autoencoder, a model of its codes, one that learns from it', async () => {
    const options = { steps: 2, batch: 8, engine }
    const vae = await fit(glyphs, { ...options, model: 'vae', widths: [16], latent: 3, decoderLaw: 'bernoulli' })
    const model = (await fit(glyphs, { ...options, latents: vae, widths: [16] })) as LatentModel
    expect(model).toMatchObject({ family: 'latent', classNames: expect.arrayContaining(['0', '9']) })
    expect(model.prior.frame.item).toEqual([3])
    const few = (await fit(glyphs, { ...options, distil: model, stepsOfSampler: 2, teacherSteps: 4 })) as LatentModel
    expect(few).toMatchObject({ family: 'latent', prior: { sampling: { steps: 2, jumps: true } } })
    expect(few.prior.scale.affine).toEqual(model.prior.scale.affine)
    // a folder holds all of it
    const again = latentOf(decodeModelFolder(encodeModelFolder(latentFolderOf(model))))
    expect(again.prior.weights).toEqual(model.prior.weights)
    expect(again.prior.scale.affine).toEqual(model.prior.scale.affine)
    expect(again.autoencoder.weights).toEqual(model.autoencoder.weights)
    expect(again.autoencoder.law).toEqual(model.autoencoder.law)
    using one = await open(model, { engine })
    using other = await open(again, { engine })
    const [a, b] = [await one.draw({ count: 2, class: '3' }), await other.draw({ count: 2, class: '3' })]
    expect(a.shape).toEqual([2, 1, 28, 28])
    expect(b.array().data).toEqual(a.array().data)

    // a sampler in one file decodes by itself
    const { outputs, trial } = await one.exportSampler({ sampler: 'dpm++-2m', steps: 5, guidance: 1, check: 2 })
    expect(outputs).toEqual(['output float32 [batch, 1, 28, 28]'])
    expect(trial!.difference).toBeLessThan(1e-4)
    await expect(one.exportSampler({ half: 'decoder' })).rejects.toMatchObject({ code: 'usage' })
  })
})
