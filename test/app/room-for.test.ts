/** Memory: what a folder needs, said before it is loaded. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { roomFor } from '../../src/app/node/room-for.ts'

it('counts the weights that are read, once each, and says so where they are too many', async () => {
  const place = mkdtempSync(join(tmpdir(), 'tweedie-room-'))
  const put = (name: string, bytes: number): void => {
    mkdirSync(join(place, name, '..'), { recursive: true })
    writeFileSync(join(place, name), new Uint8Array(bytes))
  }
  put('unet/diffusion_pytorch_model.safetensors', 3_000_000)
  put('unet/diffusion_pytorch_model.fp16.safetensors', 1_500_000)
  put('vae/diffusion_pytorch_model-00001-of-00002.safetensors', 500_000)
  put('vae/diffusion_pytorch_model-00002-of-00002.safetensors', 500_000)
  put('vae/diffusion_pytorch_model.fp16.safetensors', 500_000)
  expect(await roomFor(place, { available: 4_000_000 })).toBeUndefined()
  expect(await roomFor(place, { available: 3_999_999 })).toMatch(
    /^the weights are 4\.0 MB, and 4\.0 MB of memory are free.*fp16/,
  )
  expect(await roomFor(place, { available: 2_000_000, variant: 'fp16' })).toBeUndefined()
  expect(await roomFor(place, { available: 1_000_000, variant: 'fp16' })).toMatch('2.0 MB')
  expect(await roomFor(join(place, 'nowhere'), { available: 0 })).toBeUndefined()
})
