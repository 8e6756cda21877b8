/** The prior of a quantiser's tokens in programs: what is drawn, what it costs, and its folder. */
import { describe, expect, test } from 'vitest'
import { fit } from '../../src/index.ts'
import { openModel } from '../../src/app/open.ts'
import { problemOf } from '../../src/app/train.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { categoricalDenoiser } from '../../src/compiled/categorical-denoiser.ts'
import { createCategorical } from '../../src/files/data/categorical.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/index.ts'
import { memoryStore } from '../../src/tools/eval/store.ts'
import { tokenBound } from '../../src/tools/eval/text-report.ts'
import type { Setting } from '../../src/families/family.ts'
import { defaultTokenSpec } from '../../src/families/tokens/defaults.ts'
import { tokenProblem } from '../../src/families/tokens/problem.ts'
import { warmTokenGenerator } from '../../src/families/tokens/generate.ts'
import type { VqModel } from '../../src/families/vq/model.ts'
import { imagesToTokens, tokensToImages } from '../../src/families/vq/tokens.ts'
import { tokenSource } from '../../src/families/vq-diffusion/data.ts'
import { encodedMaps } from '../../src/families/vq-diffusion/encode-data.ts'
import { evaluate } from '../../src/families/vq-diffusion/judge.ts'
import { vqDiffusionFamily } from '../../src/families/vq-diffusion/family.ts'
import { vqDiffusionFolderOf, type VqDiffusionModel, vqDiffusionOf } from '../../src/families/vq-diffusion/model.ts'
import { asTokens } from '../../src/families/vq-diffusion/spec.ts'
import { distance } from '../engine/nn/run.ts'

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
const engine = await nodeEngine()
const small = { widths: [4, 8], batch: 8, steps: 3, seed: 1, engine }
const quantiser = await fit<VqModel>(stripes, { ...small, model: 'vq', codes: 12, codeSize: 2 })
const model = await fit<VqDiffusionModel>(stripes, { ...small, model: 'vq-diffusion', latents: quantiser })
const source = tokenSource(quantiser)
const maps = await encodedMaps(source, stripes, { engine })

describe('a run', () => {
  test('learns the maps of the images under their labels', async () => {
    const { data, labels, vocabulary } = await imagesToTokens(quantiser, stripes, engine)
    expect(maps.data).toEqual(data)
    expect(maps.labels).toEqual(labels)
    expect([model.prior.shape, model.prior.process.categories]).toEqual([[4, 4], 12])
    expect(model.prior.vocabulary).toEqual(vocabulary)
    expect(model.classNames).toEqual(['rows', 'columns'])
  })

  test('is that of tokens, with the checksum of the autoencoder', async () => {
    const options = { model: 'vq-diffusion', widths: [4, 8], batch: 8, steps: 3, kernel: 'uniform' }
    const spec = await vqDiffusionFamily.specOf(maps, options, {})
    expect(spec).toMatchObject({
      family: 'vq-diffusion',
      process: { kernel: 'uniform' },
      quantiser: { sum: source.sum },
    })
    expect(asTokens(spec)).toMatchObject({ family: 'tokens', network: { className: 'CategoricalUNet' } })
    expect(vqDiffusionFamily.parseSpec(JSON.parse(JSON.stringify(spec)), 'spec.json')).toEqual(spec)
    await expect(problemOf(spec, stripes)).rejects.toThrow('is trained on maps of them')
    const other = { ...spec, quantiser: { sum: 'another' } }
    await expect(problemOf(other, maps)).rejects.toThrow('of another autoencoder')
  })
})

describe('the default network', () => {
  test.each([
    [[14, 14], undefined, [48, 96], 1],
    // seven does not halve: one resolution, with a block more
    [[7, 7], undefined, [48], 2],
    [[6, 7], undefined, [48], 2],
    [[6, 6], [16, 32], [16, 32], 1],
  ])('over maps %j, widths %j', (shape, widths, channels, blocks) => {
    const size = shape[0]! * shape[1]!
    const vocabulary = { kind: 'map', names: ['0', '1'], colors: [[0], [255]] } as const
    const ofShape = createCategorical({
      name: 'maps',
      shape,
      categories: 2,
      data: new Int32Array(2 * size),
      vocabulary,
    })
    const spec = defaultTokenSpec(ofShape, { batch: 2, widths })
    expect(spec.network.config).toMatchObject({ block_out_channels: channels, layers_per_block: blocks })
    expect(tokenProblem(spec, ofShape).items).toBe(2)
  })
})

describe('a model', () => {
  test('draws what the decoder makes of the maps that the model of tokens draws', async () => {
    using opened = await openModel(model, { engine })
    using prior = warmTokenGenerator(model.prior, engine)
    const drawn = await opened.draw({ count: 5, seed: 3, class: 'rows', steps: 6 })
    const { tokens } = await prior.draw({ count: 5, seed: 3, labels: [0, 0, 0, 0, 0], steps: 6 })
    const images = await tokensToImages(quantiser, tokens, engine)
    expect([drawn.shape, drawn.classes]).toEqual([[5, 1, 8, 8], Array.from({ length: 5 }, () => 'rows')])
    expect(distance(drawn.array().data as Float32Array, images)).toBeLessThan(1e-5)
    const before = opened.compilations
    await opened.draw({ count: 5, seed: 4, steps: 6 })
    expect(opened.compilations).toBe(before)
  })

  test('goes into a folder and back', () => {
    const read = vqDiffusionOf(decodeModelFolder(encodeModelFolder(vqDiffusionFolderOf(model))))
    expect(read.prior.weights).toEqual(model.prior.weights)
    expect(read.quantiser.weights).toEqual(quantiser.weights)
    expect(read.quantiser.scale).toMatchObject({ kind: 'image', range: [0, 255] })
    expect(read.prior.meta).toEqual(model.prior.meta)
    expect(read.prior.vocabulary).toEqual(model.prior.vocabulary)
    expect(tokenSource(read.quantiser).sum).toBe(source.sum)
  })

  test('costs what the model of tokens says of the maps, and no more is said', async () => {
    const setting = {
      engine,
      own: {},
      store: memoryStore(),
      provenance: {},
      access: { data: async () => ({ train: stripes }) },
    } as unknown as Setting
    const { facts, remarks } = await evaluate(model, { likelihood: true, likelihoodItems: 6, terms: 5 }, setting)
    using denoiser = await categoricalDenoiser(model.prior, engine, { batch: 16 })
    const bound = await tokenBound(denoiser, maps, { items: 6, terms: 5, seed: 0 })
    expect(facts.bitsPerToken).toEqual(bound.bitsPerToken)
    expect(facts).toMatchObject({ of: 'maps of tokens', givenClass: true, uniformBitsPerMap: 16 * Math.log2(12) })
    expect((facts.bitsPerMap as { mean: number }).mean).toBeCloseTo(16 * bound.bitsPerToken.mean, 8)
    const parts = Object.values(facts.parts as Record<string, number>)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(16 * bound.bitsPerToken.mean, 8)
    expect((facts.bitsPerValue as { mean: number }).mean).toBeCloseTo(bound.bitsPerToken.mean / 4, 8)
    expect(remarks.join()).toContain('not of the pixels')
  })
})
