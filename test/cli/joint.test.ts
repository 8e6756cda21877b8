/** Joint training on the command line: an autoencoder goes on learning with the model of its codes, and everything works as before. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSafetensors } from '../../src/files/io/safetensors.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const attempt = linesIn(folder)
const ok = async (line: string) => {
  const said = await attempt(line)
  expect(said.stderr).toBe('')
  return said
}
const size = '--widths 8,8 --depth 1 --batch 8'
const weightsOf = (run: string, part: string): Map<string, number[]> => {
  const { tensors } = readSafetensors(readFileSync(at(`${run}/${part}/diffusion_pytorch_model.safetensors`)))
  return new Map([...tensors].map(([name, { data }]) => [name, Array.from(data as Float32Array)]))
}

beforeAll(async () => {
  for (const kind of ['a', 'b']) {
    mkdirSync(at(`pictures/${kind}`), { recursive: true })
    for (let i = 0; i < 8; i++) {
      // codes of 5 × 5 are seen as 6 × 6
      const data = Uint8Array.from({ length: 100 }, (_, j) => (i * j * 7 + j * j * 3 + (kind === 'a' ? 90 : 0)) % 256)
      await sharp(data, { raw: { width: 10, height: 10, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(at(`pictures/${kind}/${i}.png`))
    }
  }
  await ok(`train FOLDER/pictures --model vae --network conv --latent 2 --steps 4 ${size} -q -o FOLDER/vae`)
  await ok(`train FOLDER/pictures --latents FOLDER/vae --joint --flip --steps 6 ${size} -q -o FOLDER/joint`)
}, 60_000)

describe('a model trained with its autoencoder', () => {
  test('says so', async () => {
    expect((await ok('info FOLDER/joint')).stdout).toMatch(/trained jointly +6 steps, mixed score 0\.\d\d … 0\.\d\d/)
    const facts = JSON.parse((await ok('info FOLDER/joint --json')).stdout) as object
    expect(facts).toMatchObject({
      family: 'latent',
      joint: { steps: 6, mixture: [expect.any(Number), expect.any(Number)] },
    })
  })

  test('holds the autoencoder that has learned', () => {
    const [before, after] = [weightsOf('vae', 'vae'), weightsOf('joint', 'vae')]
    expect([...after.keys()]).toEqual([...before.keys()])
    expect(after.get('encoder.conv_in.weight')).not.toEqual(before.get('encoder.conv_in.weight'))
  })

  test('draws, is judged by likelihoods, and restores', async () => {
    await ok('sample FOLDER/joint -n 2 --steps 3 -q -o FOLDER/two.png')
    const line = 'eval FOLDER/joint --likelihood --likelihood-items 4 --bound-steps 20 --seed 1 -q --json'
    const { reconstruction, rate } = JSON.parse((await attempt(line)).stdout) as Record<string, { value: number }>
    expect(Number.isFinite(reconstruction!.value)).toBe(true)
    expect(rate).toBeDefined()
    await ok('restore FOLDER/joint FOLDER/pictures/a/1.png --task denoise --sigma 0.1 --steps 2 -q -o FOLDER/again.png')
  })

  test('begins with a trained model of codes too', async () => {
    await ok(
      `train FOLDER/pictures --from FOLDER/joint --latents FOLDER/joint --joint --steps 1 --batch 8 -q -o FOLDER/more`,
    )
    expect((await ok('info FOLDER/more')).stdout).toMatch(/trained jointly +1 steps?, mixed score 0\.98/)
  })
})

test.each([
  ['train FOLDER/pictures --joint --steps 1 -o FOLDER/x', /--joint means nothing/],
  ['train FOLDER/pictures --latents FOLDER/vae --mixture 0.3 --steps 1 -o FOLDER/x', /--mixture is for training with/],
  ['train FOLDER/pictures --latents FOLDER/vae --joint --parametrisation epsilon --steps 1 -o FOLDER/x', /one of v/],
  ['train FOLDER/pictures --latents FOLDER/vae --joint --distil FOLDER/joint --steps 1 -o FOLDER/x', /--joint|teacher/],
])('%s is refused', async (line, message) => {
  const said = await attempt(line)
  expect(said.stderr).toMatch(message)
  expect(said.status).not.toBe(0)
})
