/** Latent diffusion on the command line: an autoencoder, a model of its codes, and everything that it can do and cannot. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseNpy } from '../../src/files/data/formats/npy.ts'
import { readSafetensors } from '../../src/files/io/safetensors.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)
const array = (name: string): number[] => Array.from(parseNpy(readFileSync(at(name))).data, Number)
const cache = (): string[] => (existsSync(at('vae/latents')) ? readdirSync(at('vae/latents')) : [])
const size = '--widths 8,8 --depth 1 --batch 8'

beforeAll(async () => {
  for (const kind of ['a', 'b']) {
    mkdirSync(at(`pictures/${kind}`), { recursive: true })
    for (let i = 0; i < 12; i++) {
      // sides of 10 are halved once, and their codes not again: they are padded
      const data = Uint8Array.from({ length: 300 }, (_, j) => (i * j * 7 + j * j * 3 + (kind === 'a' ? 90 : 0)) % 256)
      await sharp(data, { raw: { width: 10, height: 10, channels: 3 } })
        .png()
        .toFile(at(`pictures/${kind}/${i}.png`))
    }
  }
  for (const line of [
    `train FOLDER/pictures --model vae --network conv --latent 2 --steps 4 ${size} -q -o FOLDER/vae`,
    `train FOLDER/pictures --latents FOLDER/vae --steps 1 ${size} --dry-run -q`,
  ]) {
    expect(await attempt(line)).toMatchObject({ status: 0, stderr: '' })
  }
  expect(cache()).toEqual([])
  const line = `train FOLDER/pictures --latents FOLDER/vae --steps 6 ${size} -o FOLDER/run`
  const { status, stderr } = await attempt(line)
  expect(stderr).toMatch(/codes +\[2, 5, 5\]: 50 numbers for 300/)
  expect(status).toBe(0)
}, 60_000)

const weightsOf = (run: string, part = 'unet'): Map<string, unknown> => {
  const { tensors } = readSafetensors(readFileSync(at(`${run}/${part}/diffusion_pytorch_model.safetensors`)))
  return new Map([...tensors].map(([name, { data }]) => [name, Array.from(data as Float32Array)]))
}

describe('a model of codes', () => {
  test('says what it is', async () => {
    const { stdout } = await attempt('info FOLDER/run')
    expect(stdout).toMatch(/autoencoder +AutoencoderKL/)
    expect(stdout).toMatch(/law of data +discretised Gaussian of 256 shades/)
    expect(JSON.parse((await attempt('info FOLDER/run --json')).stdout)).toMatchObject({
      family: 'latent',
      latents: { shape: [2, 5, 5], patch: 1 },
      autoencoder: { network: 'AutoencoderKL' },
    })
    const { latents_mean, latents_std, scaling_factor } = JSON.parse(
      readFileSync(at('run/vae/config.json'), 'utf8'),
    ) as Record<string, unknown>
    expect([latents_mean, latents_std, scaling_factor]).toEqual([
      [expect.any(Number), expect.any(Number)],
      [expect.any(Number), expect.any(Number)],
      1,
    ])
  })

  test('holds its autoencoder, and needs no other folder', async () => {
    expect(weightsOf('run', 'vae')).toEqual(weightsOf('vae', 'vae'))
    cpSync(at('run'), at('elsewhere/run'), { recursive: true })
    for (const run of ['run', 'elsewhere/run']) {
      const line = `sample FOLDER/${run} -n 2 --steps 3 --seed 1 -q -o FOLDER/${run.replace('/', '-')}.npy`
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    expect(array('elsewhere-run.npy')).toEqual(array('run.npy'))
  })

  test('draws, the same whatever the batch, and what the decoder’s law adds', async () => {
    for (const [name, more] of [
      ['one', '--batch 1'],
      ['all', ''],
      ['noisy', '--draw sample'],
    ]) {
      const line = `sample FOLDER/run -n 3 --steps 4 --guidance 1 --seed 4 -q -o FOLDER/${name}.npy ${more}`.trim()
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    const [one, all, noisy] = ['one.npy', 'all.npy', 'noisy.npy'].map(array) as [number[], number[], number[]]
    expect(all.length).toBe(900)
    all.forEach((each, i) => expect(Math.abs(each - one[i]!)).toBeLessThan(1e-3))
    expect(Math.max(...noisy.map((each, i) => Math.abs(each - all[i]!)))).toBeGreaterThan(0.1)
    for (const line of [
      'sample FOLDER/run --sampler analytic-ddim --steps 3 -n 2 -q -o FOLDER/analytic.png',
      'sample FOLDER/run --steps 3 -n 2 --trajectory FOLDER/way.gif -q -o FOLDER/end.png',
    ]) {
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    expect((await sharp(at('way.gif'), { pages: -1 }).metadata()).pages).toBeGreaterThan(2)
  })

  test('encodes what it drew, and decodes it to what the autoencoder makes of it', async () => {
    for (const line of [
      'sample FOLDER/vae --encode FOLDER/all.npy -q -o FOLDER/codes.npy',
      'sample FOLDER/vae --decode FOLDER/codes.npy -q -o FOLDER/reconstructed.npy',
    ]) {
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    const reconstructed = array('reconstructed.npy')
    const apart = async (steps: number): Promise<number> => {
      for (const line of [
        `sample FOLDER/run --encode FOLDER/all.npy --steps ${steps} -q --force -o FOLDER/z.npy`,
        `sample FOLDER/run --decode FOLDER/z.npy --steps ${steps} -q --force -o FOLDER/again.npy`,
      ]) {
        expect(await attempt(line)).toMatchObject({ status: 0 })
      }
      const again = array('again.npy')
      expect(again.length).toBe(900)
      return again.reduce((sum, each, i) => sum + Math.abs(each - reconstructed[i]!), 0) / again.length
    }
    // the two ways differ by what the solver leaves, which falls with its steps
    const [few, many] = [await apart(50), await apart(400)]
    expect(many).toBeLessThan(few / 2)
    expect(many).toBeLessThan(0.1)
  })

  test('is judged by samples and by likelihoods', async () => {
    const samples = await attempt('eval FOLDER/run -n 20 --steps 2 --json -q')
    expect(JSON.parse(samples.stdout)).toMatchObject({ draw: 'mean', steps: 2 })
    const bound = await attempt(
      'eval FOLDER/run --likelihood --likelihood-items 2 --bound-steps 20 --terms 4 --tolerance 0.1 --json -q',
    )
    const { reconstruction, rate, ...report } = JSON.parse(bound.stdout) as Record<
      string,
      { value: number; nats: { value: number } }
    > & { rate: Record<string, { value: number }> }
    expect(report).toMatchObject({ items: 2, dimensions: 300, unit: 'bits/dim' })
    for (const kind of ['bound', 'flow']) {
      expect(report[kind]!.nats.value).toBeCloseTo(reconstruction!.value + rate[kind]!.value, 4)
    }
  })

  test('restores through the decoder', async () => {
    for (const method of ['mmps', 'dps']) {
      const line = `restore FOLDER/run FOLDER/pictures/a/1.png --task super-resolution --factor 2 --simulate -n 2 --steps 2 --method ${method} -q -o FOLDER/${method}.png`
      expect(await attempt(line)).toMatchObject({ status: 0 })
      expect(existsSync(at(`${method}-std.png`))).toBe(true)
    }
  })

  test('edits: changes by noise, from one picture to another, and to another class', async () => {
    for (const more of ['--strength 0.4', '--to FOLDER/pictures/b/2.png -n 3', '--method invert --class b --from a']) {
      const line = `edit FOLDER/run FOLDER/pictures/a/1.png ${more} --steps 4 -q --force -o FOLDER/edited.npy`
      expect(await attempt(line)).toMatchObject({ status: 0 })
      expect(array('edited.npy').length % 300).toBe(0)
    }
  })

  test('exports each of its networks', async () => {
    for (const more of ['', '--half decoder', '--half encoder']) {
      const line = `export FOLDER/run ${more} -q --force -o FOLDER/x.onnx`.replace('  ', ' ')
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
  })

  test('goes on where it stopped, bit for bit', async () => {
    const rest = `--latents FOLDER/vae ${size} --flip --decay constant -q -o`
    for (const line of [
      `train FOLDER/pictures --steps 6 ${rest} FOLDER/whole`,
      `train FOLDER/pictures --steps 3 ${rest} FOLDER/parts`,
      'train --resume --steps 6 -q -o FOLDER/parts',
    ]) {
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    expect(weightsOf('parts')).toEqual(weightsOf('whole'))
    expect(cache().length).toBe(2)
  })

  test('is trained further, and learns to sample in few steps', async () => {
    for (const line of [
      `train FOLDER/pictures --from FOLDER/run --latents FOLDER/run --steps 2 --batch 8 -q -o FOLDER/further`,
      `train FOLDER/pictures --distil FOLDER/run --steps-of-sampler 2 --teacher-steps 4 --steps 2 --batch 8 -q -o FOLDER/few`,
      'sample FOLDER/few -n 2 -q -o FOLDER/few.png',
      'edit FOLDER/few FOLDER/pictures/a/1.png --class a --strength 0.4 -q -o FOLDER/few-edited.png',
    ]) {
      expect(await attempt(line)).toMatchObject({ status: 0 })
    }
    expect((await attempt('info FOLDER/few')).stdout).toMatch(/sampled in +2 of its own steps/)
  })

  test('learns codes of an autoencoder that lies alone, at any size of images', async () => {
    cpSync(at('vae/vae'), at('alone'), { recursive: true })
    const line = `train FOLDER/pictures --size 8 --latents FOLDER/alone --steps 2 ${size} -q -o FOLDER/of-alone`
    expect(await attempt(line)).toMatchObject({ status: 0 })
    const info = JSON.parse((await attempt('info FOLDER/of-alone --json')).stdout) as Record<string, unknown>
    expect(info).toMatchObject({ latents: { shape: [2, 4, 4] }, autoencoder: { law: { name: 'discretised' } } })
    expect(await attempt('sample FOLDER/of-alone -n 2 --steps 2 -q -o FOLDER/alone.png')).toMatchObject({ status: 0 })
  })
})

describe('parts that do not belong together', () => {
  test('codes of a changed autoencoder are made again, and a run does not go on with them', async () => {
    cpSync(at('vae'), at('kept'), { recursive: true })
    const begin = `train FOLDER/pictures --latents FOLDER/vae --steps 2 ${size} -o FOLDER`
    expect((await attempt(`${begin}/before`)).status).toBe(0)
    rmSync(at('vae'), { recursive: true })
    cpSync(at('kept'), at('vae'), { recursive: true })
    const further = `train FOLDER/pictures --model vae --from FOLDER/kept --steps 2 --batch 8 -q --force -o FOLDER/other`
    expect(await attempt(further)).toMatchObject({ status: 0 })
    for (const name of ['vae', 'tweedie.json']) cpSync(at(`other/${name}`), at(`vae/${name}`), { recursive: true })
    expect((await attempt(`${begin}/after`)).stderr).toMatch(/the autoencoder has changed since pictures was encoded/)
    const resumed = await attempt('train --resume --steps 4 -q -o FOLDER/before')
    expect(resumed.stderr).toMatch(/not the autoencoder that this run began with/)
    expect(resumed.status).toBe(3)
    // the prior of one beside the autoencoder of another
    cpSync(at('other/vae'), at('before/vae'), { recursive: true })
    expect((await attempt('sample FOLDER/before -o FOLDER/x.png')).stderr).toMatch(
      /not those that tweedie.json was saved with/,
    )
    const meta = JSON.parse(readFileSync(at('before/tweedie.json'), 'utf8')) as { parts: Record<string, unknown> }
    writeFileSync(at('before/tweedie.json'), JSON.stringify({ ...meta, parts: {} }))
    const sampled = await attempt('sample FOLDER/before -o FOLDER/x.png')
    expect(sampled.stderr).toMatch(/is not the autoencoder whose codes the model has learned/)
    expect(sampled.status).toBe(3)
    rmSync(at('before/vae'), { recursive: true })
    expect((await attempt('sample FOLDER/before -o FOLDER/x.png')).status).toBe(3)
  }, 30_000)

  test.each([
    ['train FOLDER/pictures --latents FOLDER/nothing --steps 1 -o FOLDER/x', 3, /nothing: no such folder/],
    [
      'train FOLDER/pictures --size 9 --latents FOLDER/kept --steps 1 -o FOLDER/x',
      2,
      /encodes items \[3, 10, 10\].*\[3, 9, 9\]\n.*multiples of \d pixels: --size/,
    ],
    ['train FOLDER/pictures --channels 1 --latents FOLDER/alone --steps 1 -o FOLDER/x', 2, /images of 3 channels/],
    ['train moons --latents FOLDER/kept --steps 1 -o FOLDER/x', 2, /encodes items/],
    ['train FOLDER/pictures --model latent --steps 1 -o FOLDER/x', 2, /which autoencoder/],
    ['train FOLDER/pictures --model values --latents FOLDER/kept --steps 1 -o FOLDER/x', 2, /--latents means nothing/],
    ['train FOLDER/pictures --from FOLDER/run --steps 1 -o FOLDER/x', 2, /whose codes/],
    [
      'restore FOLDER/run FOLDER/pictures/a/1.png --task denoise --sigma 1 --method ddrm',
      2,
      /goes through the decoder/,
    ],
    ['sample FOLDER/run --clip', 2, /--clip has no meaning for codes/],
    ['sample FOLDER/run --classifier x', 2, /noisy codes/],
    ['eval FOLDER/run --likelihood --values 4', 2, /the law of the autoencoder/],
    ['eval FOLDER/run --likelihood --steps 4', 2, /cannot be used with/],
    ['eval FOLDER/few --likelihood', 2, /learned to sample in 2 steps/],
  ])('%s is refused', async (line, status, message) => {
    const said = await attempt(line)
    expect(said.stderr).toMatch(message)
    expect(said.status).toBe(status)
  })

  test('a model of pixels, or of tokens, has no codes', async () => {
    expect((await attempt(`train FOLDER/pictures --steps 1 ${size} -q -o FOLDER/pixels`)).status).toBe(0)
    const said = await attempt('train FOLDER/pictures --latents FOLDER/pixels --steps 1 -o FOLDER/x')
    expect(said.stderr).toMatch(/no autoencoder with a law of codes: it is a model of the family values/)
  })
})
