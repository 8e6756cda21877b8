/** Restoration, edits and classifiers from the command line, and what they refuse. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { linesIn } from './support.ts'
import { temporaryFolder, tinyImages, tinyPoints } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)

/** Writes a picture of one channel or three, with something in it. */
async function picture(name: string, side: number, channels: 1 | 3 = 1): Promise<void> {
  const data = Uint8Array.from({ length: side * side * channels }, (_, i) => (i * 37) % 256)
  const image = sharp(data, { raw: { width: side, height: side, channels } })
  await (channels === 1 ? image.toColourspace('b-w') : image).png().toFile(at(name))
}

beforeAll(async () => {
  const images = tinyImages.join(' ')
  for (const line of [
    `train ${images} --steps 6 -q -o FOLDER/grey`,
    `train ${tinyPoints.join(' ')} --steps 6 -q -o FOLDER/points`,
    'train shapes --items 32 --batch 8 --widths 8,16 --patch 4 --steps 4 -q -o FOLDER/colour',
  ]) {
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  }
  await Promise.all([
    picture('a.png', 28),
    picture('b.png', 28),
    picture('small.png', 7),
    picture('rgb.png', 28, 3),
    picture('grey32.png', 32),
    picture('rgb32.png', 32, 3),
  ])
  const hole = Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 10 && i % 28 < 18 ? 255 : 0))
  const masks: readonly (readonly [string, Uint8Array])[] = [
    ['mask.png', hole],
    ['black.png', hole.map(() => 0)],
    ['white.png', hole.map(() => 255)],
  ]
  for (const [name, data] of masks) {
    await sharp(data, { raw: { width: 28, height: 28, channels: 1 } })
      .png()
      .toFile(at(name))
  }
}, 60_000)

const tasks: readonly (readonly [line: string, files: readonly string[]])[] = [
  [
    'restore FOLDER/grey FOLDER/a.png --task inpaint --mask FOLDER/mask.png -n 3 --steps 3 --out FOLDER/i.png',
    ['i.png', 'i-mean.png', 'i-std.png'],
  ],
  [
    'restore FOLDER/grey FOLDER/small.png --task super-resolution --factor 4 -n 2 --steps 3 --out FOLDER/s.png',
    ['s.png', 's-mean.png', 's-std.png'],
  ],
  [
    'restore FOLDER/grey FOLDER/a.png --task deblur --kernel motion:3,45 -n 1 --steps 3 --method dps --out FOLDER/m.png',
    ['m.png'],
  ],
  [
    'restore FOLDER/grey FOLDER/a.png --task deblur --kernel gaussian:1.5 -n 1 --steps 3 --method ddrm --sigma 0 --out FOLDER/g.npy',
    ['g.npy'],
  ],
  [
    'restore FOLDER/grey FOLDER/a.png --task deblur --kernel box:3 -n 1 --steps 3 --method sda --gamma 0.1 --out FOLDER/sda.png',
    ['sda.png'],
  ],
  [
    'restore FOLDER/grey FOLDER/a.png --task denoise --sigma 0.3 -n 1 --steps 3 --class 3 --out FOLDER/d.png',
    ['d.png'],
  ],
  [
    'restore FOLDER/grey FOLDER/a.png --task super-resolution --factor 2 --bicubic --simulate -n 1 --steps 3 --method diffpir --out FOLDER/b2.png',
    ['b2.png'],
  ],
  [
    'restore FOLDER/colour FOLDER/grey32.png --task colorize -n 1 --steps 3 --method pigdm --out FOLDER/c.png',
    ['c.png'],
  ],
  ['edit FOLDER/grey FOLDER/a.png --strength 0.4 --steps 3 --class 2 --guidance 1 --out FOLDER/e.png', ['e.png']],
  ['edit FOLDER/grey FOLDER/a.png --method invert --from 1 --class 2 --steps 3 --out FOLDER/v.png', ['v.png']],
  ['edit FOLDER/grey FOLDER/a.png --to FOLDER/b.png -n 3 --steps 3 --out FOLDER/w.png', ['w.png']],
]

test.each(tasks)('%s', async (line, files) => {
  const ended = await attempt(`${line} --json -q`)
  expect(ended.stderr).toBe('')
  expect(ended.status).toBe(0)
  expect((JSON.parse(ended.stdout) as { files: string[] }).files).toEqual(files.map(at))
  for (const file of files) expect(existsSync(at(file))).toBe(true)
})

test('the same seed gives the same answers; a mean of several is another picture', async () => {
  const draw = async (name: string, seed: number): Promise<Buffer> => {
    const line = `restore FOLDER/grey FOLDER/a.png --task denoise --sigma 0.5 -n 2 --steps 3 --seed ${seed} -o FOLDER/${name} -q`
    expect((await attempt(line)).status).toBe(0)
    return sharp(at(name)).raw().toBuffer()
  }
  const [one, again, other] = [await draw('1.png', 1), await draw('2.png', 1), await draw('3.png', 2)]
  expect(one.equals(again)).toBe(true)
  expect(one.equals(other)).toBe(false)
})

test('a classifier is trained, and guides', async () => {
  const file = at('moons.safetensors')
  const line = `train-classifier moons --items 200 --steps 60 --batch 32 --out ${file} --json -q`
  const { status, stdout } = await attempt(line)
  expect(status).toBe(0)
  const { accuracy } = JSON.parse(stdout) as { accuracy: { noise: number; rate: number }[] }
  expect(accuracy[0]!.rate).toBeGreaterThan(0.7)
  const draw = async (scale: number) => {
    const out = at(`c${scale}.npy`)
    const ended = await attempt(
      `sample FOLDER/points -n 8 --steps 4 --class upper --classifier ${file} --classifier-scale ${scale} -o ${out} --json -q`,
    )
    expect(ended.stderr).toBe('')
    return JSON.parse(ended.stdout) as Record<string, unknown>
  }
  expect(await draw(2)).toMatchObject({ classifier: file, classifierScale: 2 })
})

