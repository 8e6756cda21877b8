/** A pipeline as a folder of ONNX files: it draws what the folder draws that it was exported from, and what Python's diffusers drew. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportFolder } from '../../../src/app/node/export-folder.ts'
import { open } from '../../../src/app/node/open.ts'
import { openedOf } from '../../../src/app/opened.ts'
import { exportOnnxFolder } from '../../../src/compiled/onnx/export-folder.ts'
import { promptEncoder } from '../../../src/compiled/prompts/prompt-encoder.ts'
import { samplerOf } from '../../../src/compiled/sampler-of.ts'
import { sample } from '../../../src/diffusion/sample/sample.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compiledParts } from '../../../src/families/values/compiled-parts.ts'
import { guidedDenoiser } from '../../../src/families/values/guided.ts'
import { workOn } from '../../../src/families/warm.ts'
import { told } from '../../../src/families/words/told.ts'
import { type LatentModel, latentFolderOf } from '../../../src/families/latent/model.ts'
import { decodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { readModelFolder, writeModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { readSafetensors, toFloat32 } from '../../../src/files/io/safetensors.ts'

const place = new URL('../../../../shared/golden/tiny-sd', import.meta.url).pathname
const prompt = 'A painting of a squirrel eating a burger'
const table = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', steps_offset: 1 }

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

describe.skipIf(!existsSync(place))('tiny-sd in ONNX files', () => {
  let root: string
  const places: Record<string, string> = {}
  const request = { prompt, negative: 'blurry', count: 1, steps: 2, seed: 4 }
  /** What the folder draws that all of them come from. */
  let expected: Float32Array
  const drawnBy = async (source: Parameters<typeof open>[0], asked = request): Promise<Float32Array> => {
    using model = await open(source)
    const { shape, data } = (await model.draw(asked)).array()
    expect(shape).toEqual([1, 3, 32, 32])
    return data as Float32Array
  }
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tweedie-onnx-'))
    // of ours; as Optimum writes it; as old scripts write it; with weights in files beside the graphs
    for (const name of ['ours', 'optimum', 'bare', 'apart']) {
      places[name] = join(root, name)
      await exportFolder(place, places[name], name === 'apart' ? { most: 2 ** 14 } : {})
      if (name !== 'ours') await rm(join(places[name], 'tweedie.json'))
      if (name !== 'bare') continue
      for (const part of ['unet', 'text_encoder', 'vae_encoder', 'vae_decoder']) {
        await rm(join(places[name], part, 'config.json'))
      }
    }
    expected = await drawnBy(place)
  })
  afterAll(() => rm(root, { recursive: true }))

  it.each(['ours', 'optimum', 'bare', 'apart'])('%s: the same pictures', async (name) => {
    expect(largest(await drawnBy(places[name]!), expected)).toBeLessThan(1e-4)
  })

  it('other words, another picture', async () => {
    const other = await drawnBy(places['ours']!, { ...request, prompt: 'a house' })
    expect(largest(other, expected)).toBeGreaterThan(1e-3)
  })

  it.each(['ddim', 'pndm', 'dpm'])('%s: the codes of diffusers, step by step', async (name) => {
    const schedulers: Record<string, object> = {
      ddim: { _class_name: 'DDIMScheduler', clip_sample: false, set_alpha_to_one: false },
      pndm: { _class_name: 'PNDMScheduler', skip_prk_steps: true, set_alpha_to_one: false },
      dpm: { _class_name: 'DPMSolverMultistepScheduler', timestep_spacing: 'linspace', final_sigmas_type: 'sigma_min' },
    }
    const tensors = readSafetensors(readFileSync(`${place}/reference.safetensors`), 'reference').tensors
    const values = (each: string): Float32Array => toFloat32(tensors.get(each)!)
    const engine = await nodeEngine()
    const folder = await readModelFolder(places['optimum']!, { scheduler: { ...table, ...schedulers[name] } })
    const { prior } = (await openedOf(folder)).model as LatentModel
    const conditions = (await told(prior, { prompts: [prompt], negativePrompt: 'blurry' }, async (words) =>
      promptEncoder(words, engine),
    ))!
    using work = workOn(undefined)
    const parts = compiledParts(prior, engine, {}, work.compiled)
    const denoiser = await guidedDenoiser(prior, { w: 5, away: conditions.away }, 1, parts)
    const expected = values(`${name}.latents`)
    const size = expected.length / 5
    let count = 0
    for await (const { index, x } of sample(denoiser, {
      sampler: samplerOf(prior.sampling),
      times: prior.sampling.times(5),
      x: values('latents'),
      conditions: conditions.at(0, 1, 1),
      seed: 0,
    })) {
      expect(largest(x, expected.subarray(index * size, (index + 1) * size)), `step ${index}`).toBeLessThan(1e-3)
      count++
    }
    expect(count).toBe(5)
  })

  it('is read from memory, as a page reads it, with its weights beside it', async () => {
    const files = exportOnnxFolder(await readModelFolder(place), { most: 2 ** 14 })
    expect(files.has('unet/model.onnx_data')).toBe(true)
    expect(largest(await drawnBy(decodeModelFolder(files)), expected)).toBeLessThan(1e-4)
    const without = new Map([...files].filter(([path]) => path !== 'unet/model.onnx_data'))
    expect(() => decodeModelFolder(without, 'sd')).toThrow(/sd\/unet\/model.onnx_data: no such file/)
    const halved = new Map([...files].filter(([path]) => !path.startsWith('vae_decoder/')))
    expect(() => decodeModelFolder(halved, 'sd')).toThrow(/vae_decoder/)
  })

  it('says what files cannot do', async () => {
    using filed = await open(places['optimum']!)
    const picture = new Float32Array(3 * 32 * 32)
    const measured = { task: 'deblur', kernel: 'gaussian:1.5', method: 'dps', count: 1, steps: 2 }
    await expect(filed.restore(picture, measured)).rejects.toThrow(/model.onnx: an ONNX file .* has no gradients/)
    await expect(writeModelFolder(join(root, 'again'), folderOf(filed))).rejects.toThrow(/has no weights to write/)
    await expect(exportFolder(places['optimum']!, join(root, 'again'))).rejects.toThrow(/it is an ONNX file already/)
    await expect(exportFolder(place, places['optimum']!)).rejects.toThrow(/exists/)
  })

  const folderOf = ({ model }: Awaited<ReturnType<typeof open>>) => latentFolderOf(model as LatentModel)
})
