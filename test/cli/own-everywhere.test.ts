/** Parts of one's own in every command: those of a configuration are known wherever a built-in one is. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const plain = linesIn(folder)
/** With the configuration below. */
const says = (line: string) => plain(`${line} --config FOLDER/tweedie.config.ts`)
const json = async (line: string) => JSON.parse((await says(`${line} --json`)).stdout)

/** One part of each kind. */
const config = `
import { defineConfig, graph, measure, nn, noise, sample } from 'tweedie'
const { add, reshape, silu, square, sub } = graph
export default defineConfig({
  networks: {
    Mine: ({ input_shape: [channels], width = 8 }) => ({
      build(scope, { x, t }) {
        const time = reshape(nn.linear(scope.child('time'), nn.sinusoidal(t, 16), width), [t.shape[0], width, 1, 1])
        return nn.convolution(scope.child('out'), silu(add(nn.convolution(scope.child('in'), x, width), time)), channels)
      },
    }),
  },
  objectives: { mine: { parametrisation: 'epsilon', loss: ({ output, target }) => square(sub(output, target)) } },
  schedules: { mine: () => noise.vpSchedule() },
  weightings: { mine: () => 1 },
  samplers: { mine: () => ({ ...sample.ddim({ eta: 0.5 }), name: 'mine', use: 'half of the noise' }) },
  measurements: { mine: (shape) => measure.averagePooling(shape, 2) },
})
`
const tiny = 'train glyphs --items 64 --batch 8 --patch 1 -q'

beforeAll(async () => {
  writeFileSync(at('tweedie.config.ts'), config)
  const line = `${tiny} --network Mine --objective mine --noise mine --weighting mine --unconditional --steps 4 -o FOLDER/model`
  const ended = await says(line)
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  expect(await says('sample FOLDER/model -n 1 --steps 2 -o FOLDER/one.png')).toMatchObject({ status: 0 })
})

describe('by name', () => {
  test('--network, --objective, --noise and --weighting', async () => {
    const meta = JSON.parse(readFileSync(at('model/tweedie.json'), 'utf8'))
    expect(meta).toMatchObject({ objective: { loss: 'mine', weighting: 'mine' }, schedule: { schedule: 'mine' } })
    expect(await json('info FOLDER/model')).toMatchObject({ kind: 'model', network: 'Mine' })
  })

  test('--sampler', async () => {
    const made = await json('sample FOLDER/model -n 2 --steps 2 --sampler mine')
    expect(made).toMatchObject({ sampler: 'mine', steps: 2 })
    const judged = await json('eval FOLDER/model -n 20 --steps 2 --sampler mine')
    expect(judged).toMatchObject({ sampler: 'mine', samples: 20 })
  })

  test('--task', async () => {
    const line = 'restore FOLDER/model FOLDER/one.png --task mine --simulate --steps 2 -n 1'
    expect(await json(line)).toMatchObject({ task: 'mine', simulated: true })
  })

  test.each([
    ['sample FOLDER/model --sampler mien', /no sampler 'mien'.*\n {2}hint: did you mean mine\?/],
    ['restore FOLDER/model FOLDER/one.png --task mien', /--task is 'mien'.*\n {2}hint: did you mean mine\?/],
    [`${tiny} --noise mien -o FOLDER/no`, /--noise is mien.*\n {2}hint: Did you mean mine\?/],
    [`${tiny} --weighting mien -o FOLDER/no`, /--weighting is mien.*\n {2}hint: Did you mean mine\?/],
    [`${tiny} --objective mien -o FOLDER/no`, /--objective is mien.*\n {2}hint: Did you mean mine\?/],
  ])('%s', async (line, message) => {
    expect(await says(line)).toMatchObject({ status: 2, stderr: expect.stringMatching(message) })
  })
})

test('samplers lists those of the configuration', async () => {
  expect((await says('samplers')).stdout).toMatch(/of your own +for +use\nmine +Gaussian noise +half of the noise\n/)
  const listed: { readonly name: string }[] = await json('samplers')
  expect(listed.find(({ name }) => name === 'mine')).toMatchObject({ of: 'own', noise: 'gaussian', order: 1 })
  expect((await plain('samplers')).stdout).not.toContain('of your own')
})

describe('a model of one’s own network', () => {
  const lines: readonly string[] = [
    'sample FOLDER/model -n 2 --steps 2',
    'sample FOLDER/model --encode FOLDER/one.png --steps 2 -o FOLDER/latent.npy',
    'sample FOLDER/model --decode FOLDER/latent.npy --steps 2 -o FOLDER/again.png',
    'sample FOLDER/model --weak FOLDER/model --guidance 1 -n 1 --steps 2',
    'eval FOLDER/model -n 20 --steps 2',
    'eval FOLDER/model --likelihood --likelihood-items 2 --terms 2 --tolerance 0.5',
    'info FOLDER/model',
    'info FOLDER/model/checkpoint.safetensors',
    'info FOLDER/model/network',
    'export FOLDER/model -o FOLDER/model.onnx',
    'export FOLDER/model --reference FOLDER/reference.safetensors',
    'restore FOLDER/model FOLDER/one.png --task denoise --sigma 0.1 --steps 2 -n 1',
    'edit FOLDER/model FOLDER/one.png --steps 2 -n 1',
    'edit FOLDER/model FOLDER/one.png --to FOLDER/one.png --steps 2 -n 2',
    'train --resume -o FOLDER/model --steps 6 -q',
    `${tiny} --from FOLDER/model --unconditional --steps 2 -o FOLDER/further`,
    'train --resume -o FOLDER/further --steps 3 -q',
  ]
  test.each(lines)('%s', async (line) => {
    const { status, stderr } = await says(line)
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('is missed by name without the configuration, whatever the command', async () => {
    for (const line of lines.filter((each) => !each.includes('info') && !each.includes('--decode'))) {
      const { status, stderr } = await plain(
        line.replace(/(-o|--reference) FOLDER\/(?!model |further )/, '$1 FOLDER/none-'),
      )
      expect([line, status, stderr]).toEqual([line, 3, expect.stringMatching(/part 'Mine'|part 'mine'/)])
    }
  })
})

test('the example works with commands that judge and export', async () => {
  const own = `--config ${resolve('examples/own-network/tweedie.config.ts')}`
  for (const line of [
    'train moons --items 64 --batch 16 --steps 4 -q --network Wave -o FOLDER/wave',
    'eval FOLDER/wave -n 20 --steps 2',
    'eval FOLDER/wave --likelihood --likelihood-items 4 --terms 2',
    'info FOLDER/wave',
    'export FOLDER/wave -o FOLDER/wave.onnx',
    'train moons --items 64 --batch 16 --from FOLDER/wave --steps 2 -q -o FOLDER/wave-2',
    'train --resume --steps 6 -o FOLDER/wave -q',
  ]) {
    const { status, stderr } = await plain(`${line} ${own}`)
    expect([line, status, status === 0 ? '' : stderr]).toEqual([line, 0, ''])
  }
})
