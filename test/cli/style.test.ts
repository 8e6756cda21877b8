/** Pictures of styles on the command line: learned from a column of styles, asked for, and everything else that such a model can do. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)
const words = (line: string) => attempt(line.split(' '))
const size = '--widths 8,8 --depth 1 --batch 8 --text-width 8 --text-layers 1 --threads 1'
const data = 'FOLDER/pictures --captions --label-column style --style-pictures'

beforeAll(async () => {
  mkdirSync(at('pictures'))
  const rows: string[] = []
  for (let i = 0; i < 20; i++) {
    const background = { r: 12 * i, g: i % 2 === 0 ? 230 : 20, b: 40 }
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toFile(at(`pictures/${i}.png`))
    rows.push(JSON.stringify({ file_name: `${i}.png`, text: `square ${i % 4}`, style: i % 2 === 0 ? 'green' : 'red' }))
  }
  writeFileSync(at('pictures/metadata.jsonl'), rows.join('\n'))
  await sharp({ create: { width: 20, height: 12, channels: 3, background: 'lime' } })
    .png()
    .toFile(at('mine.png'))
  const { status, stderr } = await words(`train ${data} ${size} --steps 4 --decay constant -o FOLDER/run`)
  expect(stderr).toMatch(/style +another picture of the same class; PictureEncoder with [\d,]+ parameters/)
  expect(status).toBe(0)
}, 120_000)

describe('a model that draws in the style of a picture', () => {
  test('lies in a folder with its encoder, and goes on bit for bit', async () => {
    expect(readdirSync(at('run'))).toEqual(expect.arrayContaining(['image_encoder', 'text_encoder', 'unet']))
    expect((await words('info FOLDER/run')).stdout).toMatch(/style +of pictures \[3, 8, 8\]/)
    expect(await words(`train ${data} ${size} --steps 2 --decay constant -q -o FOLDER/halved`)).toMatchObject({
      status: 0,
    })
    expect(await words('train --resume -q --steps 4 -o FOLDER/halved')).toMatchObject({ status: 0 })
    const weights = (run: string) => readFileSync(at(`${run}/image_encoder/model.safetensors`)).toString('base64')
    expect(weights('halved')).toBe(weights('run'))
  }, 120_000)

  test.each([
    'sample FOLDER/run --prompt square --style FOLDER/mine.png --style FOLDER/pictures/0.png -n 4 --steps 2 --threads 1 -o FOLDER/a.png',
    'sample FOLDER/run --style FOLDER/mine.png --guidance 2 -n 2 --steps 2 --threads 1 -o FOLDER/b.png',
    'sample FOLDER/run --encode FOLDER/pictures/0.png --style FOLDER/mine.png --steps 2 --threads 1 -o FOLDER/c.npy',
    'edit FOLDER/run FOLDER/pictures/1.png --style FOLDER/mine.png --guidance 1 -n 1 --steps 2 --threads 1 -o FOLDER/d.png',
    'edit FOLDER/run FOLDER/pictures/1.png --method invert --style FOLDER/mine.png --steps 2 --threads 1 -o FOLDER/e.png',
    'restore FOLDER/run FOLDER/pictures/1.png --task denoise --sigma 0.5 --style FOLDER/mine.png -n 1 --steps 2 --threads 1 -o FOLDER/f.png',
    'eval FOLDER/run -n 20 --steps 1 --threads 1',
    'eval FOLDER/run --likelihood --likelihood-items 2 --terms 1 --bound-steps 4 --tolerance 1 --threads 1',
    'export FOLDER/run -o FOLDER/h.onnx --batch 1',
    'train FOLDER/pictures --captions --label-column style --style-pictures --from FOLDER/run --batch 8 --steps 1 --threads 1 -q -o FOLDER/further',
  ])(
    '%s',
    async (line) => {
      const { status, stderr } = await words(line)
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    },
    60_000,
  )

  test.each([
    ['sample FOLDER/run --style FOLDER/none.png -o FOLDER/x.png', /none.png: no such file/],
    ['sample FOLDER/run --class red -o FOLDER/x.png', /class/],
    [
      'train FOLDER/pictures --captions --label-column style --from FOLDER/run --steps 1 -o FOLDER/x',
      /without --style-pictures it would forget them/,
    ],
    ['train FOLDER/pictures --captions --style-pictures -o FOLDER/x', /no two pictures of the same class/],
    ['train moons --style-pictures -o FOLDER/x', /--style-pictures is for images/],
    [
      `train ${data} --from FOLDER/run --lora 2 --steps 1 -o FOLDER/x`,
      /--style-pictures and --lora do not go together/,
    ],
  ])('refused: %s', async (line, message) => {
    const { status, stderr } = await words(line)
    expect(stderr).toMatch(message)
    expect(status).toBeGreaterThan(1)
  })
})
