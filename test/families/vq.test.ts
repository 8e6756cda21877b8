/** Vector-quantised autoencoders: from options to a model, its folder, and the tokens that another family learns. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fit, readAutoencoder, saveModel } from '../../src/index.ts'
import { openModel } from '../../src/app/open.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { lossGraph } from '../../src/tools/train/step-graph.ts'
import { defaultTokenSpec } from '../../src/families/tokens/defaults.ts'
import { tokenProblem } from '../../src/families/tokens/problem.ts'
import { defaultVqSpec, varianceOf } from '../../src/families/vq/defaults.ts'
import { vqFamily } from '../../src/families/vq/family.ts'
import { reconstruct } from '../../src/families/vq/judge.ts'
import { vqFolderOf, type VqModel, vqModelOf } from '../../src/families/vq/model.ts'
import { vqProblem } from '../../src/families/vq/problem.ts'
import { imagesToTokens, tokensToImages } from '../../src/families/vq/tokens.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { loadBatch } from '../../src/files/data/normalise.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/index.ts'
import type { OptionValues } from '../../src/options.ts'
import { distance } from '../engine/nn/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'vq-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Forty pictures of one bright row or column. */
const stripes = createDataset({
  name: 'stripes',
  kind: 'image',
  shape: [1, 8, 8],
  data: Uint8Array.from({ length: 40 * 64 }, (_, i) => {
    const [item, y, x] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8]
    return (item % 2 === 0 ? y : x) === Math.floor(item / 2) % 8 ? 255 : 0
  }),
  labels: Int32Array.from({ length: 40 }, (_, item) => item % 2),
  classNames: ['rows', 'columns'],
})
const options = { model: 'vq', widths: [4, 8], codes: 12, codeSize: 2, batch: 8, steps: 3, seed: 1 }
const engine = await nodeEngine()
const model = await fit<VqModel>(stripes, { ...options, engine })

describe('a run', () => {
  test('is decided by its options', async () => {
    const spec = await vqFamily.specOf(stripes, { ...options, commitment: 0.5, flip: true }, {})
    expect(spec).toMatchObject({
      family: 'vq',
      batch: 8,
      flip: true,
      objective: { commitment: 0.5, variance: varianceOf(stripes) },
      network: {
        className: 'VQModel',
        config: { sample_size: 8, in_channels: 1, num_vq_embeddings: 12, latent_channels: 2 },
      },
    })
    // an eighth of the pixels are 1, the others −1
    expect(spec.objective.variance).toBeCloseTo(4 * (1 / 8) * (7 / 8), 5)
    const again = await vqFamily.parseSpec(JSON.parse(JSON.stringify(spec)), 'spec.json')
    expect(again).toEqual(spec)
  })

  test('makes batches that are a pure function of the step', () => {
    const problem = vqProblem(defaultVqSpec(stripes, { ...options, budget: { steps: 3 }, flip: true }), stripes)
    const batches = [7, 3, 7].map((step) => {
      const batch = problem.emptyBatch()
      problem.fill(batch, step)
      return batch.feeds.x!
    })
    expect(batches[0]).toEqual(batches[2])
    expect(batches[0]).not.toEqual(batches[1])
    expect(lossGraph(problem, 8).itemLoss.shape).toEqual([8])
  })

  test('is refused where it makes no sense', () => {
    const points = createDataset({ name: 'moons', kind: 'points', shape: [2], data: new Float32Array(20).fill(1) })
    const refused = (data: typeof stripes, values: OptionValues, message: string) =>
      expect(() => vqFamily.specOf(data, values, {})).toThrow(message)
    refused(points, {}, 'moons: an autoencoder of tokens takes images')
    refused(stripes, { batch: 41 }, 'a batch of 41 is larger than the data: 40 items')
    refused(stripes, { widths: [4, 8, 8, 8, 8] }, 'multiples of 16')
    refused(stripes, { network: { className: 'UNet2DModel' } }, '`network` is UNet2DModel')
    refused(stripes, { network: { className: 'VQModel', config: {} }, codes: 3 }, '`codes` is for the default network')
    refused(
      stripes,
      { network: { className: 'VQModel', config: { sample_size: 16 } }, batch: 4 },
      'the network takes [1, 16, 16]',
    )
  })
})

