/** `--arithmetic int8` on the command line. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parseNpy } from '../../src/files/data/formats/npy.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const tweedie = linesIn(folder)

beforeAll(async () => {
  for (const line of [
    `train ${tinyImages.join(' ')} --steps 6 -o FOLDER/images -q`,
    `train ${tinyPoints.join(' ')} --steps 1 -o FOLDER/points -q`,
  ]) {
    expect(await tweedie(line)).toMatchObject({ status: 0, stderr: '' })
  }
})

/** The samples that a line draws, and what it says of them. */
async function draw(options: string): Promise<{ readonly items: Float32Array; readonly said: object }> {
  const line = `sample FOLDER/images -n 4 --steps 3 -o FOLDER/drawn.npy --force --json -q ${options}`.trim()
  const { status, stdout, stderr } = await tweedie(line)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return { items: parseNpy(readFileSync(join(folder, 'drawn.npy'))).data as Float32Array, said: JSON.parse(stdout) }
}

test('samples in eight bits are said to be so, and are close to the others', async () => {
  const [exact, asked, rough] = [
    await draw(''),
    await draw('--arithmetic float32'),
    await draw('--arithmetic int8'),
  ] as const
  expect(asked.items).toEqual(exact.items)
  expect(exact.said).not.toHaveProperty('arithmetic')
  expect(rough.said).toHaveProperty('arithmetic', 'int8')
  const off = Math.hypot(...rough.items.map((value, i) => value - exact.items[i]!)) / Math.hypot(...exact.items)
  expect(off).toBeGreaterThan(0)
  expect(off).toBeLessThan(0.1)
})

test('an exported file computes in eight bits, and is the same for equal seeds', async () => {
  const options = '--weights int8 --arithmetic int8'
  for (const name of ['one', 'two']) {
    expect(await tweedie(`export FOLDER/images -o FOLDER/${name}.onnx ${options}`)).toMatchObject({ status: 0 })
  }
  const [one, two] = ['one', 'two'].map((name) => readFileSync(join(folder, `${name}.onnx`)))
  expect(one!.equals(two!)).toBe(true)
  const { stdout } = await tweedie('info FOLDER/one.onnx --json')
  expect(JSON.parse(stdout)).toMatchObject({ operators: { QLinearConv: expect.any(Number) } })
  await tweedie('export FOLDER/images -o FOLDER/full.onnx')
  expect(one!.length).toBeLessThan(statSync(join(folder, 'full.onnx')).size)
})

test.each([
  ['sample FOLDER/images --arithmetic int4', /one of float32, int8\. Did you mean int8/],
  ['sample FOLDER/images --arithmetic int8 --device webgpu', /int8 arithmetic on device webgpu/],
  ['sample FOLDER/points --arithmetic int8', /int8 arithmetic is for networks with convolutions/],
  [
    'sample FOLDER/images --encode a.png -o b.npy --arithmetic int8',
    /cannot be used with option '--arithmetic <kind>'/,
  ],
  ['export FOLDER/points -o FOLDER/none.onnx --arithmetic int8', /int8 arithmetic is for networks with convolutions/],
])('refused: %s', async (line, message) => {
  const { status, stdout, stderr } = await tweedie(line)
  expect(stderr).toMatch(message)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})
