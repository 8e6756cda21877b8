/** The layouts of folders that diffusers' own loader opens, in memory and on a disk. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isTweedieError } from '../../../src/errors.ts'
import { encodeBFloat16, encodeFloat16 } from '../../../src/files/io/half.ts'
import { decodeModelFolder, encodeModelFolder, type ModelFolderInput } from '../../../src/files/io/model-folder.ts'
import { readComponent, readModelFolder, writeModelFolder } from '../../../src/files/io/node/index.ts'
import { type SafeTensorInput, writeSafetensors } from '../../../src/files/io/safetensors.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tweedie-layouts-'))
})
afterAll(() => rm(root, { recursive: true }))

const values = (seed: number, length: number): Float32Array =>
  new Float32Array(length).map((_, i) => (i % 16) / 8 + seed)
const weights = new Map([
  ['conv_in.weight', { shape: [8, 1, 3, 3], data: values(0, 72) }],
  ['conv_in.bias', { shape: [8], data: values(1, 8) }],
  ['conv_out.bias', { shape: [1], data: values(2, 1) }],
])
const unet = {
  _class_name: 'UNet2DModel',
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  norm_num_groups: 4,
}
const scheduler = { _class_name: 'DDPMScheduler', num_train_timesteps: 100 }
const index = {
  _class_name: 'DDPMPipeline',
  _diffusers_version: '0.35.1',
  scheduler: ['diffusers', 'DDPMScheduler'],
  unet: ['diffusers', 'UNet2DModel'],
}
const safe = (map: ReadonlyMap<string, SafeTensorInput> = weights): Uint8Array =>
  writeSafetensors(map, { format: 'pt' })
const folderOf = (files: Record<string, unknown>): Map<string, Uint8Array> =>
  new Map(
    Object.entries(files).map(([path, value]) => [
      path,
      value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value)),
    ]),
  )
const file = 'diffusion_pytorch_model.safetensors'
const nested = {
  'model_index.json': index,
  'unet/config.json': unet,
  [`unet/${file}`]: safe(),
  'scheduler/scheduler_config.json': scheduler,
}
const without = (...paths: string[]) =>
  Object.fromEntries(Object.entries(nested).filter(([path]) => !paths.includes(path)))
const onDisk = async (name: string, files: Record<string, unknown>): Promise<string> => {
  for (const [path, bytes] of folderOf(files)) {
    await mkdir(dirname(join(root, name, path)), { recursive: true })
    await writeFile(join(root, name, path), bytes)
  }
  return join(root, name)
}
const message = async (run: () => unknown): Promise<string> => {
  try {
    await run()
  } catch (error) {
    if (isTweedieError(error, 'model')) return `${error.message} | ${error.hint}`
    throw error
  }
  return expect.unreachable('should have failed')
}

/** The three tensors in two files, with the index that says where. */
const sharded = (variant = '') => {
  const dot = variant && `.${variant}`
  const names = [1, 2].map((i) => `diffusion_pytorch_model${dot}-0000${i}-of-00002.safetensors`)
  const map = Object.fromEntries([...weights.keys()].map((name, i) => [name, names[i % 2]!]))
  return {
    ...without(`unet/${file}`),
    ...Object.fromEntries(
      names.map((name, i) => [`unet/${name}`, safe(new Map([...weights].filter((_, k) => k % 2 === i)))]),
    ),
    [`unet/diffusion_pytorch_model.safetensors.index${dot}.json`]: { metadata: {}, weight_map: map },
  }
}

const { [`unet/${file}`]: bytes, ...rest } = nested
const layouts: Record<string, Record<string, unknown>> = {
  nested,
  flat: { 'model_index.json': index, 'config.json': unet, [file]: bytes, 'scheduler_config.json': scheduler },
  'flat without an index': { 'config.json': unet, [file]: bytes, 'scheduler_config.json': scheduler },
  sharded: sharded(),
  'sharded fp16': sharded('fp16'),
  'variant of any name': { ...rest, 'unet/diffusion_pytorch_model.non_ema.safetensors': bytes },
  'a checkpoint with its scheduler': without('model_index.json'),
}

describe.each(Object.entries(layouts))('%s', (name, files) => {
  test('opens in memory and from a disk', async () => {
    const expected = decodeModelFolder(folderOf(nested))
    for (const folder of [decodeModelFolder(folderOf(files)), await readModelFolder(await onDisk(name, files))]) {
      expect(new Map([...folder.weights].sort())).toEqual(new Map([...expected.weights].sort()))
      expect(folder.network).toEqual(expected.network)
      expect(folder.scheduler).toEqual(expected.scheduler)
      expect(folder.meta).toEqual(expected.meta)
      expect([...folder.components.keys()]).toEqual(['unet'])
    }
  })
})

