/** What `tweedie.json` says of sampling holds for every family, unless somebody asks for something else. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/app/node/open.ts'
import type { TweedieMetaSampler } from '../../src/files/io/tweedie-meta.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyImages } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const says = linesIn(folder)

beforeAll(async () => {
  writeFileSync(at('verse.txt'), 'The cat sat on the mat.\n'.repeat(60))
  const text = 'train FOLDER/verse.txt --batch 8 --length 16 --widths 32 --depth 1 -q --steps 3'
  for (const line of [
    `train ${tinyImages.join(' ')} --steps 3 -q -o FOLDER/images`,
    `${text} -o FOLDER/text`,
    `${text} --objective diffusion-lm -o FOLDER/lm`,
    'train maps --items 40 --batch 8 --widths 8,16 --steps 2 -q -o FOLDER/maps',
  ]) {
    expect(await says(line)).toMatchObject({ status: 0 })
  }
})

/** A copy of a model whose folder says this of its sampling. */
function recorded(name: string, sampler: TweedieMetaSampler): string {
  const copy = `${name}-${Object.keys(sampler).join('-')}-${Object.values(sampler).join('-')}`
  cpSync(at(name), at(copy), { recursive: true })
  const path = at(`${copy}/tweedie.json`)
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), sampler }))
  return at(copy)
}

/** How samples of a folder were drawn, by the command. */
async function howOf(place: string, options = ''): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await says(`sample ${place} -n 1 --json${options}`)
  return stdout === '' ? { stderr } : JSON.parse(stdout)
}

test.each<readonly [name: string, record: TweedieMetaSampler, options: string, asked: string]>([
  [
    'images',
    { sampler: 'ddim', steps: 3, guidance: 1, spacing: 'trailing' },
    ' --sampler ddim --steps 3',
    ' --steps 2',
  ],
  ['text', { sampler: 'ancestral', steps: 5 }, ' --sampler ancestral --steps 5', ' --steps 2'],
  ['lm', { sampler: 'ddim', steps: 4, spacing: 'uniform' }, ' --sampler ddim --steps 4', ' --steps 2'],
])('%s: %j is what is drawn by default', async (name, record, options, asked) => {
  const place = recorded(name, record)
  const how = await howOf(place)
  expect(how).toMatchObject({ sampler: record.sampler, steps: record.steps })
  if (record.guidance !== undefined) expect(how).toMatchObject({ guidance: record.guidance })
  expect(await howOf(place, asked)).toMatchObject({ sampler: record.sampler, steps: 2 })
  const extra = name === 'images' ? ' --spacing trailing --guidance 1' : name === 'lm' ? ' --spacing uniform' : ''
  using painter = await open(place)
  using plain = await open(at(name))
  const drawn = await painter.draw({ count: 2 })
  const words = `${options}${extra}`.trim().split(' ')
  const request = Object.fromEntries(
    words.flatMap((word, i) => (i % 2 === 0 ? [[word.slice(2), Number(words[i + 1]) || words[i + 1]]] : [])),
  )
  const same = await plain.draw({ ...request, count: 2 })
  expect(Array.from(drawn.array().data, Number)).toEqual(Array.from(same.array().data, Number))
})

test('guidance of tokens', async () => {
  const place = recorded('text', { guidance: 2 })
  expect((await howOf(place)).stderr).toMatch(/guidance needs a model that was trained with classes/)
  expect(await howOf(place, ' --guidance 0 --steps 2')).toMatchObject({ guidance: 0 })
})

test('evaluations sample in the same way', async () => {
  const judged = async (line: string) => JSON.parse((await says(`${line} --json`)).stdout)
  expect(await judged(`eval ${recorded('text', { steps: 3 })}`)).toMatchObject({ steps: 3 })
  expect(await judged(`eval ${recorded('lm', { steps: 3, sampler: 'ddim' })}`)).toMatchObject({
    steps: 3,
    sampler: 'ddim',
  })
  const images = recorded('images', { steps: 2, guidance: 0.5 })
  expect(await judged(`eval ${images} -n 20`)).toMatchObject({ steps: 2, guidance: 0.5 })
})

test('guidance is about samples: latents go without it both ways', async () => {
  using painter = await open(recorded('images', { guidance: 2 }))
  const digit = new Float32Array(28 * 28).fill(-1)
  expect((await painter.encode(digit, { steps: 2 })).count).toBe(1)
})

describe('what a family cannot do is refused by name, and so is what nobody has', () => {
  test.each<readonly [name: string, record: TweedieMetaSampler, message: RegExp]>([
    ['text', { spacing: 'karras' }, /sampler\.spacing means nothing to a model of tokens\n {2}hint: .*steps, guidance/],
    ['lm', { guidance: 1 }, /sampler\.guidance means nothing to a model of text as noisy embeddings/],
    ['images', { eta: 1 }, /sampler\.eta means nothing to a model of images and points/],
    ['text', { sampler: 'ddim' }, /sampler\.sampler is "ddim", which is not built in/],
    [
      'images',
      { sampler: 'mdlm' },
      /sampler\.sampler is "mdlm", which is not built in\n {2}hint: give it as own\.samplers\.mdlm.*--sampler/,
    ],
    ['lm', { sampler: 'none' }, /sampler\.sampler is "none", which is not built in/],
  ])('%s %j', async (name, record, message) => {
    const line = `sample ${recorded(name, record)} -n 1 --steps 2`
    expect(await says(line)).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(message) })
  })

  test('a sampler of masks where there are none', async () => {
    const place = recorded('maps', { sampler: 'mdlm' })
    const { status, stderr } = await says(`sample ${place} -n 1 --steps 2`)
    const { process } = JSON.parse(readFileSync(at('maps/tweedie.json'), 'utf8'))
    if (process.kernel === 'absorbing') expect(status).toBe(0)
    else expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('fills in masks') })
  })
})

test('required words are drawn by control, whatever sampler the folder names', async () => {
  using painter = await open(recorded('lm', { sampler: 'rk45' }))
  const drawn = await painter.draw({ count: 1, require: ['c@2'], steps: 3 })
  expect(drawn.how).toMatchObject({ sampler: 'controlled', steps: 3 })
  expect((await painter.draw({ count: 1 })).how).toMatchObject({ sampler: 'rk45' })
})
