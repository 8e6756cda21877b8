/** The prior of a quantiser's tokens on the command line: trained, drawn, judged, resumed, and what is refused. */
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
const cache = (): string[] => (existsSync(at('vq/tokens')) ? readdirSync(at('vq/tokens')) : [])
const quantiser = '--model vq --codes 12 --code-size 2 --widths 4,8 --batch 8'
const size = '--widths 8,8 --depth 1 --batch 8'
const train = (more: string): string => `train FOLDER/pictures --model vq-diffusion ${size} -q ${more}`

async function succeeds(...lines: readonly string[]): Promise<void> {
  for (const line of lines) expect(await attempt(line)).toMatchObject({ status: 0 })
}

const weightsOf = (run: string, part: 'network' | 'vqvae'): Map<string, unknown> => {
  const file = part === 'vqvae' ? 'diffusion_pytorch_model.safetensors' : 'model.safetensors'
  const { tensors } = readSafetensors(readFileSync(at(`${run}/${part}/${file}`)))
  return new Map([...tensors].map(([name, { data }]) => [name, Array.from(data as Float32Array)]))
}

beforeAll(async () => {
  for (const kind of ['a', 'b']) {
    mkdirSync(at(`pictures/${kind}`), { recursive: true })
    for (let i = 0; i < 12; i++) {
      const data = Uint8Array.from({ length: 192 }, (_, j) => (i * j * 7 + j * j * 3 + (kind === 'a' ? 90 : 0)) % 256)
      const raw = { width: 8, height: 8, channels: 3 } as const
      await sharp(data, { raw })
        .png()
        .toFile(at(`pictures/${kind}/${i}.png`))
    }
  }
  await succeeds(
    `train FOLDER/pictures ${quantiser} --steps 4 -q -o FOLDER/vq`,
    train('--latents FOLDER/vq --steps 1 --dry-run'),
  )
  expect(cache()).toEqual([])
  const { status, stderr } = await attempt(train('--latents FOLDER/vq --steps 6 -o FOLDER/run').replace(' -q', ''))
  expect(stderr).toMatch(/tokens +maps \[4, 4\] of 12: up to 57\.4 bits for 192 numbers/)
  expect(status).toBe(0)
  expect(cache().length).toBe(1)
}, 60_000)