describe('weights', () => {
  test.each([
    ['F16', (data: Float32Array) => encodeFloat16(data)],
    ['BF16', (data: Float32Array) => encodeBFloat16(data)],
    ['F64', (data: Float32Array) => Float64Array.from(data)],
  ] as const)('of %s are widened', (dtype, encode) => {
    const narrow = new Map([...weights].map(([key, { shape, data }]) => [key, { dtype, shape, data: encode(data) }]))
    const folder = decodeModelFolder(
      folderOf({ ...rest, 'unet/diffusion_pytorch_model.bf16.safetensors': safe(narrow) }),
    )
    const wide = Array.from(folder.weights, ([name, { shape, data }]) => [name, { shape, data }] as const)
    expect(new Map(wide.sort())).toEqual(new Map([...weights].sort()))
    if (dtype !== 'F64')
      expect(folder.weights.get('conv_out.bias')!.stored).toMatchObject({ data: expect.any(Uint16Array) })
    expect(folder.notes).toEqual(['unet: the variant bf16 is read'])
  })

  test('a variant can be asked for; the plain file comes first where none is', async () => {
    const other = new Map([...weights].map(([key, { shape, data }]) => [key, { shape, data: data.map((v) => -v) }]))
    const files = folderOf({ ...nested, 'unet/diffusion_pytorch_model.fp16.safetensors': safe(other) })
    expect(decodeModelFolder(files).weights.get('conv_out.bias')!.data[0]).toBe(2)
    expect(decodeModelFolder(files, 'm', { variant: 'fp16' }).weights.get('conv_out.bias')!.data[0]).toBe(-2)
    expect(await message(() => decodeModelFolder(files, 'm', { variant: 'int4' }))).toContain(
      'there is no variant "int4", but fp16',
    )
  })

  test.each(['_orig_mod.', 'module.', 'module._orig_mod.', 'model.unet.'])('lose the prefix %s', (prefix) => {
    const named = new Map([...weights].map(([key, tensor]) => [prefix + key, tensor]))
    const folder = decodeModelFolder(folderOf({ ...nested, [`unet/${file}`]: safe(named) }))
    expect(new Map([...folder.weights].sort())).toEqual(new Map([...weights].sort()))
    expect(folder.notes).toEqual([`unet: all names of weights begin with ${prefix}, which is left out`])
  })

  test('of which a file is missing, or that an index misplaces, are refused', async () => {
    const all = sharded()
    const last = 'unet/diffusion_pytorch_model-00002-of-00002.safetensors'
    const fewer = Object.fromEntries(Object.entries(all).filter(([path]) => path !== last))
    expect(await message(() => decodeModelFolder(folderOf(fewer), 'm'))).toContain('weights 00002 of 00002 are missing')
    const lying = { weight_map: { 'conv_in.weight': '../../etc/passwd' } }
    const place = 'unet/diffusion_pytorch_model.safetensors.index.json'
    expect(await message(() => decodeModelFolder(folderOf({ ...all, [place]: lying }), 'm'))).toContain(
      'which is not there',
    )
    const absent = { weight_map: { more: 'diffusion_pytorch_model-00001-of-00002.safetensors' } }
    expect(await message(() => decodeModelFolder(folderOf({ ...all, [place]: absent }), 'm'))).toContain(
      'tensor more is not in',
    )
  })
})

describe('training checkpoints', () => {
  const average = new Map([...weights].map(([key, { shape, data }]) => [key, { shape, data: data.map((v) => v / 2) }]))
  const checkpoint = {
    'unet/config.json': unet,
    [`unet/${file}`]: safe(),
    'unet_ema/config.json': { ...unet, decay: 0.9999, optimization_step: 500, power: 0.75, use_ema_warmup: true },
    [`unet_ema/${file}`]: safe(average),
  }

  test('the average is read, and that is said; the noise must be given', async () => {
    const path = await onDisk('checkpoint-500', checkpoint)
    expect(await message(() => readModelFolder(path))).toMatch(/there is no scheduler.*or give it: `scheduler: PATH`/s)
    for (const given of [scheduler, await onDisk('noise', { 'scheduler_config.json': scheduler })]) {
      const folder = await readModelFolder(path, { scheduler: given })
      expect(folder.weights.get('conv_out.bias')!.data[0]).toBe(1)
      expect(folder.scheduler).toMatchObject({ num_train_timesteps: 100, clip_sample: true })
      expect(folder.notes[0]).toContain('unet_ema is read')
    }
    await expect(readModelFolder(path, { scheduler: join(root, 'nowhere') })).rejects.toThrow('no scheduler is there')
  })

  test('a part is described by itself', async () => {
    const path = await onDisk('checkpoint-501', checkpoint)
    const { className, config, weights: read } = await readComponent(join(path, 'unet_ema'))
    expect(className).toBe('UNet2DModel')
    expect(config).toMatchObject({ block_out_channels: [8, 16] })
    expect(config).not.toHaveProperty('decay')
    expect(read.get('conv_out.bias')!.data[0]).toBe(1)
    expect((await readComponent(path)).notes).toEqual(['unet_ema is read'])
    await expect(readComponent(join(path, 'vae'))).rejects.toThrow('no such file or folder')
  })
})