describe('a model', () => {
  test('goes into a folder that diffusers opens, and back', async () => {
    const read = vqModelOf(decodeModelFolder(encodeModelFolder(vqFolderOf(model))))
    expect(read.weights).toEqual(model.weights)
    expect([read.scale.range, read.autoencoder.config]).toEqual([[0, 255], model.autoencoder.config])
    const path = join(folder, 'run')
    await saveModel(path, model)
    expect(JSON.parse(readFileSync(join(path, 'model_index.json'), 'utf8'))).toMatchObject({
      vqvae: ['diffusers', 'VQModel'],
    })
    expect(JSON.parse(readFileSync(join(path, 'vqvae/config.json'), 'utf8'))).toMatchObject({
      _class_name: 'VQModel',
      num_vq_embeddings: 12,
    })
    expect((await readAutoencoder(path)).weights).toEqual(model.weights)
    const opened = await openFolder(path)
    expect(opened.model).toMatchObject({ family: 'vq' })
    const { rows } = await opened.family.describe(opened.model)
    expect(rows).toContainEqual(['tokens', 'maps [4, 4] of 12 tokens, vectors of 2 numbers'])
  })

  test('encodes pictures to whole numbers and decodes them', async () => {
    using opened = await openModel(model, { engine })
    const x = loadBatch(stripes, [0, 1, 2], new Float32Array(3 * 64))
    const codes = await opened.encode(x)
    const { shape, data } = codes.array()
    expect([shape, data]).toEqual([[3, 4, 4], expect.any(Int32Array)])
    const again = await opened.decode(Float32Array.from(data, Number))
    expect(again.shape).toEqual([3, 1, 8, 8])
    const alone = await opened.decode(Float32Array.from(data.slice(16, 32), Number))
    const [all, one] = [again, alone].map((drawn) => drawn.array().data as Float32Array) as [Float32Array, Float32Array]
    expect(distance(all.subarray(64, 128), one)).toBeLessThan(1e-5)
    await expect(opened.decode(new Float32Array(16).fill(12))).rejects.toThrow(
      'token 12 at 0: must be a whole number, 0 … 11',
    )
    await expect(opened.decode(new Float32Array(16).fill(0.5))).rejects.toThrow('token 0.5 at 0')
    await expect(opened.encode(x, { count: 3 })).rejects.toThrow('as many items come out as go in')
  })

  test('does not draw, and says what does', async () => {
    using opened = await openModel(model, { engine })
    await expect(opened.draw()).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('--latents') })
  })

  test('gives a data set of tokens that the family of tokens learns', async () => {
    const maps = await imagesToTokens(model, stripes, engine, { batch: 16 })
    expect(maps).toMatchObject({
      kind: 'tokens',
      shape: [4, 4],
      categories: 12,
      length: 40,
      classNames: ['rows', 'columns'],
    })
    // equal pictures, equal maps: those of 0 and 16 are the same
    expect(maps.data.subarray(0, 16)).toEqual(maps.data.subarray(16 * 16, 17 * 16))
    const problem = tokenProblem(defaultTokenSpec(maps, { batch: 4, widths: [8, 16] }), maps)
    expect(lossGraph(problem, 4).loss.shape).toEqual([])
    const images = await tokensToImages(model, maps.data, engine)
    const report = await reconstruct(model, stripes, { engine })
    const x = loadBatch(
      stripes,
      Array.from({ length: 40 }, (_, i) => i),
      new Float32Array(40 * 64),
    )
    const squared = x.reduce((sum, value, i) => sum + (value - Math.min(1, Math.max(-1, images[i]!))) ** 2, 0)
    expect(report.psnr).toBeCloseTo(10 * Math.log10(4 / (squared / x.length)), 4)
    const shares = Array.from(
      { length: 12 },
      (_, k) => maps.data.filter((token) => token === k).length / maps.data.length,
    )
    const entropy = shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)
    expect(report).toMatchObject({ items: 40, codes: 12, used: shares.filter((p) => p > 0).length })
    expect(report.perplexity).toBeCloseTo(Math.exp(entropy), 6)
    expect(report.bitsPerDim).toBeCloseTo((16 * Math.log2(12)) / 64, 10)
    const other = createDataset({ ...stripes, shape: [1, 16, 4] })
    await expect(imagesToTokens(model, other, engine)).rejects.toThrow('the quantiser takes [1, 8, 8]')
  })

  test('of another class is refused', () => {
    const { weights, meta } = vqFolderOf(model)
    expect(() =>
      vqModelOf({ network: { className: 'UNet2DModel', config: {} }, weights: new Map(weights), meta: model.meta }),
    ).toThrow('autoencoder UNet2DModel')
    expect(meta.family).toBe('vq')
  })
})
