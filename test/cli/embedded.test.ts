/** Text as noisy embeddings from the command line: trained, continued, sampled, clamped, with words required; and what is refused. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseRequirements } from '../../src/families/embeddings/requirements.ts'
import { parseNpy } from '../../src/files/data/index.ts'
import { characterTokenizer } from '../../src/files/text/index.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const attempt = linesIn(folder)
const verse = 'The cat sat on the mat.\n'.repeat(60)
const tiny = '--objective diffusion-lm --batch 8 --length 16 --widths 32 --depth 1 -q'

beforeAll(async () => {
  writeFileSync(join(folder, 'verse.txt'), verse)
  for (const line of [
    `train FOLDER/verse.txt ${tiny} --steps 20 -o FOLDER/lm`,
    `train FOLDER/verse.txt ${tiny} --steps 300 --rate 0.005 --ema 0.9 -o FOLDER/taught`,
    `train FOLDER/verse.txt --batch 8 --length 16 --widths 32 --depth 1 -q --steps 2 -o FOLDER/masks`,
    `train ${tinyPoints.join(' ')} --steps 2 -q -o FOLDER/points`,
  ]) {
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  }
}, 60_000)

const json = async (line: string): Promise<Record<string, any>> => {
  const { status, stdout, stderr } = await attempt(`${line} --json`)
  expect([status, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Record<string, any>
}

describe('text as noisy embeddings', () => {
  test('stopped and resumed, the run is the same to the bit', async () => {
    expect(await attempt(`train FOLDER/verse.txt ${tiny} --steps 10 -o FOLDER/parts`)).toMatchObject({ status: 0 })
    expect(await attempt('train --resume -q --steps 20 -o FOLDER/parts')).toMatchObject({ status: 0, stderr: '' })
    const weights = (run: string) => readFileSync(join(folder, run, 'network/model.safetensors'))
    expect(weights('parts').equals(weights('lm'))).toBe(true)
  })

  test('the folder says what it is', async () => {
    const meta = JSON.parse(readFileSync(join(folder, 'lm/tweedie.json'), 'utf8'))
    expect(meta).toMatchObject({
      process: null,
      schedule: { schedule: 'sqrt' },
      data: { kind: 'tokens', categories: 13 },
    })
    const { stdout } = await attempt('info FOLDER/lm')
    expect(stdout).toMatch(/EmbeddingTransformer[\s\S]*embeddings of 13 tokens in 16 dimensions[\s\S]*sqrt/)
    const { stderr } = await attempt(
      'train FOLDER/verse.txt --objective diffusion-lm --noise vp --beta-max 9 --dry-run',
    )
    expect(stderr).toMatch(/diffusion-lm: noisy embeddings and rounding, vp \(beta-max 9\)/)
  })

  test('is sampled by Gaussian samplers, at any length, the same whatever the batch', async () => {
    for (const how of ['--steps 6', '--sampler dpm++-2m --clamp --steps 6', '--sampler ddim --times 0.9,0.4,0']) {
      const whole = await json(`sample FOLDER/lm -n 3 --length 20 ${how} --seed 4`)
      expect(whole.texts.map((text: string) => text.length)).toEqual([20, 20, 20])
      expect((await json(`sample FOLDER/lm -n 3 --length 20 ${how} --seed 4 --batch 2`)).texts).toEqual(whole.texts)
    }
    const { texts, sampler, steps } = await json('sample FOLDER/lm')
    expect([texts.length, sampler, steps]).toEqual([1, 'ddpm', 200])
  })

  test('says what is required', async () => {
    const line = 'sample FOLDER/taught -n 4 --steps 40 --clamp --require cat@2 --require [T\\n]@9-10'
    const { texts, sampler, require } = await json(line)
    expect([sampler, require]).toEqual(['controlled', ['cat@2', '[T\\n]@9-10']])
    const held = texts.filter((text: string) => /^..cat....[T\n]{2}/u.test(text))
    expect(held.length).toBeGreaterThan(2)
  })

  test('is written as text, tokens and a way', async () => {
    const line = 'sample FOLDER/lm -n 2 --steps 5 -q --trajectory FOLDER/way.txt -o FOLDER/out'
    expect(await attempt(`${line}.npy`)).toMatchObject({ status: 0 })
    expect(parseNpy(readFileSync(join(folder, 'out.npy'))).shape).toEqual([2, 16])
    expect(readFileSync(join(folder, 'way.txt'), 'utf8').match(/^t = /gm)).toHaveLength(5)
  })
})

describe('refused', () => {
  test.each([
    [`train ${tinyPoints[0]} --objective diffusion-lm -o FOLDER/x`, 'is for text'],
    [`train maps --items 20 ${tiny.replace('--length 16 ', '')} -o FOLDER/x`, 'other sequences'],
    [
      `train FOLDER/verse.txt ${tiny} --kernel uniform -o FOLDER/x`,
      '--kernel means nothing to a model of text as noisy embeddings; it is for models of tokens',
    ],
    [
      `train FOLDER/verse.txt ${tiny} --weighting vlb -o FOLDER/x`,
      '--weighting means nothing to a model of text as noisy embeddings; it is for models of images and points',
    ],
    [`train FOLDER/verse.txt ${tiny} --beta-max 3 -o FOLDER/x`, '--beta-max is for the noise vp'],
    ['sample FOLDER/lm --infill x', '--infill means nothing'],
    ['sample FOLDER/lm --guidance 2', '--guidance means nothing'],
    ['sample FOLDER/lm --fluency 2', '--require is not set'],
    ['sample FOLDER/lm --require cat', 'not understood'],
    ['sample FOLDER/lm --require dog@1', 'not among the 13 characters'],
    ['sample FOLDER/lm --require cat@14', 'places are 0 … 15'],
    ['sample FOLDER/lm --require cat@1 --sampler ddim', 'a sampler of its own'],
    ['sample FOLDER/lm --sampler analytic-ddpm', 'measures on images'],
    ['sample FOLDER/masks --clamp', '--clamp means nothing to a model of tokens; it is for models of text as noisy'],
    ['sample FOLDER/points --require cat@1', 'it is for models of text'],
    ['eval FOLDER/lm --trace exact', '--trace means nothing'],
    ['eval FOLDER/lm --guidance 2', '--guidance means nothing'],
    ['eval FOLDER/lm --sampler analytic-ddpm', 'measures on images'],
    ['eval FOLDER/masks --clamp', 'it is for models of text as noisy embeddings'],
    ['eval FOLDER/points --clamp', 'it is for models of text as noisy embeddings'],
  ])('%s', async (line, message) => {
    const { status, stderr } = await attempt(line)
    expect(status).toBeGreaterThan(1)
    expect(stderr).toContain(message)
  })
})

describe('requirements as they are typed', () => {
  const tokenizer = characterTokenizer('abcXYZ019 @[')

  test('words, and classes of characters at places', () => {
    const said = (text: string) =>
      parseRequirements(text, tokenizer).map(({ place, allowed }) => `${place}: ${tokenizer.decode(allowed)}`)
    expect(said('aX@4')).toEqual(['4: a', '5: X'])
    expect(said('[A-Z]@0')).toEqual(['0: XYZ'])
    expect(said('[0-9a]@2-3')).toEqual(['2: 019a', '3: 019a'].map((each) => each.replace('019a', sorted('019a'))))
    // the last @ counts
    expect(said('a@b@7')).toEqual(['7: a', '8: @', '9: b'])
  })

  /** In the vocabulary's order. */
  const sorted = (text: string): string => tokenizer.decode([...tokenizer.encode(text)].sort((a, b) => a - b))

  test.each([
    ['[a]@5-3', 'before the first'],
    ['ab@1-2', 'one place'],
    ['[q]@1', 'no token'],
    ['[z-a]@1', 'no class'],
    ['@3', 'not understood'],
    ['[a]@0-999999999', 'places are below 65536'],
    ['[a](a+)+[b]@2', '"]" (U+005D) at line 1, column 3'],
  ])('%s is refused', (text, message) => {
    expect(() => parseRequirements(text, tokenizer)).toThrow(message)
  })
})
