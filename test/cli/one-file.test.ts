/** `tweedie export --one-file` on the command line: what it says, and what it refuses. */
import { existsSync, statSync } from 'node:fs'
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
  const network = networkFromConfig('MLP', { input_shape: [2], width: 16, layers: 2 })
  const layout = parametersOf(network)
  await writeModelFolder(join(folder, 'points'), {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(initialize(layout, key(0))),
    scheduler: { _class_name: 'DDPMScheduler', prediction_type: 'epsilon', beta_schedule: 'linear' },
    meta: {
      version: '0.1.0',
      data: { name: 'points', kind: 'points', shape: [2], range: [-1, 1], classNames: null },
      objective: { parametrisation: 'epsilon', weighting: 'simple', labelDropout: 0 },
      training: { seed: 0, steps: 0 },
    },
  })
})

test('it is written, tried beside our own sampling, and described', async () => {
  const { status, stdout } = await tweedie(
    'export FOLDER/points --one-file FOLDER/s.onnx --sampler ddim --steps 5 --json',
  )
  expect(status).toBe(0)
  const { files, inputs, outputs, trial } = JSON.parse(stdout)
  expect(files).toEqual({ [join(folder, 's.onnx')]: statSync(join(folder, 's.onnx')).size })
  expect([inputs, outputs]).toEqual([['noise float32 [batch, 2]'], ['output float32 [batch, 2]']])
  expect(trial.items).toBe(4)
  expect(trial.difference).toBeLessThan(1e-4)
  expect(trial.difference).toBeGreaterThanOrEqual(0)

  const stochastic = await tweedie('export FOLDER/points --one-file FOLDER/d.onnx --sampler ddpm --steps 5 --batch 3')
  expect(stochastic.stdout).toMatch(/noise_steps float32 \[4, 3, 2\]/)
  expect(stochastic.stdout).toMatch(/3 items differ from ours by at most \d/)
  const untried = await tweedie('export FOLDER/points --one-file FOLDER/u.onnx --check 0')
  expect(untried.stdout).not.toContain('differ')
})

test.each([
  ['--one-file FOLDER/x.onnx --sampler rk45', 'rk45 is no table of numbers'],
  ['--one-file FOLDER/x.onnx --guidance 2', 'cannot be guided'],
  ['--one-file FOLDER/x.onnx --guidance-rescale 0.5', '--guidance-rescale without --guidance changes nothing'],
  ['--one-file FOLDER/x.onnx --operators runtime', '--operators runtime'],
  ['--out FOLDER/x.onnx --sampler ddim', '--sampler is for the sampler in one file'],
  ['--one-file FOLDER/x.bin', '.onnx'],
])('%s is refused by name', async (options, words) => {
  const { status, stderr } = await tweedie(`export FOLDER/points ${options}`)
  expect(status).toBe(2)
  expect(stderr).toContain(words)
  expect(existsSync(join(folder, 'x.onnx'))).toBe(false)
})
