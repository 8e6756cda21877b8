/** Two lines for whatever makes no sense: what was got and how to mend it, in the words of whoever typed it. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { program } from '../../src/cli/program.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const says = linesIn(folder)

beforeAll(async () => {
  mkdirSync(at('my runs'))
  writeFileSync(at('verse.txt'), 'The cat sat on the mat.\n'.repeat(60))
  writeFileSync(at('broken.png'), 'no picture')
  const text = `train ${at('verse.txt')} --batch 8 --length 16 --widths 32 --depth 1 -q --steps 2`.split(' ')
  for (const words of [
    ['train', ...tinyImages, '--steps', '2', '-q', '-o', 'FOLDER/my runs/images'],
    ['train', ...tinyPoints, '--steps', '2', '-q', '-o', 'FOLDER/points'],
    [...text, '-o', 'FOLDER/text'],
    [...text, '--objective', 'diffusion-lm', '-o', 'FOLDER/lm'],
  ]) {
    expect(await says(words)).toMatchObject({ status: 0 })
  }
  cpSync(at('my runs/images'), at('images'), { recursive: true })
  await says('sample FOLDER/images -n 1 --steps 1 -o FOLDER/one.png')
  // as others write them: noise that is a table of its own, and noise that is no table
  const other = (name: string, scheduler: object): void => {
    cpSync(at('images'), at(name), { recursive: true })
    rmSync(at(`${name}/tweedie.json`))
    writeFileSync(at(`${name}/scheduler/scheduler_config.json`), JSON.stringify(scheduler))
  }
  const plain = JSON.parse(readFileSync(at('images/scheduler/scheduler_config.json'), 'utf8'))
  other('betas', { ...plain, trained_betas: Array.from({ length: 50 }, (_, i) => 0.001 + 0.001 * i) })
  rmSync(at('betas/model_index.json'))
  other('flow', { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 3 })
  rmSync(at('flow/model_index.json'))
})

/** What is typed, the exit status, and how the lines go. */
const lines: readonly (readonly [line: string, status: number, message: RegExp])[] = [
  ['help sampl', 2, /^tweedie: unknown command 'sampl'\n {2}hint: did you mean sample\?\n$/],
  ['help nothing', 2, /^tweedie: unknown command 'nothing'\n {2}hint: there are quickstart, train, .*doctor\n$/],
  ['sample FOLDER/one.png', 3, /this is a file\n {2}hint: .*'tweedie info' says what a file is/],
  ['sample FOLDER/images --times 0,1', 2, /--times are 0, 1: they must fall.*\n {2}hint: --times 1,0\.6/],
  [
    'sample FOLDER/images --data nowhere',
    2,
    /--data is for samplers that are measured.*\n {2}hint: --sampler analytic/,
  ],
  ['sample FOLDER/images --encode FOLDER/one.png', 2, /--encode needs an output file\n {2}hint: --out latent\.npy/],
  ['sample FOLDER/images --decode FOLDER/one.png -o FOLDER/x.png', 3, /one\.png: not an array: an \.npy file/],
  ['sample FOLDER/images --encode FOLDER/one.png --sampler ddpm -o FOLDER/x.npy', 2, /hint: --sampler ddim can encode/],
  ['sample FOLDER/points --arithmetic int8', 2, /has none inside\n {2}hint: leave --arithmetic out/],
  ['sample FOLDER/text --infill [MASK:2] --length 9', 2, /--infill: the template has 2 tokens, the length is 9/],
  ['sample FOLDER/lm --require c@100', 2, /place 100 of a required word: places are 0 … 15/],
  ['sample FOLDER/lm --sampler analytic-dpm', 2, /measures on images and points, and the model is of text/],
  [
    'restore FOLDER/images FOLDER/one.png --task colorize',
    2,
    /--task colorize: the model makes pictures of 1 channels, not of 3\n/,
  ],
  [
    'restore FOLDER/images FOLDER/one.png --task denoise --sigma 0.1 --zeta 2',
    2,
    /--zeta is for the method dps or diffpir, not for mmps\n {2}hint: --method dps/,
  ],
  [
    'edit FOLDER/images FOLDER/one.png --guidance 2',
    2,
    /--guidance without --class, --prompt or --style changes nothing/,
  ],
  ['eval FOLDER/images --features FOLDER/one.png', 3, /one\.png: broken ONNX model/],
  ['eval FOLDER/images --likelihood --sampler ddim', 2, /hint: evaluate twice/],
  ['info FOLDER/broken.png', 3, /broken\.png: not a picture that can be read/],
  ['info FOLDER/verse.txt', 3, /hint: known are .*'tweedie data' says what is in data/],
  ['train --resume', 2, /which run is to be resumed\?\n {2}hint: name its folder: --out runs\/NAME/],
  ['train glyphs -o FOLDER/images', 2, /has a run in it\n {2}hint: --resume continues it, --force starts over/],
  ['train glyphs -o FOLDER/x --from FOLDER/images --widths 8', 2, /--widths: the network is that of the model/],
  [
    'train glyphs --items 64 -o FOLDER/x --from FOLDER/betas --unconditional',
    2,
    /a table of 50 levels of its own, which no --noise names\n {2}hint: say on which noise to train: --noise linear/,
  ],
  ['train glyphs --items 64 -o FOLDER/x --from FOLDER/flow --unconditional', 2, /that of a FlowMatchEuler/],
]

describe('bad usage', () => {
  const options = new Set(program().commands.flatMap((each) => each.options.map(({ long }) => long)))

  test.each(lines)('%s', async (line, status, message) => {
    const ended = await says(line)
    expect(ended).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(message) })
    expect(ended.stderr.split('\n').length).toBeLessThan(4)
    expect(ended.stderr).not.toContain('`')
    for (const [, name] of ended.stderr.matchAll(/(?<![\w-])(--[a-z][a-z-]*[a-z])/g)) expect(options).toContain(name)
  })
})

test('suggested commands take paths with spaces', async () => {
  const ended = await says(['sample', 'FOLDER/my runs/images', '-n', '1', '-o', 'FOLDER/no where/x.png'])
  expect(ended).toMatchObject({ status: 2, stderr: expect.stringMatching(/hint: mkdir -p '.*\/no where'/) })
  const trained = ['train', '-o', 'FOLDER/my runs/images', '--resume', '--steps', '3']
  expect((await says(trained)).stderr).toMatch(/next: tweedie sample '.*\/my runs\/images'/)
})
