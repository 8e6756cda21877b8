/** Autoencoders on a disk: alone, as diffusers saves one, and as the part of a pipeline. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inspect } from '../../src/app/node/inspect.ts'
import { readAutoencoder } from '../../src/app/node/read-autoencoder.ts'
import { autoencoderPart } from '../../src/compiled/autoencoder-part.ts'
import { autoencoderParameters } from '../../src/engine/nn/autoencoder.ts'
import { autoencoderKL } from '../../src/engine/nn/autoencoder-kl/autoencoder-kl.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { key } from '../../src/engine/random/index.ts'
import { readModelFolder, writeComponent } from '../../src/files/io/node/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'autoencoder-'))
afterAll(() => rmSync(folder, { recursive: true }))

const autoencoder = autoencoderKL({ sample_size: 4, block_out_channels: [4], norm_num_groups: 2, latent_channels: 2 })
const layout = autoencoderParameters(autoencoder)
const part = { autoencoder, layout, weights: initialize(layout, key(5)) }

test('one that is written comes back, alone and as vae/', async () => {
  for (const path of [join(folder, 'alone'), join(folder, 'pipeline/vae')]) {
    await writeComponent(path, autoencoderPart(part))
    const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))
    expect(config).toMatchObject({ _class_name: 'AutoencoderKL', _diffusers_version: '0.24.0', latent_channels: 2 })
    expect(existsSync(join(path, 'diffusion_pytorch_model.safetensors'))).toBe(true)
    const again = await readAutoencoder(path)
    expect(again.weights).toEqual(part.weights)
    expect(again.autoencoder.config).toEqual(autoencoder.config)
  }
  expect((await readAutoencoder(join(folder, 'pipeline'))).weights).toEqual(part.weights)
  expect((await inspect(join(folder, 'alone'))).text).toMatch(/codes +\[2, 4, 4\] of items \[3, 4, 4\]/)
})

test('writing again replaces it', async () => {
  const path = join(folder, 'alone')
  await writeComponent(path, autoencoderPart({ ...part, weights: part.weights.map((each) => each + 1) }))
  expect((await readAutoencoder(path)).weights[0]).toBeCloseTo(part.weights[0]! + 1, 5)
})

test('its configuration has the keys of diffusers 0.24, and others only where they are used', () => {
  const keys = Object.keys(autoencoderPart(part).config).sort()
  expect(keys).toEqual(
    [
      '_class_name _diffusers_version act_fn block_out_channels down_block_types force_upcast in_channels latent_channels',
      'layers_per_block norm_num_groups out_channels sample_size scaling_factor up_block_types',
    ]
      .join(' ')
      .split(' '),
  )
  const later = autoencoderKL({ latent_channels: 1, use_quant_conv: false, latents_mean: [1], latents_std: [2] })
  expect(later.config).toMatchObject({ use_quant_conv: false, latents_mean: [1], latents_std: [2] })
})

test('what is no autoencoder is refused', async () => {
  await expect(readAutoencoder(folder)).rejects.toThrow('holds no autoencoder')
  const path = join(folder, 'unet')
  await writeComponent(path, { ...autoencoderPart(part), className: 'AutoencoderTiny' })
  await expect(readAutoencoder(path)).rejects.toThrow('autoencoder AutoencoderTiny: expected one of AutoencoderKL')
})

describe.skipIf(!existsSync('../shared/golden/tiny-sd'))('../shared/golden/tiny-sd', () => {
  test('the part of the pipeline that diffusers wrote is written again, byte for byte', async () => {
    const theirs = await readAutoencoder('../shared/golden/tiny-sd')
    expect(theirs.autoencoder.latentShape).toEqual([4, 16, 16])
    const path = join(folder, 'again')
    await writeComponent(path, autoencoderPart(theirs))
    const files = ['config.json', 'diffusion_pytorch_model.safetensors'].map((name) =>
      [path, '../shared/golden/tiny-sd/vae'].map((from) => readFileSync(join(from, name))),
    )
    expect(files[0]![0]!.toString()).toBe(files[0]![1]!.toString())
    const again = await readAutoencoder(path)
    expect(again.weights).toEqual(theirs.weights)
  })

  test('it is a component of the pipeline', async () => {
    const { components } = await readModelFolder('../shared/golden/tiny-sd')
    expect(components.get('vae')!.className).toBe('AutoencoderKL')
  })
})