/** What is typed, the exit status, and words of the line. */
const cases: readonly (readonly [line: string, status: number, message: RegExp])[] = [
  ['restore FOLDER/grey FOLDER/a.png', 2, /--task/],
  ['restore FOLDER/grey FOLDER/a.png --task sharpen', 2, /inpaint, super-resolution/],
  ['restore FOLDER/grey FOLDER/a.png --task inpaint', 2, /needs --mask/],
  [
    'restore FOLDER/grey FOLDER/a.png --task inpaint --mask FOLDER/small.png -o FOLDER/x.png',
    3,
    /7 × 7 pixels, expected 28 × 28/,
  ],
  ['restore FOLDER/grey FOLDER/a.png --task inpaint --mask FOLDER/black.png', 3, /no white/],
  ['restore FOLDER/grey FOLDER/a.png --task inpaint --mask FOLDER/white.png', 3, /hides the whole/],
  ['restore FOLDER/grey FOLDER/a.png --task inpaint --mask FOLDER/none.png', 3, /no such file/],
  [
    'restore FOLDER/grey FOLDER/small.png --task super-resolution --factor 3 -o FOLDER/x.png',
    2,
    /factor 3 does not divide 28 × 28/,
  ],
  ['restore FOLDER/grey FOLDER/a.png --task super-resolution --factor 4', 3, /expected 7 × 7/],
  ['restore FOLDER/grey FOLDER/a.png --task deblur --kernel lens:3 -o FOLDER/x.png', 2, /'lens:3' is no kernel/],
  ['restore FOLDER/grey FOLDER/a.png --task deblur --kernel gaussian:0', 2, /a blur of 0/],
  ['restore FOLDER/grey FOLDER/a.png --task deblur --kernel gaussian:1 --sigma 0', 2, /mmps with sigma_y = 0/],
  ['restore FOLDER/grey FOLDER/a.png --task deblur --kernel gaussian:1 --sigma -1', 2, /at least 0/],
  ['restore FOLDER/grey FOLDER/a.png --task denoise', 2, /needs --sigma/],
  ['restore FOLDER/grey FOLDER/a.png --task denoise --sigma 0 -o FOLDER/x.png', 2, /greater than 0/],
  [
    'restore FOLDER/grey FOLDER/a.png --task denoise --sigma 1 --factor 2',
    2,
    /--factor is for --task super-resolution/,
  ],
  ['restore FOLDER/grey FOLDER/a.png --task deblur --kernel motion:3 --method ddrm', 2, /singular values/],
  ['restore FOLDER/grey FOLDER/a.png --task deblur --kernel box:3 --method repaint', 2, /does not see elements/],
  ['restore FOLDER/grey FOLDER/a.png --task colorize', 2, /pictures of 1 channels/],
  [
    'restore FOLDER/grey FOLDER/rgb.png --task denoise --sigma 1 -o FOLDER/x.png',
    3,
    /a picture in colour, expected grey/,
  ],
  ['restore FOLDER/colour FOLDER/grey32.png --task denoise --sigma 1', 3, /a grey picture, expected colour/],
  ['restore FOLDER/colour FOLDER/rgb32.png --task colorize', 3, /a picture in colour, expected grey/],
  ['restore FOLDER/points FOLDER/a.png --task denoise --sigma 1', 2, /models of images/],
  ['restore FOLDER/grey FOLDER/grey/tweedie.json --task denoise --sigma 1', 3, /not a picture/],
  ['restore FOLDER/grey FOLDER/a.png --task denoise --sigma 1 -o FOLDER/a.png', 2, /a\.png exists/],
  ['restore FOLDER/grey FOLDER/a.png --task denoise --sigma 1 --class 11', 2, /no class '11'/],
  ['edit FOLDER/grey FOLDER/a.png --strength 2', 2, /from 0 to 1/],
  ['edit FOLDER/grey FOLDER/a.png --strength 0 -o FOLDER/x.png', 2, /changes nothing/],
  ['edit FOLDER/grey FOLDER/small.png', 3, /7 × 7 pixels, expected 28 × 28/],
  ['edit FOLDER/grey FOLDER/a.png --from 3', 2, /--from is for --method invert/],
  ['train-classifier moons', 2, /--out/],
  ['train-classifier moons --items 20 --out FOLDER/x.safetensors', 3, /items for batches of 64/],
  ['train-classifier swiss-roll --items 200 --out FOLDER/x.safetensors', 3, /at least two classes/],
  ['train-classifier moons --out FOLDER/x.onnx', 2, /\.safetensors/],
  ['sample FOLDER/grey --negative 3', 2, /--negative without --guidance/],
  ['sample FOLDER/grey --guidance -2', 2, /from -1/],
  ['sample FOLDER/grey --guidance 1 --guidance-interval 0.8,0.2', 2, /the earlier first/],
  ['sample FOLDER/grey --classifier FOLDER/a.png', 3, /a\.png/],
  ['sample FOLDER/grey --classifier-scale 2', 2, /needs --classifier/],
]

test.each(cases)('%s: %i', async (line, status, message) => {
  const before = readdirSync(folder, { recursive: true }).sort()
  const ended = await attempt(line)
  const [first, second, ...rest] = ended.stderr.trim().split('\n')
  expect(ended.stderr).toMatch(message)
  expect(first).toMatch(/^tweedie: /)
  expect(second ?? '  hint: ').toMatch(/^ {2}hint: /)
  expect(rest).toEqual([])
  expect(ended).toMatchObject({ status, stdout: '' })
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
})
