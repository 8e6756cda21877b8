import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TweedieError, isTweedieError } from '../../../src/errors.ts'
import { formatPythonJson, parsePythonJson } from '../../../src/files/io/json.ts'
import { type ModelFolderInput, decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { readModelFolder, writeModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { writeSafetensors } from '../../../src/files/io/safetensors.ts'
import { parseSchedulerConfig } from '../../../src/files/io/scheduler-config.ts'
import { parseTweedieMeta } from '../../../src/files/io/tweedie-meta.ts'
import { type UNet2DConfig, completeConfig } from '../../../src/engine/nn/unet2d/config.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tweedie-model-'))
})
afterAll(() => rm(root, { recursive: true }))

const unet = {
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  norm_num_groups: 4,
}
const model: ModelFolderInput = {
  network: { className: 'UNet2DModel', config: unet },
  weights: new Map([
    ['conv_in.weight', { shape: [8, 1, 3, 3], data: new Float32Array(72).map((_, i) => i / 72) }],
    ['conv_in.bias', { shape: [8], data: new Float32Array(8) }],
  ]),
  scheduler: { _class_name: 'DDPMScheduler', prediction_type: 'v_prediction', beta_schedule: 'squaredcos_cap_v2' },
  meta: {
    version: '0.1.0',
    data: { name: 'digits', kind: 'image', shape: [1, 8, 8], range: [0, 16], classNames: ['zero', 'one'] },
    objective: { parametrisation: 'v', weighting: 'min-snr', labelDropout: 0.1 },
    training: { seed: 7, steps: 100, loss: 0.25 },
  },
}
const asFiles = (files: Record<string, unknown>): Map<string, Uint8Array> =>
  new Map(Object.entries(files).map(([path, value]) => [path, Buffer.from(JSON.stringify(value))]))
const message = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (isTweedieError(error, 'model')) return error.message
    throw error
  }
  return expect.unreachable('should have failed')
}

describe('configurations', () => {
  test('schedulers have the defaults of their class, and keep what is theirs alone', () => {
    const ddpm = parseSchedulerConfig({ _class_name: 'DDPMScheduler' })
    expect(ddpm).toMatchObject({ clip_sample: true, variance_type: 'fixed_small', timestep_spacing: 'leading' })
    const dpm = parseSchedulerConfig({ _class_name: 'DPMSolverMultistepScheduler', solver_order: 3 })
    expect(dpm).toMatchObject({ clip_sample: false, timestep_spacing: 'linspace', solver_order: 3 })
    expect(message(() => parseSchedulerConfig({ _class_name: 'CMStochasticIterativeScheduler' }, 's'))).toContain(
      'CMStochasticIterative',
    )
    const wrong = { _class_name: 'DDIMScheduler', beta_schedule: 'quadratic' }
    expect(message(() => parseSchedulerConfig(wrong, 's'))).toContain('beta_schedule is "quadratic"')
  })

  test("Python's numbers that are not JSON are read and written", () => {
    const text = '{\n  "a": [\n    -Infinity,\n    NaN,\n    "NaN: -Infinity"\n  ],\n  "b": Infinity\n}\n'
    const value = parsePythonJson(text)
    expect(value).toEqual({ a: [-Infinity, NaN, 'NaN: -Infinity'], b: Infinity })
    expect(formatPythonJson(value)).toBe(text)
    expect(() => parsePythonJson('{"a": nan}')).toThrow(SyntaxError)
  })

  test('a tweedie.json of the future is refused with a hint', () => {
    expect(message(() => parseTweedieMeta({ ...model.meta, format: 2 }))).toContain('format 2 is newer')
    expect(message(() => parseTweedieMeta({ ...model.meta, data: { name: 'x' } }))).toContain('data.kind is missing')
  })
})

