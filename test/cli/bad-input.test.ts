/** What cannot work is refused: one line, one hint, the right exit status, and nothing is written. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyPoints, tweedie } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)

beforeAll(async () => {
  for (const name of ['empty', 'small', 'full', 'broken', 'model']) mkdirSync(at(name))
  writeFileSync(join(at('full'), 'notes.txt'), 'mine')
  writeFileSync(join(at('broken'), 'a.png'), 'this is no picture')
  writeFileSync(
    at('huge.npy'),
    Buffer.from(
      "\x93NUMPY\x01\x00\x46\x00{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9), }\n",
      'latin1',
    ),
  )
  writeFileSync(at('lying.safetensors'), Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 1, 2]))
  writeFileSync(at('network.json'), '{"block_out_channels": [10, 20], "down_block_types": ["DownBlock2D"]}')
  writeFileSync(at('list.json'), '[1, 2]')
  writeFileSync(at('wrong.onnx'), 'no model')
  writeFileSync(
    join(at('model'), 'model_index.json'),
    '{"_class_name": "KandinskyPipeline", "unet": ["diffusers", "UnCLIPUNet"], "vae": ["diffusers", "AutoencoderKL"]}',
  )
  const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
  await grey.png().toFile(join(at('small'), 'a.png'))
  const trained = await attempt(`train ${tinyPoints.join(' ')} --steps 3 --out FOLDER/points -q`)
  expect(trained).toMatchObject({ status: 0, stderr: '' })
}, 60_000)

/** What is typed (`FOLDER` is the test's), the exit status, and words of the line. */
const cases: readonly (readonly [line: string, status: number, message: RegExp])[] = [
  ['trian', 2, /unknown command 'trian'[^]*Did you mean train/],
  ['train glyphs --out FOLDER/new --setps 5', 2, /unknown option '--setps'[^]*Did you mean --steps/],
  ['train glyphs --out FOLDER/new --steps many', 2, /whole number/],
  ['train glyphs --out FOLDER/new --noise liner', 2, /Did you mean linear/],
  ['train glyphs --out FOLDER/new --steps 5 --minutes 1', 2, /exclude each other/],
  ['train glyphs', 2, /where should the model go/],
  ['train --out FOLDER/new', 2, /what should be learned/],
  ['train FOLDER/missing --out FOLDER/new', 3, /no such file or folder/],
  ['train glyfs --out FOLDER/new', 3, /did you mean glyphs/],
  ['train FOLDER/empty --out FOLDER/new', 3, /empty/],
  ['train FOLDER/broken --out FOLDER/new', 3, /broken/],
  ['train FOLDER/small --size 32 --out FOLDER/new', 3, /small/],
  ['train FOLDER/huge.npy --out FOLDER/new', 3, /huge\.npy/],
  ['train glyphs --items 20 --batch 64 --out FOLDER/new', 2, /batch of 64 is larger than the data: 20/],
  ['train glyphs --items 20 --out FOLDER/full', 2, /full exists and is not empty/],
  ['train glyphs --items 20 --out FOLDER/full/notes.txt', 2, /is a file/],
  ['train glyphs --items 20 --network FOLDER/network.json --out FOLDER/new', 3, /norm_num_groups|down_block_types/],
  ['train glyphs --items 20 --network FOLDER/list.json --out FOLDER/new', 3, /configuration is an object/],
  ['train glyphs --items 20 --network FOLDER/none.json --out FOLDER/new', 3, /no such file/],
  ['train moons --patch 2 --out FOLDER/new', 2, /patches are for images/],
  ['train --resume --out FOLDER/empty', 3, /no run to resume/],
  ['sample FOLDER/missing', 3, /no such folder/],
  ['sample FOLDER/full', 3, /model_index\.json/],
  ['sample FOLDER/model', 3, /not supported/],
  ['sample FOLDER/points -n 0', 2, /whole number/],
  ['sample FOLDER/points --class left', 2, /no class 'left'[^]*upper, lower/],
  ['sample FOLDER/points --sampler ddmi', 2, /no sampler 'ddmi'[^]*did you mean ddim/],
  ['sample FOLDER/points --steps 5000', 2, /levels/],
  ['sample FOLDER/points --out FOLDER/huge.npy', 2, /huge\.npy exists/],
  ['sample FOLDER/points --out FOLDER/x.bmp', 2, /\.png/],
  ['sample FOLDER/points --out FOLDER/none/x.png', 2, /no folder/],
  ['sample FOLDER/points --device webgup', 2, /Did you mean webgpu/],
  ['info FOLDER/lying.safetensors', 3, /header claims/],
  ['info FOLDER/wrong.onnx', 3, /wrong\.onnx|ONNX/],
  ['export FOLDER/points --out FOLDER/model.pt', 2, /\.onnx/],
  ['data FOLDER/missing', 3, /no such file/],
]

test.each(cases)('%s: %i', async (line, status, message) => {
  const before = readdirSync(folder, { recursive: true }).sort()
  const ended = await attempt(line)
  const [first, second, ...rest] = ended.stderr.trim().split('\n')
  expect(ended.stderr).toMatch(message)
  expect(first).toMatch(/^tweedie: /)
  expect(second ?? '  hint: ').toMatch(/^ {2}hint: /)
  expect(rest).toEqual([])
  expect(ended).toMatchObject({ status, stdout: '' })
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
})

test('the process ends with the status, and says no more', async () => {
  const ended = await tweedie('sample', at('missing'))
  expect(ended).toMatchObject({ status: 3, stdout: '' })
  expect(ended.stderr.trim().split('\n')).toHaveLength(2)
})
