/** What a folder says of its own sampling is obeyed: a network that always predicts x₀ = 3 ends at 3, or where it is clipped to. */
import { describe, expect, test } from 'vitest'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { parametersOf, unet2d } from '../../src/engine/nn/index.ts'
import { type ModelFolderInput, decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { generate } from '../../src/families/values/generate.ts'
import { modelOf } from '../../src/families/values/model-of.ts'
import { schedulerClasses, schedulerParts } from '../../src/sample.ts'
import { ddim } from '../../src/diffusion/sample/ddim.ts'
import { randomNoise } from '../../src/diffusion/sample/noise-source.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'

const network = unet2d({
  sample_size: 4,
  in_channels: 4,
  out_channels: 4,
  block_out_channels: [8],
  layers_per_block: 1,
  norm_num_groups: 4,
  down_block_types: ['DownBlock2D'],
  up_block_types: ['UpBlock2D'],
  add_attention: false,
})
const layout = parametersOf(network)
const weights = new Float32Array(layout.size)
layout.view(weights, 'conv_out.bias').fill(3)

/** A folder with this scheduler; with a `tweedie.json` if there is something to say. */
const modelWith = (scheduler: Record<string, unknown>, sampler?: Record<string, unknown>, kind = 'image') => {
  const full = { _class_name: 'DDIMScheduler', prediction_type: 'sample', num_train_timesteps: 100, ...scheduler }
  const files = encodeModelFolder({
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: full as ModelFolderInput['scheduler'],
    meta: {
      data: { name: 'x', kind, shape: [4, 4, 4] },
      objective: { parametrisation: 'sample' },
      sampler: sampler ?? {},
    },
  })
  if (sampler === undefined) files.delete('tweedie.json')
  // as it stands in the file, without what the writer completes
  files.set('scheduler/scheduler_config.json', new TextEncoder().encode(JSON.stringify(full)))
  return modelOf(decodeModelFolder(files))
}
const final = async (...given: Parameters<typeof modelWith>): Promise<number> => {
  const { items } = await generate(modelWith(...given), await nodeEngine(), { count: 1, seed: 1 })
  return items[0]!
}

describe('clipping', () => {
  test.each([
    [{ clip_sample: true }, 1],
    [{}, 1],
    [{ clip_sample: true, clip_sample_range: 2 }, 2],
    [{ clip_sample: false }, 3],
    [{ clip_sample: false, thresholding: true, sample_max_value: 2 }, 1],
    [{ _class_name: 'EulerDiscreteScheduler', clip_sample: true }, 3],
    [{ _class_name: 'DPMSolverMultistepScheduler' }, 3],
    [{ _class_name: 'HeunDiscreteScheduler', clip_sample: true }, 1],
  ])('%j ends at %d', async (scheduler, expected) => {
    expect(await final(scheduler)).toBeCloseTo(expected, 4)
  })

  test('of points is left out unless it is asked for', async () => {
    expect(await final({ clip_sample: true }, {}, 'points')).toBeCloseTo(3, 4)
    const model = modelWith({ clip_sample: false })
    const { items } = await generate(model, await nodeEngine(), { count: 1, clip: true })
    expect(items[0]).toBeCloseTo(1, 4)
  })
})

describe('times', () => {
  test('are ours where the folder does not lay them out, and where it is ours', () => {
    for (const model of [modelWith({}), modelWith({ timestep_spacing: 'leading' }, {})]) {
      expect(model.sampling.times(12)).toEqual(timesOf(model.schedule, 12))
      expect([model.sampling.steps, model.sampling.sampler]).toEqual([20, 'dpm++-2m'])
    }
  })

  test('are those of a scheduler that says them, also after the folder was written again', () => {
    const model = modelWith({ timestep_spacing: 'leading', steps_offset: 1 })
    expect(model.sampling.times(4)).toEqual([0.77, 0.52, 0.27, 0.02, 0])
    expect(modelWith({ timestep_spacing: 'leading', steps_offset: 1 }, model.meta.sampler).sampling.times(4)).toEqual(
      model.sampling.times(4),
    )
  })

  test('end at the faintest level where ᾱ is not set to one', () => {
    expect(modelWith({ set_alpha_to_one: false, timestep_spacing: 'trailing' }).sampling.times(2)).toEqual([
      1, 0.5, 0.01,
    ])
  })

  test('of a flow begin at pure noise, and lead to x₀', async () => {
    const flow = { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 }
    const model = modelWith(flow)
    expect(model.parametrisation.name).toBe('flow')
    expect(model.view.time(0.5)).toBe(50)
    const [first, second] = model.sampling.times(2)
    expect([first, second]).toEqual([1, expect.closeTo((3 * (3 / 102)) / (1 + 2 * (3 / 102)), 12)])
    const { items } = await generate(model, await nodeEngine(), { count: 1, seed: 1 })
    // a velocity of 3 everywhere takes the noise to itself less 3
    const noise = new Float32Array(64)
    randomNoise(64, { seed: 1 })(noise, -1, 0)
    items.forEach((value, i) => expect(value).toBeCloseTo(noise[i]! - 3, 4))
  })
})

test('of a score model the network is told σ, images lie in [0, 1], nothing is clipped', () => {
  const model = modelWith({ _class_name: 'ScoreSdeVeScheduler', sigma_max: 50 })
  expect(model.parametrisation.name).toBe('score')
  expect([model.view.time(0), model.view.time(1)]).toEqual([0.01, expect.closeTo(50, 10)])
  expect([model.meta.data.range, model.sampling.clip]).toEqual([[-255, 255], null])
})

describe('the record in tweedie.json', () => {
  test('gives sampler, steps, spacing and guidance', () => {
    const { sampling, schedule } = modelWith({}, { sampler: 'ddim', steps: 7, spacing: 'trailing', guidance: 1.5 })
    expect([sampling.sampler, sampling.steps, sampling.guidance]).toEqual(['ddim', 7, 1.5])
    expect(sampling.times(5)).toEqual(timesOf(schedule, 5, 'trailing'))
  })

  test.each([
    [{ spacing: 'wide' }, 'sampler.spacing is "wide"'],
    [{ steps: 0 }, 'sampler.steps is 0'],
    [{ guidance: 'much' }, 'sampler.guidance is "much"'],
  ])('%j is refused', (sampler, message) => {
    expect(() => modelWith({}, sampler)).toThrow(message)
  })
})

test('a sampler that is not built in is refused by name, unless another is given', async () => {
  const model = modelWith({}, { sampler: 'mine' })
  const engine = await nodeEngine()
  await expect(generate(model, engine, { count: 1 })).rejects.toThrow('sampler.sampler is "mine"')
  expect((await generate(model, engine, { count: 1, sampler: ddim() })).items[0]).toBeCloseTo(1, 4)
})

describe('limits', () => {
  test('on numbers that decide how much memory is taken', () => {
    expect(() => modelWith({ num_train_timesteps: 1e9 })).toThrow('num_train_timesteps is 1000000000')
  })
})

test.each(schedulerClasses)('%s: a folder is drawn from, with our sampler and with its own', async (_class_name) => {
  const flow = _class_name.startsWith('FlowMatch') || _class_name === 'ScoreSdeVeScheduler'
  const model = modelWith({ _class_name, timestep_spacing: 'trailing', ...(flow && { prediction_type: 'epsilon' }) })
  const { sampler } = schedulerParts({ _class_name, prediction_type: 'sample' })
  for (const chosen of [undefined, sampler]) {
    const times = model.sampling.times(6)
    // a constant is no score: its corrector would run away
    if (chosen && _class_name === 'ScoreSdeVeScheduler') continue
    const { items } = await generate(model, await nodeEngine(), { count: 1, times, sampler: chosen, clip: false })
    expect(items.every(Number.isFinite)).toBe(true)
    if (!flow && times.at(-1) === 0) items.forEach((value) => expect(value).toBeCloseTo(3, 3))
  }
})
