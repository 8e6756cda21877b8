/** Pipelines of all kinds, small and of random weights: what their networks are told, and what is refused. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openedOf } from '../../../src/app/opened.ts'
import { promptEncoder } from '../../../src/compiled/prompts/prompt-encoder.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { maskedCondition } from '../../../src/families/latent/masked.ts'
import { latentFolderOf, type LatentModel } from '../../../src/families/latent/model.ts'
import { guidanceFeatures, impliedConditions } from '../../../src/families/values/implied-conditions.ts'
import { told } from '../../../src/families/words/told.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { type Kind, tinyPipeline } from './tiny.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const read = (kind: Kind, options = {}) => decodeModelFolder(tinyPipeline(kind, options))
const modelOf = async (kind: Kind, options = {}) => (await openedOf(read(kind, options))).model as LatentModel
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

describe('what the network is told', () => {
  it('XL: both encoders before their last layer, the vector of the second, sizes; no negative prompt is nothing', async () => {
    const { prior } = await modelOf('xl')
    expect(prior.words!.encoders.map(({ name, skip, finalNorm }) => [name, skip, finalNorm])).toEqual([
      ['text_encoder', 1, false],
      ['text_encoder_2', 1, false],
    ])
    const source = async () => promptEncoder(prior.words!, engine)
    const words = (await told(prior, { prompts: ['a cat'] }, source))!
    const at = words.at(0, 1, 1)
    expect([at.context!.length, at.text_embeds!.length]).toEqual([12 * 20, 6])
    expect([...words.away.context!, ...words.away.text_embeds!].every((value) => value === 0)).toBe(true)
    const named = (await told(prior, { prompts: ['a cat'], negativePrompt: '' }, source))!
    expect(named.away.context!.some((value) => value !== 0)).toBe(true)
    const { conditions } = impliedConditions(prior, 4)
    expect([...conditions.time_ids!]).toEqual([16, 16, 0, 0, 16, 16])
  })

  it('the refiner: a mark of the picture as its fifth number', async () => {
    const { prior } = await modelOf('refiner')
    const { conditions, away } = impliedConditions(prior, 4)
    expect([...conditions.time_ids!, ...away.time_ids!]).toEqual([16, 16, 0, 0, 6, 16, 16, 0, 0, 2.5])
  })

  it('LCM: guidance as a condition, which is no second evaluation', async () => {
    const { prior } = await modelOf('lcm')
    const { conditions, w } = impliedConditions(prior, 7.5)
    expect(w).toBe(0)
    // 1000 w · 10000^{−k/2}
    const angles = [7500, 75, 0.75]
    expect(largest(conditions.timestep_cond!, [...angles.map(Math.sin), ...angles.map(Math.cos)])).toBeLessThan(1e-6)
    expect(guidanceFeatures(1, 7).at(-1)).toBe(0)
    expect([prior.sampling.sampler, prior.sampling.steps]).toEqual(['lcm', 4])
  })

  it('an inpainting network: its mask, and the codes of what is seen', async () => {
    const model = await modelOf('inpaint')
    expect(model.prior.network.conditions.masked).toEqual({ kind: 'image', shape: [5, 8, 8] })
    const seen = Uint8Array.from({ length: 256 }, (_, i) => (i % 16 < 8 ? 1 : 0))
    const codes = Float32Array.from({ length: 4 * 64 }, (_, i) => i)
    const both = maskedCondition(model, codes, seen)
    expect([...both.subarray(0, 8)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
    expect([...both.subarray(64)]).toEqual([...codes])
  })
})

describe('folders', () => {
  it.each<Kind>(['sd', 'xl', 'inpaint'])('%s is written as diffusers has it, and read again', async (kind) => {
    const folder = read(kind)
    const model = (await openedOf(folder)).model as LatentModel
    const files = encodeModelFolder(latentFolderOf(model))
    const index = JSON.parse(new TextDecoder().decode(files.get('model_index.json')))
    expect(index._class_name).toBe(
      JSON.parse(new TextDecoder().decode(tinyPipeline(kind).get('model_index.json')))._class_name,
    )
    expect(index.tokenizer).toEqual(['transformers', 'CLIPTokenizer'])
    const again = decodeModelFolder(files)
    for (const [name, { weights }] of folder.components) {
      for (const [each, { data }] of weights) expect(again.components.get(name)!.weights.get(each)!.data).toEqual(data)
    }
    const config = JSON.parse(new TextDecoder().decode(files.get('unet/config.json')))
    expect(config.in_channels).toBe(kind === 'inpaint' ? 9 : 4)
    expect('conditions' in config).toBe(false)
    const vae = JSON.parse(new TextDecoder().decode(files.get('vae/config.json')))
    expect(vae.scaling_factor).toBeCloseTo(0.18215, 12)
    expect('latents_mean' in vae).toBe(false)
    const reread = (await openedOf(again)).model as LatentModel
    expect(reread.prior.network.conditions).toEqual(model.prior.network.conditions)
    expect(reread.prior.scale.affine).toEqual(model.prior.scale.affine)
  })

  it.each([
    ['F16', 'fp16', 2e-3],
    ['BF16', undefined, 2e-2],
  ] as const)('weights in %s', (dtype, variant, tolerance) => {
    const folder = read('sd', { dtype, variant })
    const exact = read('sd')
    for (const [name, { weights }] of exact.components) {
      for (const [each, { data }] of weights) {
        expect(largest(folder.components.get(name)!.weights.get(each)!.data, data)).toBeLessThan(tolerance)
      }
    }
    if (variant) expect(folder.notes).toContain('unet: the variant fp16 is read')
  })

  it('names what it does not run', () => {
    const { notes } = read('sd', {
      index: {
        safety_checker: ['stable_diffusion', 'StableDiffusionSafetyChecker'],
        feature_extractor: ['transformers', 'CLIPImageProcessor'],
        image_encoder: [null, null],
      },
    })
    expect(notes).toEqual([
      'safety_checker (StableDiffusionSafetyChecker) is not run here: pictures are not checked for what should not be shown',
      'feature_extractor (CLIPImageProcessor) is not run here: pictures as prompts need it',
    ])
  })

  it('changes steps_offset as the pipeline does, and says so', () => {
    const offset = { _class_name: 'DDIMScheduler', steps_offset: 0 }
    expect(read('sd', { scheduler: offset })).toMatchObject({
      scheduler: { steps_offset: 1 },
      notes: [expect.stringContaining('steps_offset is 1 and not 0')],
    })
    expect(read('xl', { scheduler: offset })).toMatchObject({ scheduler: { steps_offset: 0 }, notes: [] })
  })

  it('draws a distilled model unguided and in few steps, and says so', () => {
    const euler = { _class_name: 'EulerAncestralDiscreteScheduler', timestep_spacing: 'trailing' }
    const { meta, notes } = read('xl', { scheduler: euler })
    expect(meta.sampler).toMatchObject({ steps: 4, guidance: 0 })
    expect(notes).toEqual([expect.stringContaining('distilled')])
  })

  it('reads old configurations as they were meant', () => {
    const { meta, notes } = read('sd', { unet: { _diffusers_version: '0.8.0', sample_size: 32 } })
    expect(meta.data.shape).toEqual([3, 128, 128])
    expect(notes).toEqual([expect.stringContaining('64 × 64')])
  })

  it('refuses other pipelines by name, and parts that do not fit', async () => {
    expect(() => read('sd', { index: { _class_name: 'StableDiffusionControlNetPipeline' } })).toThrow(
      'StableDiffusionControlNetPipeline are not supported',
    )
    expect(() => read('sd', { unet: { out_channels: 4 }, vae: { latent_channels: 8 } })).toThrow('8 channels')
    const files = tinyPipeline('sd')
    const words = { ...JSON.parse(new TextDecoder().decode(files.get('tokenizer/vocab.json'))), more: 54, most: 55 }
    files.set('tokenizer/vocab.json', new TextEncoder().encode(JSON.stringify(words)))
    await expect(openedOf(decodeModelFolder(files))).rejects.toThrow(/tokeniser has 56 tokens.*54/)
    const bare = tinyPipeline('sd')
    bare.delete('unet/diffusion_pytorch_model.safetensors')
    expect(() => decodeModelFolder(bare)).toThrow('unet/diffusion_pytorch_model.safetensors: no such file')
  })
})
