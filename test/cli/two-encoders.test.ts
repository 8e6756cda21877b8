/** A network that learns captions from nothing by the two text encoders of a pipeline, as Stable Diffusion XL uses them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { readTextEncoders } from '../../src/app/node/read-words.ts'
import { encodePrompts } from '../../src/compiled/prompts/prompt-encoder.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { LatentModel } from '../../src/families/latent/model.ts'
import type { Model } from '../../src/families/values/model.ts'
import { tinyPipeline } from '../families/pipelines/tiny.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)
const size = '--widths 8,8 --depth 1 --batch 4 --steps 1 --threads 1'

beforeAll(async () => {
  for (const [name, bytes] of tinyPipeline('xl')) {
    mkdirSync(dirname(at(`xl/${name}`)), { recursive: true })
    writeFileSync(at(`xl/${name}`), bytes)
  }
  mkdirSync(at('pictures'))
  for (let i = 0; i < 4; i++) {
    await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 60 * i, g: 0, b: 0 } } })
      .png()
      .toFile(at(`pictures/${i}.png`))
    writeFileSync(at(`pictures/${i}.txt`), i % 2 === 0 ? 'a cat' : 'a dog')
  }
  const { status, stderr } = await attempt(
    `train FOLDER/pictures --captions --text-encoder FOLDER/xl ${size} -o FOLDER/two`,
  )
  expect(stderr).toMatch(/CLIPTextModel with .* and CLIPTextModelWithProjection with .*, which stay as they are/)
  expect(status).toBe(0)
})

test('the folder says the same of a text as the pipeline', async () => {
  const engine = await nodeEngine()
  const [own, theirs] = await Promise.all(['two', 'xl'].map((name) => openFolder(at(name))))
  const prior = (theirs!.model as LatentModel).prior
  const of = async (words: Model['words']) => (await encodePrompts(words!, ['a cat', 'dog'], engine)).prompts
  const [mine, expected] = [await of((own!.model as Model).words), await of(prior.words)]
  expect(mine).toEqual(expected)
  expect(mine[0]!.pooled).toHaveLength(6)
})

test.each([
  'sample FOLDER/two --prompt cat --steps 2 -n 2 -q -o FOLDER/a.png',
  'train FOLDER/pictures --captions --from FOLDER/two --batch 4 --steps 1 --threads 1 -q -o FOLDER/further',
  'train --resume --steps 2 -q -o FOLDER/two',
])('%s', async (line) => {
  const { status, stderr } = await attempt(line)
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
})

test('a third encoder that is not read is named, and a tokeniser for both refused', async () => {
  mkdirSync(at('xl/text_encoder_3'))
  writeFileSync(at('xl/text_encoder_3/config.json'), JSON.stringify({ architectures: ['T5EncoderModel'] }))
  const { encoders, notes } = await readTextEncoders(at('xl'))
  expect(encoders.map(({ encoder }) => encoder.className)).toEqual(['CLIPTextModel', 'CLIPTextModelWithProjection'])
  expect(notes).toEqual([expect.stringMatching(/^text_encoder_3\/ is a T5EncoderModel, which is not read/)])
  const train = `train FOLDER/pictures --captions --text-encoder FOLDER/xl ${size} -o FOLDER/x`
  const { status, stderr } = await attempt(`${train} --tokenizer FOLDER/xl/tokenizer`)
  expect(stderr).toMatch(/--tokenizer: each of several text encoders reads by the one that lies beside it/)
  expect(status).toBe(2)
})
