/** Commands that draw: options that every family shares, classes with commas, photos of another size, what is refused. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { program } from '../../src/cli/program.ts'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)

async function picture(path: string, [width, height]: readonly [number, number], channels: 1 | 3): Promise<void> {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 53) % 256)
  await sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toFile(path)
}

beforeAll(async () => {
  for (const name of ['tench, Tinca tinca', 'goldfish', 'all']) {
    mkdirSync(at(`fish/${name}`), { recursive: true })
    for (let i = 0; i < 4; i++) await picture(at(`fish/${name}/${i}.png`), [8, 8], 1)
  }
  await picture(at('photo.png'), [20, 12], 3)
  await sharp({ create: { width: 20, height: 12, channels: 3, background: 'black' } })
    .composite([{ input: { create: { width: 6, height: 12, channels: 3, background: 'white' } }, left: 7, top: 0 }])
    .png()
    .toFile(at('mask.png'))
  writeFileSync(at('verse.txt'), 'The cat sat on the mat.\n'.repeat(60))
  for (const line of [
    'train FOLDER/fish --steps 2 --batch 4 --widths 8,16 -q -o FOLDER/run',
    'train FOLDER/verse.txt --batch 8 --length 16 --widths 32 --depth 1 -q --steps 2 -o FOLDER/text',
    `train ${tinyPoints.join(' ')} --steps 2 -q -o FOLDER/points`,
  ]) {
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  }
}, 60_000)

describe('classes', () => {
  test('a name that holds a comma is taken whole, several as well; a class called all is one', async () => {
    const classes = async (names: string): Promise<string[]> => {
      const { status, stdout } = await attempt([
        'sample',
        'FOLDER/run',
        '-n',
        '3',
        '--steps',
        '1',
        '--json',
        '--class',
        names,
      ])
      expect(status).toBe(0)
      return (JSON.parse(stdout) as { classes: string[] }).classes
    }
    const tench = 'tench, Tinca tinca'
    expect(await classes(tench)).toEqual([tench, tench, tench])
    expect(await classes(`goldfish,${tench}`)).toEqual(['goldfish', tench, 'goldfish'])
    expect(await classes('goldfish,all')).toEqual(['goldfish', 'all', 'goldfish'])
    expect(await classes('all')).toEqual(['all', 'all', 'all'])
  })
})

describe('pictures', () => {
  test('are enlarged by a whole number', async () => {
    const ended = await attempt('sample FOLDER/run -n 4 --steps 1 --columns 4 --scale 5 -q -o FOLDER/large.png')
    expect(ended).toMatchObject({ status: 0 })
    expect(await sharp(at('large.png')).metadata()).toMatchObject({ width: 5 * (4 * 10 + 2), height: 5 * 12 })
  })

  test('of another size are refused, or fitted with their mask', async () => {
    const restore = 'restore FOLDER/run FOLDER/photo.png --task inpaint --mask FOLDER/mask.png -n 1 --steps 1 --class 1'
    expect(await attempt(restore)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/20 × 12 pixels, expected 8 × 8[^]*--fit cover/),
    })
    for (const fit of ['cover', 'contain', 'stretch']) {
      const line = `${restore} --fit ${fit} -q -o FOLDER/${fit}.png`
      expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
    }
    const edit = 'edit FOLDER/run FOLDER/photo.png --steps 1 -n 1 --class 1'
    expect(await attempt(edit)).toMatchObject({ status: 3 })
    expect(await attempt(`${edit} --fit cover -q -o FOLDER/edited.npy`)).toMatchObject({ status: 0 })
    expect(await attempt(`${edit} --fit crop`)).toMatchObject({ status: 2, stderr: expect.stringContaining('cover') })
  })
})

test('texts, one file each', async () => {
  expect(await attempt('sample FOLDER/text -n 2 --steps 2 -q -o FOLDER/texts')).toMatchObject({ status: 0 })
  expect(readdirSync(at('texts'))).toEqual(['00000.txt', '00001.txt'])
  expect(readFileSync(at('texts/00000.txt'), 'utf8').length).toBeGreaterThan(16)
  const { status, stderr } = await attempt('sample FOLDER/text -n 2 --steps 2 -q -o FOLDER/texts')
  expect([status, stderr]).toEqual([2, expect.stringMatching(/exists and is not empty\n.*--force/)])
})

test.each([
  ['sample FOLDER/points --columns 3 --infill x', 2, /--infill means nothing to a model of images and points/],
  ['sample FOLDER/text --scale 0', 2, /whole number/],
  ['sample FOLDER/run --smapler ddim', 2, /--sampler/],
  ['sample FOLDER/points -o FOLDER/points-files/', 2, /one file to a sample is for images/],
  ['sample FOLDER/text --trajectory FOLDER/way.gif', 2, /\.txt/],
  ['sample FOLDER/run --decode FOLDER/none.npy --class 1 -o FOLDER/x.png', 3, /none\.npy: no such file/],
  ['sample FOLDER/run --encode FOLDER/photo.png', 2, /--encode needs an output file/],
  ['restore FOLDER/run FOLDER/photo.png --task inpain', 2, /did you mean inpaint\?/],
  ['restore FOLDER/points FOLDER/photo.png --task denoise --sigma 1', 2, /models of images/],
  ['edit FOLDER/text FOLDER/photo.png', 2, /edit means nothing to a model of tokens; it is for models of images/],
])('%s', async (line, status, message) => {
  const before = readdirSync(folder, { recursive: true }).sort()
  const ended = await attempt(line)
  expect(ended.stderr).toMatch(message)
  expect(ended).toMatchObject({ status, stdout: '' })
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
})

test('help begins with what people need; the rest stands under headings', () => {
  const sample = program().commands.find((command) => command.name() === 'sample')!
  const help = sample.helpInformation()
  const [first] = help.split('\n\n').filter((part) => part.startsWith('Options:'))
  for (const option of ['--count', '--out', '--class', '--sampler', '--steps']) expect(first).toContain(option)
  expect(first).not.toContain('--churn')
  expect(help).toMatch(/\nMore: sampling:\n[^]*--churn/)
})
