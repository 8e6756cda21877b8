/** Files of tokenizers in model folders: written, listed in the index, read, and not mixed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { filesToSave } from '../../../src/files/io/files-to-save.ts'
import { filesBelow, filesIn, type ModelFolderInput } from '../../../src/files/io/model-folder.ts'
import { readModelFolder, writeModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { readModelFolder as readOnWeb } from '../../../src/files/io/web/read-model-folder.ts'
import { captionTokenizerOf, wordCaptionTokenizer } from '../../../src/files/text/index.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-further-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const tokenizer = wordCaptionTokenizer(['a', 'star'], 5)
const folder: ModelFolderInput = {
  network: { className: 'Own', config: {} },
  weights: new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]),
  scheduler: { _class_name: 'DDPMScheduler' },
  meta: { data: { name: 'x', kind: 'image', shape: [1, 2, 2] }, objective: { parametrisation: 'epsilon' } },
  files: filesIn('tokenizer', tokenizer.files()),
}

test('they are written, listed and read again', async () => {
  const path = join(root, 'one')
  await writeModelFolder(path, folder)
  const index = JSON.parse(readFileSync(join(path, 'model_index.json'), 'utf8')) as Record<string, unknown>
  expect(index.tokenizer).toEqual(['transformers', 'PreTrainedTokenizerFast'])
  const { files } = await readModelFolder(path)
  expect([...files]).toEqual([...folder.files!])
  const again = captionTokenizerOf(filesBelow(files, 'tokenizer'))
  expect(again.pieces('a star')).toEqual(tokenizer.pieces('a star'))
})

test('as in a browser', async () => {
  const { files } = await readOnWeb(filesToSave(folder))
  expect([...files]).toEqual([...folder.files!])
})

test('those of another save are refused', async () => {
  const path = join(root, 'mixed')
  await writeModelFolder(path, folder)
  const other = wordCaptionTokenizer(['star', 'a'], 5)
  writeFileSync(join(path, 'tokenizer/tokenizer.json'), other.files().get('tokenizer.json')!)
  await expect(readModelFolder(path)).rejects.toThrow(/mixed\/tokenizer: its files are not those/)
})

test.each([
  'vae/x.json',
  '../vocab.json',
  'tokenizer/a/vocab.json',
  'vocab.json',
  'network/vocab.json',
  'scheduler/vocab.json',
])('%s is refused', (path) => {
  expect(() => filesToSave({ ...folder, files: new Map([[path, new Uint8Array()]]) })).toThrow(
    expect.objectContaining({ code: 'model' }),
  )
})

test("CLIP's files have the class that diffusers looks for", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const clip = new Map([
    ['vocab.json', bytes('{}')],
    ['merges.txt', bytes('')],
  ])
  const index = filesToSave({ ...folder, files: filesIn('tokenizer_2', clip) }).get('model_index.json')!
  expect(JSON.parse(new TextDecoder().decode(index))).toMatchObject({ tokenizer_2: ['transformers', 'CLIPTokenizer'] })
})

test.skipIf(!existsSync('../shared/golden/tiny-sd'))('a pipeline of diffusers', async () => {
  const { files } = await readModelFolder('../shared/golden/tiny-sd')
  expect([...files.keys()].sort()).toEqual(
    ['merges.txt', 'special_tokens_map.json', 'tokenizer_config.json', 'vocab.json'].map((name) => `tokenizer/${name}`),
  )
  expect(captionTokenizerOf(filesBelow(files, 'tokenizer')).length).toBe(77)
})
