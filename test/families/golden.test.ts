/** Folders that Python's diffusers wrote: the network's output, and its DDIM trajectory of ten steps. */
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { clipped } from '../../src/diffusion/denoise/clip.ts'
import { readModelFolder, readSafetensorsFile } from '../../src/files/io/node/index.ts'
import { toFloat32 } from '../../src/files/io/safetensors.ts'
import { modelDenoiser } from '../../src/compiled/denoiser.ts'
import { modelOf } from '../../src/families/values/model-of.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { ddim } from '../../src/diffusion/sample/ddim.ts'
import { sample } from '../../src/diffusion/sample/sample.ts'
import { tableIndices, tableTimes } from '../../src/diffusion/sample/table-times.ts'

const golden = '../shared/golden'

describe.skipIf(!existsSync(golden)).each(['ddpm-digits-class', 'ddpm-rgb16'])('%s', (name) => {
  const load = async () => {
    const model = modelOf(await readModelFolder(`${golden}/${name}`))
    const { tensors } = await readSafetensorsFile(`${golden}/${name}/reference.safetensors`)
    const floats = (field: string): Float32Array => toFloat32(tensors.get(field)!)
    const whole = (field: string): number[] => Array.from(tensors.get(field)!.data as BigInt64Array, Number)
    const labels = tensors.has('class_labels') ? whole('class_labels') : undefined
    return { model, floats, whole, labels }
  }

  test('ᾱ agrees to 1e-6', async () => {
    const { model, floats } = await load()
    const alphaBar = floats('alphas_cumprod')
    expect(distance(model.schedule.table!.alphaBar, alphaBar)).toBeLessThan(1e-6)
  })

  test('the DDIM trajectory agrees to 1e-3', async () => {
    const { model, floats, whole, labels } = await load()
    const table = model.schedule.table!
    expect(tableIndices(table.steps, 10)).toEqual(whole('ddim_timesteps'))
    using denoiser = await modelDenoiser(model, await nodeEngine(), { batch: 2 })
    const steps: Float32Array[] = []
    const options = { sampler: ddim({ direction: 'network' }), times: tableTimes(table, 10), x: floats('x') }
    const conditions = labels && { labels: Int32Array.from(labels) }
    for await (const { x } of sample(clipped(denoiser), { ...options, conditions })) steps.push(Float32Array.from(x))
    expect(distance(steps[0]!, floats('ddim_first'))).toBeLessThan(1e-4)
    expect(distance(steps.at(-1)!, floats('ddim_final'))).toBeLessThan(1e-3)
  })
})

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, each) => Math.max(most, each), 0)
}
