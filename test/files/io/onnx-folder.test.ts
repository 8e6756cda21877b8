/** Folders of ONNX files that are no pipelines: of our own networks, from a disk and from a web server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportFolder } from '../../../src/app/node/export-folder.ts'
import { open } from '../../../src/app/node/open.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../../src/engine/nn/registry.ts'
import { key } from '../../../src/engine/random/index.ts'
import { further } from '../../../src/families/values/further.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { readModelFolder, writeModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { isOnnxClass, plainPipeline, withoutHalves } from '../../../src/files/io/onnx-folder.ts'
import { readModelFolder as readFromWeb } from '../../../src/files/io/web/read-model-folder.ts'
import { serve } from '../../support/serve.ts'

let root: string
let place: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tweedie-onnx-'))
  place = join(root, 'unet')
  const network = networkFromConfig('UNet2DModel', {
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [8, 16],
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    norm_num_groups: 4,
    layers_per_block: 1,
    num_class_embeds: 4,
  })
  const layout = parametersOf(network)
  const weights = initialize(layout, key(3))
  for (const { data } of layout.toMap(weights).values()) if (data.every((x) => x === 0)) data.fill(0.02)
  await writeModelFolder(place, {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: { _class_name: 'DDPMScheduler', beta_schedule: 'linear' },
    meta: {
      data: { name: 'digits', kind: 'image', shape: [1, 8, 8], classNames: ['a', 'b', 'c'], unconditionalLabel: 3 },
      objective: { parametrisation: 'epsilon', labelDropout: 0.1 },
    },
  })
})
afterAll(() => rm(root, { recursive: true }))

const drawnBy = async (source: Parameters<typeof open>[0]): Promise<Float32Array> => {
  using model = await open(source)
  return (await model.draw({ count: 3, class: 'b', guidance: 1, steps: 2, seed: 1 })).array().data as Float32Array
}
const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

describe('folders of ONNX files', () => {
  test('a network of ours, guided by classes, from a disk and over HTTP, with weights beside the file', async () => {
    const expected = await drawnBy(place)
    const out = join(root, 'apart')
    const files = await exportFolder(place, out, { most: 2 ** 12 })
    expect(Object.keys(files).map((path) => path.slice(out.length + 1))).toEqual([
      'model_index.json',
      'scheduler/scheduler_config.json',
      'unet/config.json',
      'unet/model.onnx',
      'unet/model.onnx_data',
      'tweedie.json',
    ])
    expect(largest(await drawnBy(out), expected)).toBeLessThan(1e-4)
    await using server = await serve({ '/model/': { folder: out } })
    const folder = await readFromWeb(`${server.origin}/model/`, { keep: false })
    expect(largest(await drawnBy(folder), expected)).toBeLessThan(1e-4)
    expect(server.asked).toContain('/model/unet/model.onnx_data')
    expect(server.asked.some((path) => path.endsWith('.safetensors'))).toBe(false)
  })

  test('weights in 16 bits, and a fixed batch', async () => {
    const expected = await drawnBy(place)
    const half = join(root, 'half')
    await exportFolder(place, half, { weights: 'float16', batch: 1 })
    const difference = largest(await drawnBy(half), expected)
    expect(difference).toBeLessThan(0.05)
    expect(difference).toBeGreaterThan(0)
  })

  test('it is described, and not trained further', async () => {
    const out = join(root, 'described')
    await exportFolder(place, out)
    const { network, weights } = await readModelFolder(out)
    expect([network.className, Object.keys(network.onnx!), weights.size]).toEqual(['UNet2DModel', ['model'], 0])
    using model = await open(out)
    expect(await model.export({})).toBeInstanceOf(Uint8Array)
    expect(() => further(model.model as Model, {} as never, {})).toThrow(
      /unet\/model.onnx: an ONNX file cannot be trained/,
    )
  })

  test('names of others', () => {
    expect(['OnnxStableDiffusionPipeline', 'ORTStableDiffusionXLPipeline', 'OnnxPipeline'].map(plainPipeline)).toEqual([
      'StableDiffusionPipeline',
      'StableDiffusionXLPipeline',
      'Pipeline',
    ])
    expect(['OnnxRuntimeModel', 'ORTUNet', 'UNet2DModel', 'ORTHO'].map(isOnnxClass)).toEqual([true, true, false, true])
    const part = (name: string) => ({ name, library: 'diffusers', className: 'OnnxRuntimeModel' })
    expect(withoutHalves(['unet', 'vae_encoder', 'vae_decoder'].map(part)).map(({ name }) => name)).toEqual([
      'unet',
      'vae',
    ])
  })
})
