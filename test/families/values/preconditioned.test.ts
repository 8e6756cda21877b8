/** Networks behind a Gaussian of the data: trained, kept in a folder, differentiated, exported, and refused where they do not fit. */
import { expect, test } from 'vitest'
import { fit } from '../../../src/app/node/fit.ts'
import { modelDenoiser } from '../../../src/compiled/denoiser.ts'
import { exportOnnx } from '../../../src/compiled/export-onnx.ts'
import { modelVjp } from '../../../src/compiled/vjp.ts'
import { fieldDenoiser } from '../../../src/diffusion/prior/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { valuesFamily } from '../../../src/families/values/family.ts'
import { folderOf, type Model } from '../../../src/families/values/model.ts'
import { modelOf } from '../../../src/families/values/model-of.ts'
import { lawComponent } from '../../../src/families/values/preconditioned/law-component.ts'
import { createTrajectory } from '../../../src/files/data/trajectory.ts'
import type { Component } from '../../../src/files/io/component.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'

const [start, hour, length] = [Date.UTC(2019, 2, 1) / 1000, 3600, 30]
const noise = normal(key(1), new Float32Array(length * 2 * 20))
const data = createTrajectory({
  name: 'waves',
  variables: [{ name: 'h' }, { name: 'u' }],
  grid: [4, 5],
  states: Float32Array.from({ length: length * 2 * 20 }, (_, i) => 4 + Math.sin(i / 7) + 0.5 * noise[i]!),
  times: Float64Array.from({ length }, (_, i) => start + i * hour),
  step: hour,
  dated: true,
})
const how = { window: 4, steps: 1, batch: 4, widths: [8], seed: 1, threads: 1, precondition: 'gaussian' } as const
const engine = await nodeEngine()
const model = await fit<Model>(data, { ...how, steps: 2, patch: 2 })
const [channels, rows, columns] = model.frame.network as [number, number, number]
const size = channels * rows * columns
const x = Float32Array.from(normal(key(4), new Float64Array(2 * size)))
const conditions = { time: Float32Array.of(0, 1, 1, 1, 0, 1) }

test('with a network that says nothing it is the posterior mean of the law; learned, it is near', async () => {
  expect(model.meta.objective).toMatchObject({ precondition: 'gaussian' })
  const silent = { ...model, weights: new Float32Array(model.weights.length) }
  using denoiser = await modelDenoiser(silent, engine, { batch: 2, threads: 1 })
  const exact = fieldDenoiser({
    schedule: model.schedule,
    law: model.law!,
    shape: [2, 4, channels / 8, rows, columns],
  })
  for (const t of [0.02, 0.4, 0.9]) {
    const [own, known] = [await denoiser.denoise(x, t, { conditions }), exact.denoise(x, t, { conditions })]
    for (let i = 0; i < own.length; i++) expect(Math.abs(own[i]! - known[i]!)).toBeLessThan(2e-4)
  }
})

test('its derivative is that of its mean', async () => {
  using denoiser = await modelVjp(model, engine, { batch: 2, threads: 1 })
  const v = Float32Array.from(normal(key(5), new Float64Array(2 * size)))
  const pulled = await denoiser.vjp(x, 0.5, v, { conditions })
  const way = Float32Array.from(normal(key(6), new Float64Array(2 * size)))
  const moved = (by: number) =>
    denoiser.denoise(
      x.map((value, i) => value + by * way[i]!),
      0.5,
      { conditions },
    )
  const [more, less] = [await moved(0.02), await moved(-0.02)]
  const along = Float64Array.from(more).reduce((sum, value, i) => sum + (v[i]! * (value - less[i]!)) / 0.04, 0)
  expect(Float64Array.from(pulled).reduce((sum, value, i) => sum + value * way[i]!, 0) / along).toBeCloseTo(1, 2)
})

test('a folder keeps it, says so, and is refused without it', async () => {
  const files = encodeModelFolder(folderOf(model))
  expect([...files.keys()]).toContain('gaussian/model.safetensors')
  const index = JSON.parse(new TextDecoder().decode(files.get('model_index.json')))
  // diffusers would sample the network alone
  expect(index).toMatchObject({
    _class_name: 'TweediePipeline',
    gaussian: ['tweedie', lawComponent(model.law!).className],
  })
  const again = modelOf(decodeModelFolder(files))
  expect(again.law).toEqual({ ...model.law, shrinkage: undefined, memoryShare: undefined })
  using one = await modelDenoiser(model, engine, { batch: 2, threads: 1 })
  using two = await modelDenoiser(again, engine, { batch: 2, threads: 1 })
  expect(await one.denoise(x, 0.3, { conditions })).toEqual(await two.denoise(x, 0.3, { conditions }))
  // the file of a network has everything built in
  expect(exportOnnx(again).length).toBeGreaterThan(4 * model.law!.patterns.length)
  const folder = decodeModelFolder(files)
  expect(() => modelOf({ ...folder, components: new Map() })).toThrow('its part gaussian/ is missing')
  const part = folder.components.get('gaussian')!
  // one memory for all patterns is what versions before knew; others must not be taken for it
  const K = model.law!.variances.length
  const memories = { rhythms: new Float32Array(K * 16).fill(0.5), weights: new Float32Array(K * 4).fill(1) }
  expect(lawComponent({ ...model.law!, memories: undefined }).className).toBe('FieldLaw')
  const own = lawComponent({ ...model.law!, memories })
  expect(own.className).toBe('PatternFieldLaw')
  const opened = (component: Component) => modelOf({ ...folder, components: new Map([['gaussian', component]]) }).law
  expect(opened(own)!.memories).toEqual(memories)
  expect(opened(lawComponent({ ...model.law!, memories: undefined }))!.memories).toBeUndefined()
  memories.weights[3] = 0
  expect(() => opened(lawComponent({ ...model.law!, memories }))).toThrow('gaussian/: variances must be positive')
  const broken = { ...part, config: { ...part.config, rest: -1 } }
  expect(() => modelOf({ ...folder, components: new Map([['gaussian', broken]]) })).toThrow('gaussian/: rest is -1')
})

test('is refused where it does not fit', async () => {
  const points = { kind: 'points', name: 'p', shape: [2], length: 4, range: [0, 1], data: new Float32Array(8) } as const
  await expect(fit(points as never, { ...how, window: undefined } as never)).rejects.toThrow(
    'it is for fields over time',
  )
  await expect(fit(data, { ...how, noise: 'edm' })).rejects.toThrow('not worked out there')
  await expect(fit(data, { ...how, learnVariance: true })).rejects.toThrow('learns variances')
})

test('it is usual where times are hours of days, and nothing else is asked for', async () => {
  const setting = { engine, threads: 1, own: {} } as never
  const chosen = async (options: Record<string, unknown>, of = data) => {
    const wanted = { window: 4, steps: 1, ...options }
    const prepared = await valuesFamily.prepare!(of as never, { options: wanted }, setting)
    return (await valuesFamily.specOf(prepared as never, wanted as never, {})).precondition
  }
  expect(await chosen({})).toEqual({ name: 'gaussian' })
  expect(await chosen({ precondition: 'none' })).toBeUndefined()
  // another noise, network or objective: only if it is asked for
  for (const other of [{ objective: 'edm' }, { learnVariance: true }, { noise: 'linear' }]) {
    expect(await chosen(other)).toBeUndefined()
  }
  expect(await chosen({ window: 11 })).toBeUndefined() // 30 states are no three windows
  expect(await chosen({}, createTrajectory({ ...data, dated: false }))).toBeUndefined()
})
