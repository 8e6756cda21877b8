/** Adapters of a pipeline that others trained, on captioned pictures. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { open } from '../../src/app/node/open.ts'
import { prepareRun } from '../../src/app/node/prepare-run.ts'
import { trainRun } from '../../src/app/node/train-run.ts'
import type { LatentModel } from '../../src/families/latent/model.ts'
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import { decodeLora } from '../../src/files/io/lora/read-lora.ts'
import { readBytes } from '../../src/files/io/node/files.ts'
import { distance } from '../engine/nn/run.ts'

const golden = '../shared/golden/tiny-sd'
const place = mkdtempSync(join(tmpdir(), 'tweedie-lora-sd-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const at = (name: string): string => join(place, name)
const folder = at('pictures')

describe.skipIf(!existsSync(golden))('a pipeline of diffusers', () => {
  const options = { from: golden, captions: true, lora: 2, batch: 2, steps: 2, rate: 0.01, warmup: 0, ema: 0 }

  beforeAll(async () => {
    mkdirSync(folder)
    for (const color of ['red', 'green', 'blue']) {
      const picture = sharp({ create: { width: 32, height: 32, channels: 3, background: color } })
      await picture.png().toFile(join(folder, `${color}.png`))
      writeFileSync(join(folder, `${color}.txt`), `a ${color} square`)
    }
    for await (const event of trainRun({ data: folder, out: at('run'), options })) void event
  }, 120_000)

  test('is adapted on codes as it sees them, and keeps how it is sampled', async () => {
    const base = (await openFolder(golden)).model as LatentModel
    const { dataset } = await prepareRun({ data: folder, dryRun: true, options })
    expect((dataset as ArrayDataset).affine).toEqual(base.prior.scale.affine)
    const { model, family } = await openFolder(at('run'))
    const { prior } = model as LatentModel
    expect(prior.scheduler).toEqual(base.prior.scheduler)
    expect(JSON.stringify(prior.sampling)).toBe(JSON.stringify(base.prior.sampling))
    expect(family.name).toBe('latent')
    const changed = base.prior.layout.specs.filter(
      ({ name }) =>
        distance(prior.layout.view(prior.weights, name), base.prior.layout.view(base.prior.weights, name)) > 0,
    )
    expect(changed.length).toBeGreaterThan(10)
    expect(changed.every(({ name }) => /\.attn[12]\.to_(q|k|v|out\.0)\.weight$/.test(name))).toBe(true)
  })

  test('is trained on pictures of another size, and is a model of that size then', async () => {
    const { lora: _, ...whole } = { ...options, size: 16, steps: 1 }
    for await (const event of trainRun({ data: folder, out: at('smaller'), options: whole })) void event
    const { prior, autoencoder } = (await openFolder(at('smaller'))).model as LatentModel
    expect([prior.frame.item, autoencoder.frame.item]).toEqual([
      [4, 8, 8],
      [3, 16, 16],
    ])
    await expect(prepareRun({ data: folder, dryRun: true, options: { ...options, size: 15 } })).rejects.toThrow(
      /both must be multiples of 2 pixels/,
    )
  })

  test('draws what the pictures of its kind lack, which a later run finds', async () => {
    const [priorData, remarks] = [at('kind'), [] as string[]]
    const kind = { ...options, priorData, priorPrompt: 'a square', priorCount: 3, steps: 1 }
    const run = (name: string) =>
      trainRun({ data: folder, out: at(name), options: kind, onRemark: (text) => remarks.push(text) })
    await expect(prepareRun({ data: folder, dryRun: true, options: kind })).rejects.toThrow(
      /3 pictures of "a square" are to be drawn/,
    )
    for await (const event of run('kept')) void event
    expect(readdirSync(priorData).filter((name) => name.endsWith('.png'))).toHaveLength(3)
    expect(readFileSync(join(priorData, 'drawn-00002.txt'), 'utf8')).toBe('a square\n')
    for await (const event of run('kept-again')) void event
    expect(remarks.filter((text) => text.includes('are drawn into'))).toHaveLength(1)
    // one that was taken away is drawn anew, behind those that are there
    const kept = readFileSync(join(priorData, 'drawn-00002.png'))
    rmSync(join(priorData, 'drawn-00000.png'))
    for await (const event of run('kept-once-more')) void event
    expect(readdirSync(priorData).filter((name) => name.endsWith('.png'))).toContain('drawn-00003.png')
    expect(readFileSync(join(priorData, 'drawn-00002.png'))).toEqual(kept)
    for (const [change, said] of [
      [{ priorPrompt: undefined }, /`priorCount` is for `priorPrompt`/],
      [{ priorData: undefined }, /`from: MODEL` and `priorData: FOLDER`|needs a model that draws/],
    ] as const) {
      await expect(prepareRun({ data: folder, dryRun: true, options: { ...kind, ...change } })).rejects.toThrow(said)
    }
  }, 60_000)

  test('has its adapters in the file and by the names of diffusers, and draws with them', async () => {
    const file = join(at('run'), 'pytorch_lora_weights.safetensors')
    const { layout, layers } = decodeLora((await readBytes(file, 'model'))!)
    expect(layout).toBe('peft')
    expect(layers.map(({ name }) => name)).toContain(
      'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0',
    )
    expect(existsSync(join(at('run'), 'unet'))).toBe(false)
    expect(statSync(file).size).toBeLessThan(40_000)
    const drawn = async (place: string, lora: string[] = []) => {
      using model = await open(place, { lora })
      return (await model.draw({ count: 1, steps: 2, prompt: ['a red square'], seed: 1 })).array().data as Float32Array
    }
    const [own, added, plain] = [await drawn(at('run')), await drawn(golden, [file]), await drawn(golden)]
    expect(own).toEqual(added)
    expect(distance(own, plain)).toBeGreaterThan(1e-4)
  })

  test('is asked in words, so captions are needed, and its own encoder reads them', async () => {
    const refused = (more: object) => prepareRun({ data: folder, dryRun: true, options: { ...options, ...more } })
    await expect(refused({ captions: undefined })).rejects.toThrow(/has no captions, and the model is asked in words/)
    await expect(refused({ textEncoder: golden })).rejects.toThrow(
      /`textEncoder`: adapters are trained with the words of their model/,
    )
  })
})
