/** `restore` and `edit` on each picture of a folder. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { openFolder, restoreEach } from '../../src/app/node/index.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyImages } from './tweedie.ts'

const folder = temporaryFolder()
const at = (...names: string[]): string => join(folder, ...names)
const attempt = linesIn(folder)

async function picture(path: string, seed: number, of: (i: number) => number = (i) => (i * seed) % 256): Promise<void> {
  await sharp(
    Uint8Array.from({ length: 784 }, (_, i) => of(i)),
    { raw: { width: 28, height: 28, channels: 1 } },
  )
    .toColourspace('b-w')
    .png()
    .toFile(path)
}

const inpaint = 'restore FOLDER/grey FOLDER/damaged --task inpaint --steps 3 --batch 2'

beforeAll(async () => {
  expect(await attempt(`train ${tinyImages.join(' ')} --steps 6 -q -o FOLDER/grey`)).toMatchObject({ status: 0 })
  mkdirSync(at('damaged', 'deep'), { recursive: true })
  mkdirSync(at('masks', 'deep'), { recursive: true })
  await Promise.all(['b.png', 'a.png', 'deep/c.png'].map((name, i) => picture(at('damaged', name), 31 + i)))
  writeFileSync(at('damaged', 'notes.txt'), 'no picture')
  await picture(at('mask.png'), 0, (i) => (i % 28 > 10 ? 255 : 0))
  await Promise.all(
    ['a.png', 'b.png', 'deep/c.png'].map((name, k) =>
      picture(at('masks', name), 0, (i) => (i % 28 > 10 + k ? 255 : 0)),
    ),
  )
}, 60_000)

test('each gets the answer that it gets alone, under its own name', async () => {
  const { status, stdout } = await attempt(`${inpaint} --mask FOLDER/mask.png --out FOLDER/mended`)
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('3 pictures in') })
  expect(readdirSync(at('mended'), { recursive: true }).map(String).sort()).toEqual([
    'a.png',
    'b.png',
    'deep',
    join('deep', 'c.png'),
  ])
  const alone = 'restore FOLDER/grey FOLDER/damaged/deep/c.png --task inpaint --steps 3 --mask FOLDER/mask.png -n 1'
  expect(await attempt(`${alone} --out FOLDER/alone.png`)).toMatchObject({ status: 0 })
  const [one, other] = await Promise.all(
    [at('alone.png'), at('mended', 'deep', 'c.png')].map((path) => sharp(path).raw().toBuffer()),
  )
  expect(other!.equals(one!)).toBe(true)
})

test('masks of the same names, several answers with their mean and spread, and as JSON', async () => {
  const { status, stdout } = await attempt(`${inpaint} --mask FOLDER/masks -n 2 --json --out FOLDER/several`)
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ done: 3, known: 0, failed: [], command: 'restore' })
  expect(readdirSync(at('several')).sort()).toEqual([
    'a-mean.png',
    'a-std.png',
    'a.png',
    'b-mean.png',
    'b-std.png',
    'b.png',
    'deep',
  ])
})

describe('answers that are there', () => {
  const line = `${inpaint} --mask FOLDER/mask.png --out FOLDER/again`

  test('are not overwritten unless that is asked for', async () => {
    expect(await attempt(line)).toMatchObject({ status: 0 })
    const { status, stderr } = await attempt(line)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/a\.png exists.*--missing/s) })
    expect(await attempt(`${line} --force`)).toMatchObject({ status: 0 })
  })

  test('are left as they are by --missing', async () => {
    rmSync(at('again', 'b.png'))
    writeFileSync(at('again', 'a.png'), 'mine')
    const { stdout } = await attempt(`${line} --missing`)
    expect(stdout).toContain('1 picture in')
    expect(stdout).toContain('2 were there')
    expect(readFileSync(at('again', 'a.png'), 'utf8')).toBe('mine')
    expect(existsSync(at('again', 'b.png'))).toBe(true)
  })
})

test('shards are every so manieth picture, and together all of them', async () => {
  for (const shard of ['1/2', '2/2']) {
    const { status } = await attempt(`${inpaint} --mask FOLDER/mask.png --out FOLDER/sharded --shard ${shard}`)
    expect(status).toBe(0)
  }
  for (const name of ['a.png', 'b.png', 'deep/c.png']) {
    expect(readFileSync(at('sharded', name)).equals(readFileSync(at('mended', name)))).toBe(true)
  }
})

test('what cannot be used is listed, and the rest is done', async () => {
  cpSync(at('damaged'), at('mixed'), { recursive: true })
  writeFileSync(at('mixed', 'broken.png'), 'no picture')
  await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toFile(at('mixed', 'small.png'))
  const { status, stdout, stderr } = await attempt(
    'restore FOLDER/grey FOLDER/mixed --task denoise --sigma 0.1 --steps 3 --out FOLDER/rest',
  )
  expect(status).toBe(3)
  expect(stdout).toContain('3 pictures in')
  expect(stderr).toContain('broken.png')
  expect(stderr).toContain('small.png')
  expect(stderr).toContain('2 of 5 pictures could not be used')
})

test('stopped, it says how many are done and how to go on', async () => {
  const stop = new AbortController()
  const work = restoreEach(
    await openFolder(at('grey')),
    at('damaged'),
    { task: 'denoise', sigma: 0.1, steps: 3 },
    {
      place: at('grey'),
      out: at('stopped'),
      signal: stop.signal,
      onProgress: ({ done }) => void (done >= 1 && stop.abort()),
    },
  )
  await expect(work).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringContaining('1 of 3 pictures are done'),
    hint: expect.stringContaining('missing'),
  })
  expect(readdirSync(at('stopped'))).toEqual(['a.png'])
})

test('edit changes each of them', async () => {
  const line = 'edit FOLDER/grey FOLDER/damaged --strength 0.5 --steps 4 --out FOLDER/changed'
  expect(await attempt(line)).toMatchObject({ status: 0 })
  expect(statSync(at('changed', 'deep', 'c.png')).size).toBeGreaterThan(0)
})

test.each([
  [`${inpaint} --mask FOLDER/mask.png`, 2, /is a folder: answers need one, too/],
  [`${inpaint} --mask FOLDER/mask.png --out FOLDER/damaged/mended`, 2, /lies in/],
  [`${inpaint} --mask FOLDER/mask.png --out FOLDER/o.png`, 2, /is a file's name/],
  [`${inpaint} --mask FOLDER/masks/deep --out FOLDER/o`, 3, /a\.png: there is no mask of this name/],
  ['restore FOLDER/grey FOLDER/empty --task denoise --sigma 0.1 --out FOLDER/o', 3, /no pictures/],
  ['restore FOLDER/grey FOLDER/twice --task denoise --sigma 0.1 --out FOLDER/o', 3, /would have the same answer/],
  ['restore FOLDER/grey FOLDER/a.png --task denoise --sigma 0.1 --missing --out FOLDER/o.png', 2, /for a folder/],
])('%s is refused', async (line, status, said) => {
  mkdirSync(at('empty'), { recursive: true })
  mkdirSync(at('twice'), { recursive: true })
  for (const name of ['a.png', 'a.jpg']) writeFileSync(at('twice', name), '')
  expect(await attempt(line)).toMatchObject({ status, stderr: expect.stringMatching(said) })
  for (const name of ['o', 'o.png']) expect(existsSync(at(name))).toBe(false)
})