describe('files', () => {
  test('a model comes back as it was, defaults filled in', () => {
    const back = decodeModelFolder(encodeModelFolder(model))
    expect(back.network).toEqual({ className: 'UNet2DModel', config: completeConfig(unet as UNet2DConfig) })
    expect(back.weights).toEqual(model.weights)
    expect(back.scheduler).toMatchObject({ ...model.scheduler, clip_sample: true })
    expect(back.meta).toMatchObject({ ...model.meta, format: 1, sampler: {} })
    expect(encodeModelFolder(back)).toEqual(encodeModelFolder(model))
  })

  test('a network of our own needs no scheduler, but then a schedule', () => {
    const mlp = {
      ...model,
      network: { className: 'MLP', config: { width: 64, depth: 3 } },
      scheduler: null,
      meta: { ...model.meta, schedule: { name: 'edm', sigmaMax: 80 } },
    }
    const files = encodeModelFolder(mlp)
    expect([...files.keys()]).toEqual([
      'model_index.json',
      'network/config.json',
      'network/model.safetensors',
      'tweedie.json',
    ])
    const back = decodeModelFolder(files)
    expect(back.network).toEqual(mlp.network)
    expect(back.meta.schedule).toEqual(mlp.meta.schedule)
    expect(() => encodeModelFolder({ ...mlp, meta: model.meta })).toThrow('on which noise')
  })

  test('half-precision weights are read as floats', () => {
    const half = { w: { dtype: 'F16', shape: [2], data: new Uint16Array([0x3c00, 0xc000]) } } as const
    const files = encodeModelFolder(model)
    files.delete('unet/diffusion_pytorch_model.safetensors')
    files.set('unet/diffusion_pytorch_model.fp16.safetensors', writeSafetensors(half))
    expect(decodeModelFolder(files).weights.get('w')!.data).toEqual(new Float32Array([1, -2]))
  })

  test('what is missing or unknown is a model error that says what', () => {
    const files = encodeModelFolder(model)
    const without = (path: string) => new Map([...files].filter(([name]) => name !== path))
    for (const path of files.keys()) {
      if (path !== 'tweedie.json') expect(message(() => decodeModelFolder(without(path), 'm'))).toContain(`m/${path}`)
    }
    const index = { _class_name: 'DiTPipeline', unet: ['diffusers', 'Transformer2DModel'] }
    expect(message(() => decodeModelFolder(asFiles({ 'model_index.json': index })))).toContain(
      'DiTPipeline of diffusers Transformer2DModel is not supported',
    )
    const pipeline = { _class_name: 'StableDiffusionPipeline', vae: ['diffusers', 'AutoencoderKL'] }
    expect(message(() => decodeModelFolder(asFiles({ 'model_index.json': pipeline })))).toContain('with vae')
    const config = asFiles({ 'unet/config.json': { _class_name: 'Transformer2DModel' } })
    expect(message(() => decodeModelFolder(new Map([...files, ...config])))).toContain('a Transformer2DModel, but')
    const option = asFiles({ 'unet/config.json': { _class_name: 'UNet2DModel', ...unet, act_fn: 'tanh' } })
    expect(message(() => decodeModelFolder(new Map([...files, ...option]), 'm'))).toContain(
      'm/unet/config.json: UNet2DModel: act_fn is "tanh", expected',
    )
    const broken = new Map([...files, ['tweedie.json', Buffer.from('{"format":')] as const])
    expect(message(() => decodeModelFolder(broken, 'm'))).toContain('m/tweedie.json: not JSON')
  })
})

describe('golden folders of diffusers', () => {
  const golden = (name: string): string => join('..', 'shared', 'golden', name)
  const names = ['ddpm-rgb16', 'ddpm-digits-class']
  test.skipIf(!existsSync(golden(names[0]!))).each(names)(
    '%s opens without a tweedie.json and is kept',
    async (name) => {
      const folder = await readModelFolder(golden(name))
      expect(folder.meta.data).toMatchObject({ kind: 'image', range: [0, 255], patch: 1 })
      expect(folder.meta.data.shape).toEqual(name === 'ddpm-rgb16' ? [3, 16, 16] : [1, 8, 8])
      expect(folder.meta.objective.parametrisation).toBe(name === 'ddpm-rgb16' ? 'epsilon' : 'v')
      const copy = join(root, name)
      await writeModelFolder(copy, folder)
      for (const file of ['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json']) {
        const [old, now] = await Promise.all(
          [golden(name), copy].map(async (at) => JSON.parse(await readFile(join(at, file), 'utf8')) as object),
        )
        // What this version of diffusers does not write is not written either.
        expect(now).toEqual(old)
      }
      const back = await readModelFolder(copy)
      expect([...back.weights.keys()].sort()).toEqual([...folder.weights.keys()].sort())
      for (const [key, { shape, data }] of folder.weights) {
        const copied = back.weights.get(key)!
        expect(copied.shape).toEqual(shape)
        expect(copied.data.length === data.length && copied.data.every((value, i) => value === data[i])).toBe(true)
      }
    },
  )
})

