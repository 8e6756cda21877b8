/** Flows on the command line: train, draw, encode and decode, likelihoods, export; what they cannot do. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { parseNpy } from '../../src/files/data/formats/npy.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)
const array = (name: string) => parseNpy(readFileSync(at(name)))

beforeAll(async () => {
  for (const kind of ['a', 'b']) {
    mkdirSync(at(`pictures/${kind}`), { recursive: true })
    for (let i = 0; i < 8; i++) {
      const data = Uint8Array.from({ length: 16 }, (_, j) => 85 * ((i * j + j * j + Number(kind === 'a')) % 4))
      await sharp(data, { raw: { width: 4, height: 4, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(at(`pictures/${kind}/${i}.png`))
    }
  }
  for (const line of [
    'train moons --model flow --steps 3 --widths 8 --depth 1 -q -o FOLDER/points',
    'train FOLDER/pictures --model flow --steps 3 --batch 8 --widths 8 --depth 1 --dropout 0.1 -q -o FOLDER/shades',
    'train FOLDER/pictures --model flow --network GlowFlow --steps 2 --batch 4 --unconditional -q -o FOLDER/glow',
  ]) {
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  }
}, 60_000)

describe('a flow', () => {
  test('says what it is', async () => {
    const { stdout } = await attempt('info FOLDER/shades')
    expect(stdout).toMatch(/AutoregressiveFlow/)
    expect(stdout).toMatch(/image \[1, 4, 4\], 4 shades/)
    expect(stdout).toMatch(/sequential inverse of up to 34 calls/)
    expect(JSON.parse((await attempt('info FOLDER/points --json')).stdout)).toMatchObject({
      family: 'flow',
      sequential: false,
    })
  })

  test.each(['points', 'shades', 'glow'])('draws, the same whatever the batch: %s', async (run) => {
    for (const [name, more] of [
      ['one', '--batch 1'],
      ['all', ''],
    ]) {
      const line = `sample FOLDER/${run} -n 3 --seed 4 -q -o FOLDER/${run}-${name}.npy ${more}`.trim()
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    const [one, all] = ['one', 'all'].map((name) => Array.from(array(`${run}-${name}.npy`).data, Number)) as [
      number[],
      number[],
    ]
    expect(all.every((value, i) => Math.abs(value - one[i]!) < 1e-4)).toBe(true)
    expect(new Set(all).size).toBeGreaterThan(2)
  })

  test('draws shades, and nothing between', async () => {
    const { data } = array('shades-all.npy')
    for (const value of data)
      expect(Math.abs(((Number(value) + 1) * 3) / 2 - Math.round(((Number(value) + 1) * 3) / 2))).toBeLessThan(1e-5)
  })

  test.each(['points', 'shades', 'glow'])('encodes what it drew, and decodes it again: %s', async (run) => {
    const name = run === 'glow' ? '' : '--class 1 '
    for (const line of [
      `sample FOLDER/${run} ${name}--encode FOLDER/${run}-all.npy -q -o FOLDER/${run}-z.npy`,
      `sample FOLDER/${run} ${name}--decode FOLDER/${run}-z.npy -q -o FOLDER/${run}-again.npy`,
    ]) {
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    const [before, after] = [array(`${run}-all.npy`).data, array(`${run}-again.npy`).data]
    before.forEach((value, i) => expect(Math.abs(Number(value) - Number(after[i]))).toBeLessThan(1e-3))
  })

  test('knows how likely data are, exactly', async () => {
    const points = await attempt('eval FOLDER/points --likelihood --likelihood-items 50 --json -q')
    expect(JSON.parse(points.stdout)).toMatchObject({
      unit: 'nats',
      items: 50,
      dimensions: 2,
      part: 'held-out',
      outside: expect.any(Number),
    })
    const shades = JSON.parse(
      (await attempt('eval FOLDER/shades --likelihood --dequantisations 2 --json -q')).stdout,
    ) as {
      bitsPerDim: { value: number }
      tighter: { value: number }
    }
    // the mean of densities bounds more tightly than the mean of their logarithms
    expect(shades.tighter.value).toBeLessThan(shades.bitsPerDim.value)
    // near what it begins at: four shades, all alike, are two bits
    expect(Math.abs(shades.bitsPerDim.value - 2)).toBeLessThan(0.3)
  })

  test('judges its samples', async () => {
    const { status, stdout } = await attempt('eval FOLDER/points -n 40 -q')
    expect(status).toBe(0)
    expect(stdout).toMatch(/40 samples/)
  })

  test('exports the way to latents, and back where that is one graph', async () => {
    for (const line of [
      'export FOLDER/shades -o FOLDER/f.onnx',
      'export FOLDER/points --direction inverse -o FOLDER/i.onnx',
      'export FOLDER/points -o FOLDER/there.onnx',
    ]) {
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    // the files serve any batch, and undo each other
    const engine = await nodeEngine()
    const float = (shape: readonly number[], data: Float32Array) => ({ dtype: 'float32', shape, data }) as const
    using inverse = await engine.createSession(readFileSync(at('i.onnx')))
    using forward = await engine.createSession(readFileSync(at('there.onnx')))
    const labels = { dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 1) } as const
    const z = float([3, 2], Float32Array.of(0.3, -1, 0.7, 0.2, -0.4, 1.1))
    const x = float([3, 2], new Float32Array(6))
    const [latent, density] = [float([3, 2], new Float32Array(6)), float([3], new Float32Array(3))]
    await inverse.run({ latent: z, labels }, { x })
    await forward.run({ x, labels }, { latent, log_density: density })
    latent.data.forEach((value, i) => expect(value).toBeCloseTo(z.data[i]!, 4))
    expect(density.data.every((value) => Number.isFinite(value) && value !== 0)).toBe(true)
  })

  test('is trained further', async () => {
    const line = 'train moons --from FOLDER/points --steps 2 -q -o FOLDER/further'
    expect(await attempt(line)).toMatchObject({ status: 0 })
    expect(JSON.parse((await attempt('info FOLDER/further --json')).stdout)).toMatchObject({ family: 'flow' })
  })
})

test.each([
  ['export FOLDER/shades --direction inverse -o FOLDER/x.onnx', 2, /sequential, up to 34 calls/],
  ['restore FOLDER/glow FOLDER/pictures/a/0.png --task denoise --sigma 1', 2, /models of images and points/],
  ['sample FOLDER/points --sampler ddim', 2, /--sampler means nothing to a model of exact likelihoods/],
  ['sample FOLDER/points --trajectory FOLDER/x.gif', 2, /one go/],
  ['eval FOLDER/points --likelihood --temperature 2', 2, /cannot be used with/],
  ['eval FOLDER/points --likelihood --dequantisations 2', 2, /for images of a few shades/],
  ['train moons --model flow --values 4 --steps 1 -o FOLDER/x', 2, /for images/],
  ['train moons --model flow --flip --steps 1 -o FOLDER/x', 2, /for images/],
  ['train moons --model flow --network GlowFlow --steps 1 -o FOLDER/x', 2, /is for images/],
  ['train moons --model flow --network NoFlow --steps 1 -o FOLDER/x', 3, /NoFlow/],
  ['train moons --model flow --widths 8,16 --steps 1 -o FOLDER/x', 2, /one width/],
  ['train moons --model flow --noise linear --steps 1 -o FOLDER/x', 2, /--noise means nothing/],
  [
    'train FOLDER/pictures --model flow --unconditional --label-dropout 0.1 --steps 1 --batch 4 -o FOLDER/x',
    2,
    /no classes to leave out/,
  ],
])('%s is refused', async (line, status, message) => {
  const said = await attempt(line)
  expect(said.stderr).toMatch(message)
  expect(said.status).toBe(status)
})
