/** Folders that do not say everything: what was chosen is said, and what is missing can be given, in every command that opens a model. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/app/node/open.ts'
import { linesIn } from './support.ts'
import { temporaryFolder } from './tweedie.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const says = linesIn(folder)

/** A trained model as a checkpoint of diffusers' training: two sets of weights, and no word about the noise. */
beforeAll(async () => {
  const train = 'train glyphs --items 64 --batch 8 --steps 2 --widths 8,8 --patch 1 --unconditional -q -o FOLDER/whole'
  expect(await says(train)).toMatchObject({ status: 0 })
  mkdirSync(at('checkpoint'))
  for (const part of ['unet', 'unet_ema']) cpSync(at('whole/unet'), at(`checkpoint/${part}`), { recursive: true })
  cpSync(at('whole/scheduler'), at('noise'), { recursive: true })
  cpSync(at('checkpoint'), at('complete'), { recursive: true })
  cpSync(at('noise'), at('complete/scheduler'), { recursive: true })
  expect(await says('sample FOLDER/complete -n 1 --steps 1 -q -o FOLDER/one.png')).toMatchObject({ status: 0 })
  expect(await says('sample FOLDER/complete -n 32 --steps 1 -q -o FOLDER/data')).toMatchObject({ status: 0 })
})

const commands: Record<string, string> = {
  sample: 'sample MODEL -n 1 --steps 1 -o FOLDER/s.png',
  restore: 'restore MODEL FOLDER/one.png --task denoise --sigma 0.1 --method ddrm --steps 2 -n 1 -o FOLDER/r.png',
  edit: 'edit MODEL FOLDER/one.png --steps 2 -n 1 -o FOLDER/e.png',
  eval: 'eval MODEL -n 20 --steps 1 --data FOLDER/data',
  export: 'export MODEL --out FOLDER/x.onnx',
  train: 'train glyphs --items 64 --batch 8 --steps 1 --unconditional --from MODEL -o FOLDER/further',
}

describe.each(Object.entries(commands))('%s', (name, line) => {
  const clean = (): void =>
    ['s.png', 'r.png', 'e.png', 'x.onnx', 'further'].forEach((each) =>
      rmSync(at(each), { recursive: true, force: true }),
    )

  test('says what was chosen, and nothing where all is quiet', async () => {
    clean()
    const { status, stderr } = await says(line.replace('MODEL', 'FOLDER/complete'))
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('unet_ema is read') })
    if (name === 'eval') return
    clean()
    expect(await says(`${line.replace('MODEL', 'FOLDER/complete')} -q`)).toMatchObject({ status: 0, stderr: '' })
  })

  test('takes the noise that the folder does not say', async () => {
    clean()
    const typed = line.replace('MODEL', 'FOLDER/checkpoint')
    expect(await says(typed)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/there is no scheduler[^]*hint: .*--scheduler PATH/),
    })
    expect(existsSync(at('further'))).toBe(false)
    expect(await says(`${typed} --scheduler FOLDER/noise -q`)).toMatchObject({ status: 0 })
  })
})

test('info lists what was chosen, and describes a part alone unless it is told the noise', async () => {
  const { stdout } = await says('info FOLDER/complete')
  expect(stdout).toMatch(/notes +unet_ema is read/)
  const facts = async (line: string) => JSON.parse((await says(line)).stdout)
  expect(await facts('info FOLDER/complete --json')).toMatchObject({
    kind: 'model',
    notes: [expect.stringContaining('unet_ema')],
  })
  expect(await facts('info FOLDER/whole --json')).not.toHaveProperty('notes')
  expect(await facts('info FOLDER/checkpoint --json')).toMatchObject({ kind: 'component' })
  expect(await facts('info FOLDER/checkpoint --scheduler FOLDER/whole --json')).toMatchObject({ kind: 'model' })
  expect(await says('info FOLDER/one.png --variant fp16')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^tweedie: --variant is for the folder of a model/),
  })
})

test('a variant is chosen by its name', async () => {
  cpSync(at('whole'), at('variants'), { recursive: true })
  rmSync(at('variants/tweedie.json'))
  const file = (variant: string) => at(`variants/unet/diffusion_pytorch_model${variant}.safetensors`)
  const bytes = readFileSync(file(''))
  bytes.writeFloatLE(3, bytes.length - 4)
  writeFileSync(file('.other'), bytes)
  for (const [options, variant] of [
    ['', undefined],
    [' --variant other', 'other'],
  ] as const) {
    using painter = await open(at('variants'), { variant })
    const { weights } = painter.model as unknown as { readonly weights: Float32Array }
    expect(weights.includes(3)).toBe(variant === 'other')
    const line = `sample FOLDER/variants${options} -n 1 --steps 1 --out FOLDER/${variant}.npy`
    expect(await says(line)).toMatchObject({ status: 0 })
  }
  expect(readFileSync(at('other.npy')).equals(readFileSync(at('undefined.npy')))).toBe(false)
  expect(await says('sample FOLDER/variants --variant none -n 1')).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/no variant "none", but other\n {2}hint: leave --variant out/),
  })
})

test('a program is told too', async () => {
  const remarks: string[] = []
  using painter = await open(at('checkpoint'), { scheduler: at('noise'), onRemark: (text) => remarks.push(text) })
  expect(remarks).toEqual([expect.stringContaining('unet_ema is read')])
  expect((await painter.draw({ count: 1, steps: 1 })).count).toBe(1)
  await expect(open(at('checkpoint'))).rejects.toThrow('there is no scheduler')
})

test('how a model is read means nothing to a run that begins with none', async () => {
  const line = 'train glyphs --items 64 --steps 1 --scheduler FOLDER/noise -o FOLDER/none'
  expect(await says(line)).toMatchObject({ status: 2, stderr: expect.stringMatching(/--scheduler says how the model/) })
  expect(existsSync(at('none'))).toBe(false)
})
