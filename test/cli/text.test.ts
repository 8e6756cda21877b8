/** Text and maps from the command line: trained, continued, sampled, filled in, judged; and what is refused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { liveText } from '../../src/cli/live-text.ts'
import { parseNpy } from '../../src/files/data/index.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)

const verse = 'The cat sat on the mat, and the rat ate the oats.\n'.repeat(40)
const tiny = '--batch 8 --length 16 --widths 32 --depth 1 -q'

beforeAll(async () => {
  writeFileSync(at('verse.txt'), verse)
  writeFileSync(at('latin1.txt'), Buffer.concat([Buffer.from('abc'), Buffer.from([0xe9]), Buffer.from(verse)]))
  for (const line of [
    `train FOLDER/verse.txt ${tiny} --steps 20 -o FOLDER/text`,
    'train maps --items 40 --batch 8 --widths 8,16 --steps 4 -q -o FOLDER/maps',
    `train ${tinyPoints.join(' ')} --steps 4 -q -o FOLDER/points`,
  ]) {
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  }
}, 60_000)

const json = async (line: string): Promise<Record<string, any>> => {
  const { status, stdout, stderr } = await attempt(`${line} --json`)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return JSON.parse(stdout) as Record<string, any>
}

describe('text', () => {
  test('stopped and resumed, the run is the same to the bit', async () => {
    expect(await attempt(`train FOLDER/verse.txt ${tiny} --steps 10 -o FOLDER/parts`)).toMatchObject({ status: 0 })
    expect(await attempt('train --resume -q --steps 20 -o FOLDER/parts')).toMatchObject({ status: 0, stderr: '' })
    const weights = (run: string) => readFileSync(at(`${run}/network/model.safetensors`))
    // Within the warm-up the length of the run says nothing yet.
    expect(weights('parts').equals(weights('text'))).toBe(true)
  })

  test('the folder says how to read it', async () => {
    const meta = JSON.parse(readFileSync(at('text/tweedie.json'), 'utf8'))
    expect(meta.process).toEqual({ kernel: 'absorbing', objective: 'bound', schedule: 'log-linear', steps: null })
    expect(meta.data.look.tokenizer.vocabulary).toEqual([...new Set(verse)].sort())
    const record = JSON.parse(readFileSync(at('text/train.json'), 'utf8'))
    expect(record.data).toMatchObject({ holdOut: 0.1, tokens: { tokenizer: 'characters', length: 16 } })
    const { text, process } = {
      text: (await attempt('info FOLDER/text')).stdout,
      process: await json('info FOLDER/text'),
    }
    expect(text).toMatch(/verse\.txt: text, characters \[16\]/)
    expect(process.process.kernel).toBe('absorbing')
  })

  test('is sampled at any length, the same whatever the batch', async () => {
    const one = await json('sample FOLDER/text -n 3 --length 40 --steps 8 --seed 4')
    const other = await json('sample FOLDER/text -n 3 --length 40 --steps 8 --seed 4 --batch 2')
    expect(one.texts).toHaveLength(3)
    expect(one.texts.every((text: string) => text.length === 40)).toBe(true)
    expect(other.texts).toEqual(one.texts)
    expect(new Set(one.texts).size).toBe(3)
    expect(one).toMatchObject({ sampler: 'mdlm', steps: 8, seed: 4 })
  })

  test('gaps are filled in, and what is given stays', async () => {
    const { texts } = await json(`sample FOLDER/text -n 2 --steps 4 --sampler mask-predict --infill cat[MASK:9]oats.`)
    for (const text of texts as string[]) expect(text).toMatch(/^cat[^░]{9}oats\.$/s)
    const open = await json('sample FOLDER/text --steps 4 --infill The[MASK…]rat --length 30')
    expect(open.texts[0]).toMatch(/^The[^░]{24}rat$/s)
  })

  test('goes into files: text, JSON, tokens, the way there', async () => {
    const line = 'sample FOLDER/text -n 2 --steps 4 -q --out FOLDER/s.txt --trajectory FOLDER/way.txt'
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
    const texts = readFileSync(at('s.txt'), 'utf8').trimEnd().split('\n--------\n')
    expect(texts).toHaveLength(2)
    const way = readFileSync(at('way.txt'), 'utf8').split(/^t = /m).slice(1)
    expect(way).toHaveLength(4)
    expect(way[0]).toMatch(/░/)
    expect(way[3]!.trimEnd().endsWith(texts[1]!.trimEnd())).toBe(true)
    expect(await attempt('sample FOLDER/text -n 2 --steps 4 -q --out FOLDER/s.npy')).toMatchObject({ status: 0 })
    expect(parseNpy(readFileSync(at('s.npy'))).shape).toEqual([2, 16])
    expect(await attempt('sample FOLDER/text --out FOLDER/s.txt')).toMatchObject({ status: 2 })
  })

  test('is judged: the bound in bits, the n-gram model, what samples make up', async () => {
    const bound = await json('eval FOLDER/text --likelihood-items 6 --terms 4')
    expect(bound.bound).toMatchObject({ items: 6, terms: 4 })
    expect(bound.samples).toBeUndefined()
    const report = await json('eval FOLDER/text -n 20 --steps 4')
    expect(report).toMatchObject({ heldOut: true, samples: 20, steps: 4 })
    // A network of 20 steps is worse than a guess among 19 characters is likely; a verse by heart costs next to nothing.
    expect(report.bound.bitsPerCharacter.mean).toBeGreaterThan(1)
    expect(report.bound.bitsPerCharacter.mean).toBeLessThan(8)
    expect(report.bound.bitsPerCharacter.error).toBeGreaterThan(0)
    expect(report.ngram.bitsPerCharacter).toBeLessThan(0.6)
    expect(report.knownGrams).toBeGreaterThanOrEqual(0)
    expect(report.knownGrams).toBeLessThan(1)
  })

  test('is exported', async () => {
    expect(await attempt('export FOLDER/text --out FOLDER/text.onnx -q')).toMatchObject({ status: 0 })
    const { inputs, outputs } = await json('info FOLDER/text.onnx')
    expect(inputs).toEqual([{ name: 'x', dtype: 'int32', shape: ['batch', 16] }])
    expect(outputs[0].shape).toEqual(['batch', 16, new Set(verse).size])
  })
})

test('maps: pictures of samples, and bits a pixel', async () => {
  expect(await attempt('sample FOLDER/maps -n 4 --steps 4 -q --out FOLDER/maps.png')).toMatchObject({
    status: 0,
    stderr: '',
  })
  expect(existsSync(at('maps.png'))).toBe(true)
  const report = await json('eval FOLDER/maps --likelihood-items 4 --terms 2')
  expect(report).toMatchObject({ heldOut: false, bound: { items: 4 } })
  expect(report.bound.bitsPerCharacter).toBeUndefined()
})

test('tables: rows by name', async () => {
  writeFileSync(at('pets.csv'), 'pet,legs\n' + 'cat,4\nbird,2\nfish,0\n'.repeat(8))
  const line = 'train FOLDER/pets.csv --tokens columns --hold-out 0.25 --steps 4 --batch 8 --widths 16 --depth 1 -q'
  expect(await attempt(`${line} -o FOLDER/pets`)).toMatchObject({ status: 0, stderr: '' })
  const { texts } = await json('sample FOLDER/pets -n 3 --steps 2')
  for (const text of texts as string[]) expect(text).toMatch(/^pet (cat|bird|fish), legs [024]$/)
  expect(await json('eval FOLDER/pets --likelihood-items 4 --terms 2')).toMatchObject({ heldOut: true })
})

test('the end of points can be held out too, and the run goes on with the rest', async () => {
  const line = `train ${tinyPoints.join(' ')} --hold-out 0.25 --steps 4 -q -o FOLDER/part`
  expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  const record = JSON.parse(readFileSync(at('part/train.json'), 'utf8'))
  expect(record.data.holdOut).toBe(0.25)
  expect(record.digest).not.toBe(JSON.parse(readFileSync(at('points/train.json'), 'utf8')).digest)
  expect(await attempt('train --resume --steps 6 -q -o FOLDER/part')).toMatchObject({ status: 0, stderr: '' })
  const { items } = await json('train moons --items 64 --batch 16 --widths 8 --depth 1 --hold-out 0.25 --dry-run')
  expect(items).toBe(48)
})

describe('refused', () => {
  const lines: readonly (readonly [line: string, status: number, message: RegExp])[] = [
    ['train FOLDER/latin1.txt -o FOLDER/x', 3, /latin1\.txt is not UTF-8: byte 3 is 0xE9/],
    ['train FOLDER/verse.txt -o FOLDER/x --length 5000', 3, /less than one window of 5000/],
    [
      'train FOLDER/verse.txt -o FOLDER/x --noise linear',
      2,
      /--noise means nothing to a model of tokens; it is for models of images and points/,
    ],
    [
      'train FOLDER/verse.txt -o FOLDER/x --objective edm',
      2,
      /--objective means nothing to a model of tokens; it is for models of images and points/,
    ],
    ['train FOLDER/verse.txt -o FOLDER/x --size 8', 2, /--size is for images, not for text/],
    ['train FOLDER/verse.txt -o FOLDER/x --lambda 2', 2, /--lambda is for --token-objective hybrid/],
    ['train FOLDER/verse.txt -o FOLDER/x --kernel gaussian --process-steps continuous', 2, /continuous time is for/],
    ['train FOLDER/verse.txt -o FOLDER/x --categories 4 --tokens bytes', 2, /--tokens is for text and --categories/],
    ['train FOLDER/verse.txt -o FOLDER/x --tokens FOLDER/none.json', 3, /none\.json: no such tokenizer/],
    [
      'train moons -o FOLDER/x --kernel uniform',
      2,
      /--kernel means nothing to a model of images and points; it is for models of tokens/,
    ],
    ['train moons -o FOLDER/x --categories 4', 2, /points have no levels/],
    ['train FOLDER/pets.csv -o FOLDER/x --tokens columns --length 4', 2, /--length is not for tables/],
    ['train maps -o FOLDER/x --categories 4', 2, /maps have categories already/],
    ['train --resume -o FOLDER/text --length 8', 2, /--length cannot change/],
    [
      'sample FOLDER/text --eta 1',
      2,
      /--eta means nothing to a model of tokens; it is for models of images and points/,
    ],
    ['sample FOLDER/text --sampler ddim', 2, /unknown sampler of tokens: ddim/],
    ['sample FOLDER/text --infill cat[MASK', 2, /is no mask/],
    ['sample FOLDER/text --infill Zebra[MASK]', 3, /"Z" .* is not among the 1\d characters/],
    ['sample FOLDER/text --class 1', 2, /has no classes/],
    ['sample FOLDER/text --guidance 2', 2, /guidance needs a model that was trained with classes/],
    ['sample FOLDER/maps --length 9', 2, /of items \[16, 16\] only/],
    ['sample FOLDER/maps --infill x[MASK]', 2, /--infill is for models of text/],
    ['eval FOLDER/text --trace exact', 2, /--trace means .*; it is for models of images and points/],
    ['restore FOLDER/text FOLDER/maps.png --task super-resolution -o FOLDER/r.png', 2, /a model of tokens/],
    ['edit FOLDER/text FOLDER/maps.png -o FOLDER/r.png', 2, /a model of tokens/],
  ]
  test.each(lines)('%s', async (line, status, message) => {
    const ended = await attempt(line)
    expect(ended.stderr).toMatch(message)
    expect(ended.status).toBe(status)
  })
})

describe('live text', () => {
  const terminal = (columns: number, rows: number) => {
    const written: string[] = []
    const stream = { isTTY: true as const, columns, rows, write: (text: string) => written.push(text) > 0 }
    return { written, stream: stream as unknown as NodeJS.WriteStream }
  }
  test('is rewritten in place, cut at the width, and gone at the end', () => {
    const { written, stream } = terminal(4, 10)
    let now = 0
    const live = liveText(stream, () => (now += 100))
    live.show('abcdef\ng')
    live.show('xy')
    live.clear()
    expect(written).toEqual(['\u001B[?25labcd\nef\ng\n', '\u001B[3A\u001B[0Jxy\n', '\u001B[1A\u001B[0J\u001B[?25h'])
  })
  test('never scrolls, never flickers, and obeys no control character', () => {
    const { written, stream } = terminal(80, 5)
    let now = 0
    const live = liveText(stream, () => now)
    live.show('a\u0007\u001B[31mb\u0000\n2\n3\n4\n5\n6')
    live.show('too soon')
    now = 1000
    live.show('later')
    expect(written).toEqual(['\u001B[?25la b \n2\n3\n', '\u001B[3A\u001B[0Jlater\n'])
  })
  test('is silent where there is no terminal', () => {
    const { written, stream } = terminal(80, 24)
    const live = liveText({ ...stream, isTTY: false } as unknown as NodeJS.WriteStream)
    live.show('x')
    live.clear()
    expect(written).toEqual([])
  })
})