describe('a model of tokens', () => {
  test('says what it is', async () => {
    expect((await attempt('info FOLDER/run')).stdout).toMatch(/autoencoder +VQModel/)
    expect(JSON.parse((await attempt('info FOLDER/run --json')).stdout)).toMatchObject({
      family: 'vq-diffusion',
      network: 'CategoricalUNet',
      data: { kind: 'image', shape: [3, 8, 8], classNames: ['a', 'b'] },
      tokens: { shape: [4, 4], codes: 12 },
      autoencoder: { network: 'VQModel', codes: 12 },
    })
  })

  test('holds its autoencoder, and needs no other folder', async () => {
    expect(weightsOf('run', 'vqvae')).toEqual(weightsOf('vq', 'vqvae'))
    expect(JSON.parse(readFileSync(at('run/vqvae/config.json'), 'utf8'))).toEqual(
      JSON.parse(readFileSync(at('vq/vqvae/config.json'), 'utf8')),
    )
    cpSync(at('run'), at('elsewhere/run'), { recursive: true })
    await succeeds(
      'sample FOLDER/run -n 3 --seed 1 -q -o FOLDER/run.npy',
      'sample FOLDER/elsewhere/run -n 3 --batch 1 --seed 1 -q -o FOLDER/elsewhere.npy',
    )
    const [here, there] = [array('run.npy'), array('elsewhere.npy')]
    expect(here.length).toBe(3 * 192)
    here.forEach((each, i) => expect(Math.abs(each - there[i]!)).toBeLessThan(1e-5))
  })

  test('draws classes, by any sampler of tokens, cold and guided', async () => {
    await succeeds(
      'sample FOLDER/run -n 4 --class b --guidance 1 --sampler ancestral --steps 4 -q -o FOLDER/guided.png',
      'sample FOLDER/run -n 4 --temperature 0.2 --sampler mask-predict --steps 4 -q -o FOLDER/cold.npy',
    )
    expect(array('cold.npy').length).toBe(4 * 192)
  })

  test('encodes and decodes by its autoencoder', async () => {
    await succeeds(
      'encode FOLDER/run FOLDER/pictures/a/1.png -q -o FOLDER/by-run.npy',
      'encode FOLDER/vq FOLDER/pictures/a/1.png -q -o FOLDER/by-vq.npy',
      'decode FOLDER/run FOLDER/by-run.npy -q -o FOLDER/again.npy',
      'decode FOLDER/vq FOLDER/by-vq.npy -q -o FOLDER/again-vq.npy',
    )
    expect(array('by-run.npy').length).toBe(16)
    expect(array('by-run.npy')).toEqual(array('by-vq.npy'))
    expect(array('again.npy')).toEqual(array('again-vq.npy'))
  })

  test('is judged by its pictures, and by the bound of its maps, which is none of pixels', async () => {
    const samples = await attempt('eval FOLDER/run -n 20 --steps 4 --temperature 0.5 --json -q')
    expect(JSON.parse(samples.stdout)).toMatchObject({ samples: 20, steps: 4, sampler: 'mdlm', temperature: 0.5 })
    const said = await attempt('eval FOLDER/run --likelihood --likelihood-items 4 --terms 8')
    expect(said.stderr).toMatch(/of the map of tokens and not of the pixels/)
    expect(said.stdout).toMatch(/map of tokens +≤ .* bits, given its class/)
    const { stdout } = await attempt('eval FOLDER/run --likelihood --likelihood-items 4 --terms 8 --json -q')
    const report = JSON.parse(stdout) as Record<'bitsPerMap' | 'bitsPerToken' | 'bitsPerValue', { mean: number }>
    expect(report).toMatchObject({ of: 'maps of tokens', items: 4, terms: 8, part: 'training' })
    expect(report.bitsPerMap.mean).toBeCloseTo(16 * report.bitsPerToken.mean, 6)
    expect(report.bitsPerValue.mean).toBeCloseTo(report.bitsPerMap.mean / 192, 6)
  })

  test('is exported and trained further, with the autoencoder that it has', async () => {
    await succeeds(
      'export FOLDER/run -q -o FOLDER/x.onnx',
      'train FOLDER/pictures --from FOLDER/run --steps 2 --batch 8 -q -o FOLDER/further',
    )
    expect(weightsOf('further', 'vqvae')).toEqual(weightsOf('vq', 'vqvae'))
  })

  test('learns tokens of an autoencoder that lies alone, at any size of images, and goes on where it stopped, bit for bit', async () => {
    cpSync(at('vq/vqvae'), at('alone'), { recursive: true })
    const rest = '--size 4 --latents FOLDER/alone --decay constant'
    await succeeds(
      train(`${rest} --steps 6 -o FOLDER/whole`),
      train(`${rest} --steps 3 -o FOLDER/parts`),
      'train --resume --steps 6 -q -o FOLDER/parts',
      'sample FOLDER/parts -n 2 -q -o FOLDER/parts.npy',
    )
    expect(weightsOf('parts', 'network')).toEqual(weightsOf('whole', 'network'))
    expect(weightsOf('parts', 'vqvae')).toEqual(weightsOf('vq', 'vqvae'))
    expect(readdirSync(at('alone/tokens')).length).toBe(1)
    expect(array('parts.npy').length).toBe(2 * 48)
    const info = JSON.parse((await attempt('info FOLDER/parts --json')).stdout) as Record<string, unknown>
    expect(info).toMatchObject({ tokens: { shape: [2, 2], codes: 12 } })
  })
})

