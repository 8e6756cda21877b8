import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { textsOfJson, textsOfLines } from '../../../src/files/data/formats/json-texts.ts'
import { isCorpus, readCorpus, readTexts } from '../../../src/files/data/node/read-corpus.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-corpus-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const write = (path: string, content: string | Uint8Array): string => {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, content)
  return full
}

const textOf = async (path: string): Promise<string> => (await readTexts(path)).text

describe('a folder of texts', () => {
  it('is read file by file, in the order of names, and says what was left out', async () => {
    write('tales/b/second.md', 'the second')
    write('tales/a.txt', 'the first')
    write('tales/README.md', 'about')
    write('tales/code.py', 'print(1)')
    write('tales/.hidden.txt', 'no')
    const folder = join(root, 'tales')
    expect(await isCorpus(folder)).toBe(true)
    expect(await readTexts(folder)).toEqual({
      text: 'the first\n\nthe second',
      remarks: ['2 texts, an empty line between them', '2 files that are not texts are ignored: README.md, code.py'],
    })
  })

  it('is no corpus where there are pictures or tables, or no texts', async () => {
    write('captions/1.png', '')
    write('captions/1.txt', 'a cat')
    write('numbers/readme.md', 'about')
    write('numbers/train-images-idx3-ubyte', '')
    write('nothing/readme.md', 'about')
    for (const name of ['captions', 'numbers', 'nothing']) expect(await isCorpus(join(root, name))).toBe(false)
    await expect(readTexts(join(root, 'nothing'))).rejects.toThrow(/no texts in this folder/)
  })

  it('holds lines of JSON, packed ones too', async () => {
    write('shards/1.jsonl', '{"text": "one"}\n{"text": "two"}\n')
    write('shards/2.jsonl', '{"text": "three"}\n')
    write('shards/dataset_infos.json', '{"size": 3}')
    expect(await textOf(join(root, 'shards'))).toBe('one\n\ntwo\n\nthree')
  })
})

describe('texts in JSON', () => {
  it('are in the field of text, or the only one of text', () => {
    expect(textsOfLines('{"id": "7", "text": "a"}\n\n{"id": "8", "text": "b"}', 'x')).toEqual(['a', 'b'])
    expect(textsOfLines('{"tale": "a", "n": 1}\r\n{"tale": "b", "n": 2}\r\n', 'x')).toEqual(['a', 'b'])
    expect(textsOfLines('"a"\n"b"', 'x')).toEqual(['a', 'b'])
    expect(textsOfJson('{"data": [{"story": "a"}, {"story": "b"}]}', 'x')).toEqual(['a', 'b'])
    expect(textsOfJson('["a", "b"]', 'x')).toEqual(['a', 'b'])
  })

  it('are refused by their line', () => {
    expect(() => textsOfLines('{"text": "a"}\n{"text"', 'x')).toThrow(/x: line 2: no JSON/)
    expect(() => textsOfLines('{"text": "a"}\n{"body": "b"}', 'x')).toThrow('x: line 2 has no text in "text"')
    expect(() => textsOfLines('{"a": "x", "b": "y"}', 'x')).toThrow(/line 1 has no text: the fields a, b/)
    expect(() => textsOfJson('{"version": 1}', 'x')).toThrow(/item 0 has no text/)
    expect(() => textsOfJson('[]', 'x')).toThrow(/there is no text in it/)
    expect(() => textsOfLines('{"__proto__": {"text": "a"}}', 'x')).toThrow(/has no text/)
  })

  it('come back as they were', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(texts, (all) => {
        expect(textsOfLines(all.map((text) => JSON.stringify({ text })).join('\n'), 'x')).toEqual(all)
        expect(textsOfJson(JSON.stringify(all), 'x')).toEqual(all)
      }),
    )
  })
})

describe('a corpus', () => {
  it('of many texts becomes tokens of each kind', async () => {
    const path = write('stories.jsonl', '{"text": "é a"}\n{"text": "b é"}\n')
    const characters = await readCorpus(path, { tokenizer: 'characters', length: 2 })
    expect(characters).toMatchObject({ categories: 5, remarks: ['2 texts, an empty line between them'] })
    const bytes = await readCorpus(path, { tokenizer: 'bytes', length: 2 })
    expect(new TextDecoder().decode(Uint8Array.from(bytes.data))).toBe('é a\n\nb é')
  })

  it('in UTF-16 is read by its mark', async () => {
    const path = write('windows.txt', Buffer.from('\uFEFFGrüße an alle', 'utf16le'))
    expect(await textOf(path)).toBe('Grüße an alle')
    expect(await isCorpus(path)).toBe(true)
  })
})