describe('folders', () => {
  test('a model is replaced, other files stay, nothing hidden is left', async () => {
    const path = join(root, 'replaced')
    await writeModelFolder(path, model)
    await writeFile(join(path, 'log.jsonl'), '{}')
    await mkdir(join(path, '.saving-old', 'unet'), { recursive: true })
    await writeModelFolder(path, { ...model, meta: { ...model.meta, training: { steps: 200 } } })
    expect((await readModelFolder(path)).meta.training).toEqual({ steps: 200 })
    expect((await readdir(path)).sort()).toEqual(['log.jsonl', 'model_index.json', 'scheduler', 'tweedie.json', 'unet'])
  })

  test('a save that was interrupted after its instant counts, and the next save finishes it', async () => {
    const path = join(root, 'interrupted')
    const other = join(root, 'other')
    await writeModelFolder(path, model)
    const config = { ...unet, layers_per_block: 1 }
    await writeModelFolder(other, { ...model, network: { className: 'UNet2DModel', config } })
    await rename(other, join(path, '.saved'))
    await rename(join(path, '.saved', 'unet', 'config.json'), join(path, 'unet', 'config.json'))
    expect((await readModelFolder(path)).network.config).toMatchObject({ layers_per_block: 1 })
    await writeModelFolder(path, model)
    expect((await readModelFolder(path)).network.config).toMatchObject({ layers_per_block: 2 })
    expect(await readdir(path)).not.toContain('.saved')
  })

  test('what a model of another kind left behind is not read', async () => {
    const path = join(root, 'other-kind')
    await writeModelFolder(path, model)
    const network = { className: 'MLP', config: { width: 8 } }
    const meta = { ...model.meta, schedule: { name: 'flow' } }
    await writeModelFolder(path, { ...model, network, scheduler: null, meta })
    expect(await readModelFolder(path)).toMatchObject({ network, scheduler: null })
  })

  test('a missing folder is a model error', async () => {
    await expect(readModelFolder(join(root, 'none'))).rejects.toThrow(TweedieError)
  })

  test('a process killed while it saves, and readers meanwhile, see configuration and weights of one save', async () => {
    const path = join(root, 'killed')
    const script = join(root, 'saver.mts')
    const project = new URL('../../../', import.meta.url)
    await writeFile(
      script,
      `import { writeModelFolder } from ${JSON.stringify(new URL('src/files/io/node/model-folder.ts', project).href)}
       const model = ${JSON.stringify({ ...model, weights: undefined })}
       for (let step = 0; ; step++) {
         const config = { ...model.network.config, layers_per_block: 1 + (step % 5) }
         const weights = new Map([['w', { shape: [1000], data: new Float32Array(1000).fill(1 + (step % 5)) }]])
         const meta = { ...model.meta, training: { layers: 1 + (step % 5) } }
         await writeModelFolder(${JSON.stringify(path)}, { ...model, network: { ...model.network, config }, weights, meta })
         if (step === 0) process.stdout.write('ready')
       }`,
    )
    const check = async (): Promise<number> => {
      const { network, weights, meta } = await readModelFolder(path)
      const layers = network.config['layers_per_block'] as number
      expect([weights.get('w')!.data[999], meta.training['layers']]).toEqual([layers, layers])
      return layers
    }
    const seen = new Set<number>()
    const loader = new URL('node_modules/tsx/dist/loader.mjs', project).href
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--import', loader, script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      const started = await Promise.race([once(child.stdout, 'data'), exit])
      expect(String(started[0])).toBe('ready')
      try {
        for (let read = 0; read < 5; read++) seen.add(await check())
        await setTimeout(10 * Math.random())
      } finally {
        child.kill('SIGKILL')
        await exit
      }
      seen.add(await check())
    }
    expect(seen.size).toBeGreaterThan(1)
  })
})
