/** Pipelines of all kinds, small and of random weights: the same pictures from ONNX files, read as pages read them. */
import { expect, it } from 'vitest'
import { open } from '../../../src/app/node/open.ts'
import { openedOf } from '../../../src/app/opened.ts'
import { exampleConditions } from '../../../src/compiled/condition-feeds.ts'
import { modelDenoiser } from '../../../src/compiled/denoiser.ts'
import { exportOnnxFolder } from '../../../src/compiled/onnx/export-folder.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { LatentModel } from '../../../src/families/latent/model.ts'
import { decodeModelFolder, type ModelFolder } from '../../../src/files/io/model-folder.ts'
import { type Kind, tinyPipeline } from './tiny.ts'

const drawn = async (folder: ModelFolder): Promise<Float32Array> => {
  using model = await open(folder)
  return (await model.draw({ prompt: 'a cat', count: 2, steps: 2, seed: 1 })).array().data as Float32Array
}

it.each<Kind>(['sd', 'xl', 'lcm'])('%s', async (kind) => {
  const folder = decodeModelFolder(tinyPipeline(kind))
  const files = exportOnnxFolder(folder)
  // as others write it
  files.delete('tweedie.json')
  const index = JSON.parse(new TextDecoder().decode(files.get('model_index.json'))) as { readonly _class_name: string }
  expect(index._class_name).toMatch(/^ORT/)
  const [a, b] = [await drawn(folder), await drawn(decodeModelFolder(files))]
  expect(b.length).toBe(a.length)
  expect(a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)).toBeLessThan(1e-4)
})

it('an inpainting network gets its mask behind the codes', async () => {
  const folder = decodeModelFolder(tinyPipeline('inpaint'))
  const engine = await nodeEngine()
  const mean = async (from: ModelFolder): Promise<ArrayLike<number>> => {
    const { prior } = (await openedOf(from)).model as LatentModel
    expect(Object.keys(prior.network.conditions)).toContain('masked')
    using denoiser = await modelDenoiser(prior, engine, { batch: 2 })
    const x = normal(key(1), new Float32Array(2 * 4 * 64))
    return await denoiser.denoise(x, 0.6, { conditions: exampleConditions(prior.network, 2) })
  }
  const [a, b] = [await mean(folder), await mean(decodeModelFolder(exportOnnxFolder(folder)))]
  expect(Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-4)
})
