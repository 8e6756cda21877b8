import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { autoencoderFromConfig } from '../../../src/engine/nn/autoencoder-registry.ts'
import { type Autoencoder, autoencoderParameters } from '../../../src/engine/nn/autoencoder.ts'
import { Scope } from '../../../src/engine/nn/index.ts'
import { nearest } from '../../../src/engine/nn/vq-model/codebook.ts'
import type { VQModelConfig } from '../../../src/engine/nn/vq-model/config.ts'
import { isVectorQuantiser, vqModel } from '../../../src/engine/nn/vq-model/vq-model.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { distance, parameterFeeds, random } from './run.ts'

const tiny: VQModelConfig = {
  sample_size: 8,
  block_out_channels: [4, 8],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  latent_channels: 2,
  norm_num_groups: 2,
  num_vq_embeddings: 5,
}

describe('the nearest vector', () => {
  const whole = fc.integer({ min: -3, max: 3 })
  const rows = (size: number) =>
    fc.array(fc.array(whole, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 6 })
  const cases = fc.integer({ min: 1, max: 4 }).chain((size) => fc.tuple(fc.constant(size), rows(size), rows(size)))

  it('is that of brute force, the first of several at one distance', () => {
    // whole numbers: distances are exact, and ties are many
    fc.assert(
      fc.property(cases, ([size, h, vectors]) => {
        const numbers = nearest(input('h', [h.length, size]), input('e', [vectors.length, size]))
        const got = evaluate([numbers], { h: h.flat(), e: vectors.flat() })[0]!.data
        const far = (a: readonly number[], b: readonly number[]) =>
          a.reduce((sum, each, i) => sum + (each - b[i]!) ** 2, 0)
        const wanted = h.map((row) => {
          const distances = vectors.map((vector) => far(row, vector))
          return distances.indexOf(Math.min(...distances))
        })
        expect(Array.from(got)).toEqual(wanted)
      }),
    )
  })

  it('is the same when compiled', async () => {
    const [h, e] = [random('h', 64 * 3), random('e', 17 * 3)]
    const numbers = nearest(input('h', [64, 3]), input('e', [17, 3]))
    using program = await compile({ numbers }, await nodeEngine())
    const got = (await program.run({ h, e })).numbers!
    expect(got).toBeInstanceOf(Int32Array)
    expect(Array.from(got)).toEqual(Array.from(evaluate([numbers], { h, e })[0]!.data))
  })
})

describe('VQModel', () => {
  it('names its parameters as diffusers does', () => {
    const { specs } = autoencoderParameters(vqModel({ ...tiny, vq_embed_dim: 3 }))
    const shapes = Object.fromEntries(specs.map(({ name, shape }) => [name, shape]))
    expect(shapes).toMatchObject({
      'quantize.embedding.weight': [5, 3],
      'quant_conv.weight': [3, 2, 1, 1],
      'post_quant_conv.weight': [2, 3, 1, 1],
      'encoder.conv_out.weight': [2, 8, 3, 3],
      'decoder.conv_in.weight': [8, 2, 3, 3],
      'decoder.up_blocks.0.upsamplers.0.conv.weight': [8, 8, 3, 3],
    })
  })

  it('decodes what is near to a vector as that vector', () => {
    const network = vqModel(tiny)
    expect([network.tokenShape, network.latentShape]).toEqual([
      [4, 4],
      [2, 4, 4],
    ])
    expect(isVectorQuantiser(network)).toBe(true)
    const layout = autoencoderParameters(network)
    const flat = random('parameters', layout.size)
    const scope = new Scope()
    const [z, numbers] = [input('z', [2, 2, 4, 4]), input('numbers', [2, 4, 4], 'int32')]
    const outputs = [
      network.decode(scope, z),
      network.tokens(scope, z),
      network.decodeVectors(scope, network.embed(scope, numbers)),
    ]
    const feeds = { ...parameterFeeds(layout, flat), z: random('z', 64), numbers: new Int32Array(32) }
    const [, tokens] = evaluate(outputs, feeds)
    const [image, , embedded] = evaluate(outputs, { ...feeds, numbers: Int32Array.from(tokens!.data) })
    expect(new Set(tokens!.data).size).toBeGreaterThan(1)
    expect(distance(image!.data, embedded!.data)).toBe(0)
    const moved = evaluate([outputs[0]!], { ...feeds, z: feeds.z.map((value) => value + 1e-6) })[0]!
    expect(distance(moved.data, image!.data)).toBe(0)
  })

  it('refuses options by name, and survives being written', () => {
    const refused: [object, string][] = [
      [{ norm_type: 'spatial' }, 'norm_type is "spatial", expected "group"'],
      [{ lookup_from_codebook: true }, 'unknown option lookup_from_codebook'],
      [{ num_vq_embeddings: 0 }, 'num_vq_embeddings is 0'],
      [{ vq_embed_dim: 1.5 }, 'vq_embed_dim is 1.5'],
      [{ up_block_types: ['UpDecoderBlock2D', 'UpBlock2D'] }, 'up_block_types is "UpBlock2D"'],
    ]
    for (const [config, message] of refused) {
      expect(() => autoencoderFromConfig('VQModel', { ...tiny, ...config })).toThrow(message)
    }
    const field = fc.oneof(fc.integer({ min: -1, max: 9 }), fc.constant(null), fc.boolean())
    const fields = fc.record(
      { num_vq_embeddings: field, vq_embed_dim: field, latent_channels: field, mid_block_add_attention: field },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fields, (config) => {
        let network: Autoencoder
        try {
          network = autoencoderFromConfig('VQModel', { ...tiny, ...config })
        } catch (error) {
          expect(error).toMatchObject({ name: 'TweedieError', code: 'model' })
          return
        }
        const again = autoencoderFromConfig('VQModel', JSON.parse(JSON.stringify(network.config)))
        expect(again.config).toEqual(network.config)
        expect(autoencoderParameters(again).specs).toEqual(autoencoderParameters(network).specs)
      }),
      { numRuns: 40 },
    )
  })
})