describe('parts that do not belong together', () => {
  test('maps of a changed autoencoder are made again, and a run does not go on with them', async () => {
    cpSync(at('vq'), at('kept'), { recursive: true })
    cpSync(at('run'), at('before'), { recursive: true })
    await succeeds('train FOLDER/pictures --from FOLDER/kept --steps 2 --batch 8 -q -o FOLDER/other')
    for (const name of ['vqvae', 'tweedie.json']) cpSync(at(`other/${name}`), at(`vq/${name}`), { recursive: true })
    const after = await attempt(train('--latents FOLDER/vq --steps 1 -o FOLDER/after').replace(' -q', ''))
    expect(after.stderr).toMatch(/the autoencoder has changed since pictures was encoded/)
    const resumed = await attempt('train --resume --steps 8 -q -o FOLDER/before')
    expect(resumed.stderr).toMatch(/not the autoencoder that this run began with/)
    expect(resumed.status).toBe(3)
    // the prior of one beside the autoencoder of another
    cpSync(at('other/vqvae'), at('before/vqvae'), { recursive: true })
    const meta = JSON.parse(readFileSync(at('before/tweedie.json'), 'utf8')) as object
    writeFileSync(at('before/tweedie.json'), JSON.stringify({ ...meta, parts: {} }))
    const sampled = await attempt('sample FOLDER/before -o FOLDER/x.png')
    expect(sampled.stderr).toMatch(/is not the autoencoder whose tokens the model has learned/)
    expect(sampled.status).toBe(3)
    rmSync(at('before/vqvae'), { recursive: true })
    expect((await attempt('sample FOLDER/before -o FOLDER/x.png')).status).toBe(3)
  })

  test('a model of another number of tokens is refused', async () => {
    cpSync(at('run'), at('mixed'), { recursive: true })
    const text = readFileSync(at('mixed/tweedie.json'), 'utf8')
    writeFileSync(at('mixed/tweedie.json'), text.replace(/"codes": ?12/, '"codes": 9'))
    const said = await attempt('sample FOLDER/mixed -o FOLDER/x.png')
    expect(said.stderr).toMatch(/maps \[4, 4\] of 12 tokens, and the model is of maps \[4, 4\] of 9/)
    expect(said.status).toBe(3)
  })

  test.each([
    ['train FOLDER/pictures --latents FOLDER/kept --steps 1 -o FOLDER/x', 2, /tokens\n.*--model vq-diffusion/],
    ['train FOLDER/pictures --latents FOLDER/alone --steps 1 -o FOLDER/x', 2, /tokens\n.*--model vq-diffusion/],
    ['train FOLDER/pictures --model vq-diffusion --steps 1 -o FOLDER/x', 2, /which autoencoder makes the tokens/],
    [train('--latents FOLDER/nothing --steps 1 -o FOLDER/x'), 3, /nothing: no such folder/],
    [train('--size 4 --latents FOLDER/kept --steps 1 -o FOLDER/x'), 2, /encodes items \[3, 8, 8\].*\[3, 4, 4\]/],
    [train('--channels 1 --latents FOLDER/alone --steps 1 -o FOLDER/x'), 2, /images of 3 channels/],
    ['train moons --model vq-diffusion --latents FOLDER/kept --steps 1 -o FOLDER/x', 2, /encodes items/],
    ['train maps --model vq-diffusion --latents FOLDER/kept --steps 1 -o FOLDER/x', 2, /not trained on such data/],
    [train('--latents FOLDER/kept --flip --steps 1 -o FOLDER/x'), 2, /--flip is of the autoencoder/],
    [train('--latents FOLDER/kept --codes 4 --steps 1 -o FOLDER/x'), 2, /--codes is of the autoencoder/],
    [train('--latents FOLDER/kept --noise cosine --steps 1 -o FOLDER/x'), 2, /--noise is of Gaussian noise/],
    [
      'train FOLDER/pictures --from FOLDER/run --latents FOLDER/kept --steps 1 -o FOLDER/x',
      2,
      /the tokens of its own autoencoder/,
    ],
    ['restore FOLDER/run FOLDER/pictures/a/1.png --task denoise --sigma 1', 2, /no meaning for maps of tokens/],
    ['edit FOLDER/run FOLDER/pictures/a/1.png', 2, /no meaning for maps of tokens/],
    ['sample FOLDER/run --infill x', 2, /--infill is for models of text/],
    ['sample FOLDER/run --trajectory FOLDER/x.gif', 2, /maps with gaps/],
    ['sample FOLDER/run --sampler ddim', 2, /ddim/],
    ['sample FOLDER/run --encode FOLDER/pictures/a/1.png --steps 3 -o FOLDER/x.npy', 2, /no map is drawn/],
    ['eval FOLDER/run --likelihood --temperature 0.5', 2, /cannot be used with/],
  ])('%s is refused', async (line, status, message) => {
    const said = await attempt(line)
    expect(said.stderr).toMatch(message)
    expect(said.status).toBe(status)
  })

  test('an autoencoder whose codes have a law has no tokens', async () => {
    await succeeds(`train FOLDER/pictures --model vae --network conv --latent 2 --steps 1 ${size} -q -o FOLDER/vae`)
    const vae = await attempt(train('--latents FOLDER/vae --steps 1 -o FOLDER/x'))
    expect(vae.stderr).toMatch(/no autoencoder with tokens: its codes are no tokens\n.*leave --model out/)
  })
})
