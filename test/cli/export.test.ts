/** `tweedie export --weights` on the command line. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { writeModelFolder } from '../../src/files/io/node/index.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { parametersOf } from '../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../src/engine/nn/registry.ts'
import { key } from '../../src/engine/random/index.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const tweedie = linesIn(folder)

beforeAll(async () => {
  const network = networkFromConfig('MLP', { input_shape: [2], width: 64, layers: 2 })
  const layout = parametersOf(network)
  await writeModelFolder(join(folder, 'points'), {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(initialize(layout, key(0))),
    scheduler: { _class_name: 'DDPMScheduler', prediction_type: 'v_prediction', beta_schedule: 'squaredcos_cap_v2' },
    meta: {
      version: '0.1.0',
      data: { name: 'points', kind: 'points', shape: [2], range: [-1, 1], classNames: null },
      objective: { parametrisation: 'v', weighting: 'simple', labelDropout: 0 },
      training: { seed: 0, steps: 0 },
    },
  })
})

test('weights in fewer bits make a smaller file, whose size is said', async () => {
  const sizes: number[] = []
  for (const format of ['float32', 'float16', 'int8']) {
    const file = join(folder, `${format}.onnx`)
    const { status, stdout } = await tweedie(`export FOLDER/points -o ${file} --weights ${format}`)
    expect(status).toBe(0)
    expect(stdout).toMatch(/\.onnx: [\d.]+ kB\n$/)
    sizes.push(statSync(file).size)
  }
  const [full, half, byte] = sizes as [number, number, number]
  expect(half).toBeLessThan(0.75 * full)
  expect(byte).toBeLessThan(0.75 * half)

  const { stdout } = await tweedie('info FOLDER/int8.onnx --json')
  expect(JSON.parse(stdout)).toMatchObject({ operators: { Cast: expect.any(Number) } })
})

test('a format that there is not is refused by name', async () => {
  const { status, stderr } = await tweedie('export FOLDER/points -o FOLDER/wrong.onnx --weights int4')
  expect(status).toBe(2)
  expect(stderr).toContain('It must be one of float32, float16, int8.')
})
