/** From data to pictures, as a user goes. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseNpy } from '../../src/files/data/index.ts'
import { readSafetensorsFile } from '../../src/files/io/node/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { readLog } from '../../src/tools/train/node/log-file.ts'
import { temporaryFolder, tinyImages, tinyPoints, tweedie } from './tweedie.ts'

const folder = temporaryFolder()
const images = join(folder, 'images')
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  const { status, stderr } = await tweedie(
    'train',
    ...tinyImages,
    '--steps',
    '30',
    '--sample-every',
    '20',
    '-o',
    images,
  )
  expect(stderr).toContain('parameters')
  expect(status).toBe(0)
})

describe('train', () => {
  test('leaves a model folder, a checkpoint, a log and pictures', () => {
    expect(readdirSync(images, { recursive: true }).sort()).toEqual([
      'checkpoint.safetensors',
      'log.jsonl',
      'model_index.json',
      'samples',
      'samples/step-0000020.png',
      'scheduler',
      'scheduler/scheduler_config.json',
      'train.json',
      'tweedie.json',
      'unet',
      'unet/config.json',
      'unet/diffusion_pytorch_model.safetensors',
    ])
    const log = readLog(join(images, 'log.jsonl'))
    expect(log.map(({ step }) => step)).toEqual([20, 30])
    expect(log[1]).toMatchObject({ epoch: 3.75, loss: expect.any(Number), gradientNorm: expect.any(Number) })
    expect(log[1]!.lossByNoise).toHaveLength(10)
  })

  test('says what it did as JSON lines', async () => {
    const { stdout, stderr } = await tweedie(
      'train',
      ...tinyPoints,
      '--steps',
      '30',
      '-o',
      at('points'),
      '--json',
      '-q',
    )
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; step: number })
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      'ready 0',
      'checkpoint 0',
      'log 20',
      'plan 23',
      'log 30',
      'checkpoint 30',
      'end 30',
    ])
    expect(stderr).toBe('')
  })

  test('in continuous time, with another prediction', async () => {
    const out = at('flow')
    const objective = ['--noise', 'rectified-flow', '--parametrisation', 'flow', '--times', 'logit-normal']
    const trained = await tweedie('train', ...tinyPoints, '--steps', '20', ...objective, '-o', out)
    expect(trained).toMatchObject({ status: 0, stderr: expect.stringContaining('rectified-flow') })
    const sampled = await tweedie('sample', out, '-n', '50', '--sampler', 'heun', '--steps', '5', '--json')
    expect(JSON.parse(sampled.stdout)).toMatchObject({ shape: [50, 2], sampler: 'heun' })
  })

  test('a dry run says what it would cost and writes nothing', async () => {
    const { stdout } = await tweedie('train', ...tinyPoints, '--epochs', '10', '--dry-run', '-o', at('dry'), '--json')
    expect(JSON.parse(stdout)).toMatchObject({ steps: 40, epochs: 10, msPerStep: expect.any(Number), items: 64 })
    expect(readdirSync(folder)).not.toContain('dry')
  })

  test('pictures learn to be told what was estimated, unless asked not to', async () => {
    const small = ['glyphs', '--items', '16', '--batch', '4', '--widths', '8', '--depth', '1', '--dry-run']
    const told = await tweedie('train', ...small)
    expect(told).toMatchObject({ status: 0, stderr: expect.stringMatching(/recalls +its own estimate/) })
    for (const options of [['--no-self-conditioning'], ['--preset', 'light'], ['--parametrisation', 'epsilon']]) {
      const plain = await tweedie('train', ...small, ...options)
      expect(plain).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/recalls/) })
    }
  })

  test('a diverged run ends with 1 and keeps the last good checkpoint', async () => {
    const out = at('diverged')
    const ended = await tweedie('train', ...tinyPoints, '--steps', '200', '--rate', '1e30', '--warmup', '0', '-o', out)
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringMatching(/tweedie: step \d+: the loss is/) })
    const info = await tweedie('info', join(out, 'checkpoint.safetensors'), '--json')
    expect(JSON.parse(info.stdout)).toMatchObject({ kind: 'checkpoint', finite: true })
  })
})

describe('sample', () => {
  test('a grid, its way there, and what made it', async () => {
    const [grid, way] = [at('grid.png'), at('way.gif')]
    const args = ['-n', '6', '--columns', '3', '--steps', '4', '--class', '7,2', '--seed', '5']
    const ended = await tweedie('sample', images, ...args, '-o', grid, '--trajectory', way, '--json')
    expect(JSON.parse(ended.stdout)).toMatchObject({
      files: [grid, way],
      count: 6,
      shape: [6, 1, 28, 28],
      seed: 5,
      steps: 4,
      classes: ['7', '2', '7', '2', '7', '2'],
    })
    expect(await sharp(grid).metadata()).toMatchObject({ width: 3 * 30 + 2, height: 2 * 30 + 2 })
    expect((await sharp(way, { animated: true }).metadata()).pages).toBe(4)
    const info = await tweedie('info', grid, '--json')
    expect(JSON.parse(info.stdout)).toMatchObject({ kind: 'picture', seed: 5, sampler: 'dpm++-2m', class: '7,2' })
  })

  test('the same seed gives the same samples whatever the batch', async () => {
    const draw = async (batch: number, seed: number): Promise<Float32Array> => {
      const out = at(`${batch}-${seed}.npy`)
      const args = ['-n', '7', '--sampler', 'ddpm', '--steps', '10', '--seed', `${seed}`, '--batch', `${batch}`]
      expect((await tweedie('sample', images, ...args, '-o', out)).status).toBe(0)
      const { shape, data } = parseNpy(readFileSync(out))
      expect(shape).toEqual([7, 1, 28, 28])
      return data as Float32Array
    }
    const [one, many, other] = await Promise.all([draw(1, 3), draw(64, 3), draw(64, 4)])
    const furthest = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))
    expect(furthest(one, many)).toBeLessThan(1e-3)
    expect(furthest(one, other)).toBeGreaterThan(0.1)
  })

  test('guidance: w = -1 forgets the class, 2 does not', async () => {
    const draw = async (guidance: string, name: string): Promise<Float32Array> => {
      const out = at(`guided-${guidance}-${name}.npy`)
      const args = ['-n', '3', '--steps', '4', '--guidance', guidance, '--class', name, '--no-clip']
      expect((await tweedie('sample', images, ...args, '-o', out)).status).toBe(0)
      return parseNpy(readFileSync(out)).data as Float32Array
    }
    const [none, other, strong] = [await draw('-1', '1'), await draw('-1', '8'), await draw('2', '1')]
    expect(none).toEqual(other)
    expect(strong).not.toEqual(none)
  })

  test('a folder of files, and a preview where nothing is to be written', async () => {
    const out = at('files')
    await tweedie('sample', images, '-n', '3', '--steps', '2', '-o', out)
    expect(readdirSync(out)).toEqual(['00000-0.png', '00001-1.png', '00002-2.png'])
    const { stdout } = await tweedie('sample', images, '-n', '2', '--steps', '2')
    expect(stdout.split('\n').length).toBeGreaterThan(10)
  })
})

describe('export', () => {
  test('an ONNX file for any batch says what the reference file says', async () => {
    const [onnx, reference] = [at('model.onnx'), at('reference.safetensors')]
    expect((await tweedie('export', images, '-o', onnx, '--reference', reference)).status).toBe(0)
    const { tensors } = await readSafetensorsFile(reference)
    expect([...tensors].map(([name, { dtype }]) => `${name} ${dtype}`).sort()).toEqual([
      'class_labels I64',
      'estimate F32',
      'output F32',
      't I64',
      'x F32',
    ])
    const info = JSON.parse((await tweedie('info', onnx, '--json')).stdout) as Record<string, object>
    expect(Object.keys(info.operators!).filter((name) => name.includes('.'))).toEqual([])
    expect(info.inputs).toContainEqual({ name: 'labels', dtype: 'int32', shape: ['batch'] })

    using session = await (await nodeEngine()).createSession(readFileSync(onnx))
    const names = ['x', 't', 'class_labels', 'output', 'estimate']
    const [x, t, labels, output, estimate] = names.map((name) => tensors.get(name)!)
    for (const batch of [1, 3, 4]) {
      const size = x!.data.length / 4
      const result = new Float32Array(batch * size)
      const shape = [batch, ...x!.shape.slice(1)]
      const told = estimate!.data as Float32Array
      await session.run(
        {
          x: { dtype: 'float32', shape, data: (x!.data as Float32Array).slice(0, batch * size) },
          t: { dtype: 'float32', shape: [batch], data: Float32Array.from(t!.data.slice(0, batch), Number) },
          labels: { dtype: 'int32', shape: [batch], data: Int32Array.from(labels!.data.slice(0, batch), Number) },
          estimate: {
            dtype: 'float32',
            shape: [batch, ...estimate!.shape.slice(1)],
            data: told.slice(0, (batch * told.length) / 4),
          },
        },
        { output: { dtype: 'float32', shape, data: result } },
      )
      const error = result.map((value, i) => Math.abs(value - Number(output!.data[i])))
      expect(Math.max(...error)).toBeLessThan(1e-4)
    }
  })
})

describe('the others', () => {
  test('info of the model', async () => {
    const { stdout } = await tweedie('info', images, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'model',
      network: 'UNet2DModel',
      training: { steps: 30, seed: 0, batch: 8 },
      data: { classNames: [...'0123456789'], unconditionalLabel: 10, patch: 4, range: [0, 255] },
    })
  })

  test('data', async () => {
    const { stdout } = await tweedie('data', 'glyphs', '--items', '50', '-o', at('sheet.png'), '--json')
    expect(JSON.parse(stdout)).toMatchObject({ length: 50, shape: [1, 28, 28], min: 0, max: 255 })
    expect(statSync(at('sheet.png')).size).toBeGreaterThan(1000)
    expect((await tweedie('data', 'moons')).stdout).toMatch(/[⠁-⣿]/)
  })

  test('doctor, samplers, help', async () => {
    const [doctor, samplers, help] = await Promise.all([
      tweedie('doctor', '--json'),
      tweedie('samplers', '--json'),
      tweedie('--help'),
    ])
    expect(JSON.parse(doctor.stdout)).toMatchObject({ node: process.versions.node, devices: expect.any(Array) })
    expect(JSON.parse(samplers.stdout)).toContainEqual(expect.objectContaining({ name: 'dpm++-2m', order: 2 }))
    expect(JSON.parse(samplers.stdout)).toContainEqual(expect.objectContaining({ name: 'mdlm', of: 'tokens' }))
    expect(help).toMatchObject({ status: 0, stdout: expect.stringContaining('Examples:') })
  })
})