describe('sizes that the configuration leaves open', () => {
  const open = { ...nested, 'unet/config.json': { ...unet, sample_size: null } }

  test('are asked for', async () => {
    expect(await message(() => decodeModelFolder(folderOf(open), 'm'))).toMatch(/sample_size is null.*sampleSize/s)
    const { network, meta } = decodeModelFolder(folderOf(open), 'm', { sampleSize: [8, 12] })
    expect([network.config['sample_size'], meta.data.shape]).toEqual([
      [8, 12],
      [1, 8, 12],
    ])
  })

  test('follow from the data that tweedie.json describes', () => {
    const meta = { data: { name: 'x', kind: 'image', shape: [1, 11, 16] }, objective: { parametrisation: 'epsilon' } }
    const { network } = decodeModelFolder(folderOf({ ...open, 'tweedie.json': meta }))
    expect(network.config['sample_size']).toEqual([12, 16])
  })
})

describe('parts', () => {
  const part = { library: 'diffusers', className: 'AutoencoderKL', config: { latent_channels: 4 } }
  const vae = { ...part, weights: new Map([['w', { shape: [2], data: values(3, 2) }]]) }
  const model: ModelFolderInput = {
    network: { className: 'UNet2DModel', config: unet },
    weights,
    components: new Map([['vae', vae]]),
    scheduler,
    meta: {
      data: { name: 'x', kind: 'image', shape: [1, 8, 8] },
      objective: { parametrisation: 'epsilon' },
      parts: { vae: { frozen: true } },
    },
  }

  test('are written and read by name, whoever can build them', async () => {
    const path = join(root, 'parts')
    await writeModelFolder(path, model)
    const folder = await readModelFolder(path)
    expect([...folder.components.keys()].sort()).toEqual(['unet', 'vae'])
    expect(folder.components.get('vae')).toEqual(vae)
    expect(folder.components.get('unet')).toMatchObject({ library: 'diffusers', className: 'UNet2DModel' })
    expect(folder.weights).toEqual(folder.components.get('unet')!.weights)
    expect(folder.meta.parts).toMatchObject({ vae: { frozen: true }, unet: {} })
    const again = encodeModelFolder(folder)
    expect([...again.keys()].sort()).toEqual(
      [
        'model_index.json',
        'scheduler/scheduler_config.json',
        'tweedie.json',
        'unet/config.json',
        `unet/${file}`,
        'vae/config.json',
        `vae/${file}`,
      ].sort(),
    )
  })

  test('of two saves are not one model', async () => {
    const [one, two] = [join(root, 'one'), join(root, 'two')]
    const changed = new Map(
      [...weights].map(([key, { shape, data }]) => [key, { shape, data: data.map((v) => v + 1) }]),
    )
    await writeModelFolder(one, model)
    await writeModelFolder(two, { ...model, weights: changed })
    const taken = encodeModelFolder({ ...model, weights: changed }).get(`unet/${file}`)!
    await writeFile(join(one, 'unet', file), taken)
    expect(await message(() => readModelFolder(one))).toMatch(
      /one\/unet: its files are not those.*parts\.unet\.digest/s,
    )
  })

  test('of other libraries are read as they are; names of parts stay within the folder', async () => {
    const clip = { architectures: ['CLIPTextModel'], model_type: 'clip_text_model', hidden_size: 8 }
    const files = {
      ...nested,
      'model_index.json': {
        ...index,
        text_encoder: ['transformers', 'CLIPTextModel'],
        tokenizer: ['transformers', 'CLIPTokenizer'],
        safety_checker: [null, null],
      },
      'text_encoder/config.json': clip,
      'text_encoder/model.safetensors': safe(new Map([['text_model.w', { shape: [1], data: values(0, 1) }]])),
    }
    const { components } = decodeModelFolder(folderOf(files))
    expect([...components.keys()]).toEqual(['unet', 'text_encoder'])
    expect(components.get('text_encoder')).toMatchObject({ className: 'CLIPTextModel', config: { hidden_size: 8 } })
    expect([...components.get('text_encoder')!.weights.keys()]).toEqual(['text_model.w'])
    const climbing = { ...nested, 'model_index.json': { ...index, '../up': ['diffusers', 'AutoencoderKL'] } }
    expect(await message(() => decodeModelFolder(folderOf(climbing)))).toContain('is no name of a part')
    expect(await message(() => encodeModelFolder({ ...model, components: new Map([['a/b', vae]]) }))).toContain(
      'no name of a part',
    )
  })
})
