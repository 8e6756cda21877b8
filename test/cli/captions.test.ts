/** Words on the command line: trained on captioned pictures, asked for by prompts, and everything else that such a model can do. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const words = linesIn(folder)
/** Texts in quotation marks are one word. */
const attempt = (line: string) => words((line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')))
const size = '--widths 8,8 --depth 1 --batch 8 --text-width 8 --text-layers 1 --threads 1'
const colours = { red: [230, 40, 40], blue: [40, 60, 230] } as const

beforeAll(async () => {
  for (const [name, [r, g, b]] of Object.entries(colours)) {
    mkdirSync(at(`pictures/${name}`), { recursive: true })
    for (let i = 0; i < 12; i++) {
      const file = at(`pictures/${name}/${i}`)
      await sharp({ create: { width: 8, height: 8, channels: 3, background: { r, g, b: b - i } } })
        .png()
        .toFile(`${file}.png`)
      writeFileSync(`${file}.txt`, `a ${name} square, plain${i % 2 === 0 ? ', small' : ''}`)
    }
  }
  const { status, stderr } = await attempt(
    `train FOLDER/pictures --captions ${size} --shuffle-keywords --steps 4 --checkpoint-every 2 -o FOLDER/run`,
  )
  expect(stderr).toMatch(/captions +24 captions of 24 items; CaptionEncoder/)
  expect(status).toBe(0)
}, 120_000)

const weightsOf = (run: string) =>
  ['unet/diffusion_pytorch_model.safetensors', 'text_encoder/model.safetensors'].map((file) =>
    readFileSync(at(`${run}/${file}`)).toString('base64'),
  )

describe('a model that knows words', () => {
  test('lies in a folder with its encoder and its tokenizer', async () => {
    expect(readdirSync(at('run'))).toEqual(expect.arrayContaining(['text_encoder', 'tokenizer', 'unet']))
    const { stdout } = await attempt('info FOLDER/run')
    expect(stdout).toMatch(/words +CaptionEncoder, [\d,]+ parameters, \d+ tokens, \d+ places/)
    expect(stdout).toMatch(/such as +a (red|blue) square, plain/)
    expect(stdout).toMatch(/guidance +3, unless told otherwise/)
  })

  test('goes on after an interruption, bit for bit', async () => {
    const two = `train FOLDER/pictures --captions ${size} --shuffle-keywords --steps 2 -q -o FOLDER/halved --decay constant`
    expect(await attempt(two)).toMatchObject({ status: 0 })
    expect(await attempt('train --resume -q --steps 4 -o FOLDER/halved')).toMatchObject({ status: 0 })
    const whole = `train FOLDER/pictures --captions ${size} --shuffle-keywords --steps 4 -q -o FOLDER/whole --decay constant`
    expect(await attempt(whole)).toMatchObject({ status: 0 })
    expect(weightsOf('halved')).toEqual(weightsOf('whole'))
  }, 120_000)

  test('is trained further, with its encoder', async () => {
    const line = `train FOLDER/pictures --captions --from FOLDER/run --batch 8 --steps 1 --rate 1e-9 --threads 1 -q -o FOLDER/further`
    expect(await attempt(line)).toMatchObject({ status: 0 })
    const without = await attempt('train FOLDER/pictures --from FOLDER/run --steps 1 -o FOLDER/none')
    expect(without.stderr).toMatch(/the model knows words, and without captions it would forget them/)
    expect(without.status).toBe(2)
  }, 60_000)

  test.each([
    'sample FOLDER/run --prompt "a red square" --prompt "a (blue:1.2) square" --class red -n 4 --steps 2 --threads 1 -o FOLDER/a.png',
    'sample FOLDER/run --prompt "a red square" --towards-prompt "a blue square" --negative small -n 3 --steps 2 --threads 1 -o FOLDER/b.png',
    'sample FOLDER/run --prompts FOLDER/prompts.txt -n 2 --steps 2 --threads 1 -o FOLDER/each',
    'edit FOLDER/run FOLDER/pictures/red/0.png --prompt "a blue square" -n 1 --steps 2 --threads 1 -o FOLDER/d.png',
    'edit FOLDER/run FOLDER/pictures/red/0.png --method invert --from-prompt "a red square" --prompt "a blue square" --steps 2 --threads 1 -o FOLDER/e.png',
    'restore FOLDER/run FOLDER/pictures/red/0.png --task denoise --sigma 0.5 --prompt "a red square" -n 1 --steps 2 --threads 1 -o FOLDER/f.png',
    'sample FOLDER/run --encode FOLDER/pictures/red/0.png --prompt "a red square" --steps 2 --threads 1 -o FOLDER/g.npy',
    'eval FOLDER/run -n 20 --steps 1 --threads 1',
    'eval FOLDER/run --likelihood --likelihood-items 2 --terms 1 --bound-steps 4 --tolerance 1 --threads 1',
    'export FOLDER/run -o FOLDER/h.onnx --batch 1',
    'export FOLDER/run --one-file FOLDER/i.onnx --steps 2 --guidance 2 --check 1',
  ])(
    '%s',
    async (line) => {
      writeFileSync(at('prompts.txt'), 'a red square\n\nsmall\n')
      const { status, stderr } = await attempt(line)
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
    },
    60_000,
  )

  test('names files by what was asked for', () => {
    expect(readdirSync(at('each')).sort()).toEqual(['00000-a_red_square.png', '00001-small.png'])
  })
})

test('codes of an autoencoder are asked for in words, too', async () => {
  const small = '--widths 8,8 --depth 1 --batch 8 --threads 1'
  for (const line of [
    `train FOLDER/pictures --model vae --network conv --latent 2 --steps 2 ${small} -q -o FOLDER/vae`,
    `train FOLDER/pictures --captions --latents FOLDER/vae --steps 2 ${size} -q -o FOLDER/latent`,
    'sample FOLDER/latent --prompt "a red square" --negative plain -n 2 --steps 2 --threads 1 -o FOLDER/l.png',
    'edit FOLDER/latent FOLDER/pictures/red/0.png --prompt "a blue square" -n 1 --steps 2 --threads 1 -o FOLDER/m.png',
    'eval FOLDER/latent -n 20 --steps 1 --threads 1',
    'eval FOLDER/latent --likelihood --likelihood-items 2 --terms 1 --bound-steps 4 --tolerance 1 --threads 1',
  ]) {
    const { status, stderr } = await attempt(line)
    expect({ status, stderr: status === 0 ? '' : stderr }, line).toEqual({ status: 0, stderr: '' })
  }
  const { stdout } = await attempt('info FOLDER/latent')
  expect(stdout).toMatch(/such as +a (red|blue) square, plain/)
  const joint = await attempt(
    `train FOLDER/pictures --captions --latents FOLDER/vae --joint --steps 2 ${size} -o FOLDER/joint`,
  )
  expect(joint.stderr).toMatch(/--captions are not learned together with the autoencoder/)
}, 120_000)

describe('refused', () => {
  test.each([
    [
      'sample FOLDER/run --prompt "a read square" -o FOLDER/x.png',
      /"read" in "a read square" is not a word[^]*did you mean "red"/,
    ],
    ['sample FOLDER/run --prompt "a (red square" -o FOLDER/x.png', /bracket|\(/],
    ['sample FOLDER/run --towards-prompt red -o FOLDER/x.png', /--towards-prompt walks from one prompt to another/],
    ['sample FOLDER/run --prompts FOLDER/run/tweedie.txt -o FOLDER/x.png', /tweedie.txt/],
    [
      'sample FOLDER/run --prompt red --guidance 0 --negative blue -o FOLDER/x.png',
      /--negative without --guidance changes nothing/,
    ],
    ['train FOLDER/pictures --caption-dropout 0.2 -o FOLDER/x', /--caption-dropout is for training on captions/],
    ['train glyphs --captions -o FOLDER/x', /--captions/],
  ])('%s', async (line, message) => {
    const { status, stderr } = await attempt(line)
    expect(stderr).toMatch(message)
    expect(status).toBeGreaterThan(1)
  })
})
