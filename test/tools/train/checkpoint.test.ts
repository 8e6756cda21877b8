/** Checkpoints: there and back, the first format, and every kind of damage. */
import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SafeTensorInput, readSafetensors, writeSafetensors } from '../../../src/files/io/safetensors.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { type Checkpoint, encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import { noChecksum, sealed } from '../../../src/tools/train/checkpoint-seal.ts'
import { trainerOf } from '../../../src/tools/train/trainer.ts'
import { twoPartSpec, twoPartTask } from './two-parts.ts'

const random = (name: string): Float32Array => normal(key(name), new Float32Array(5))

const checkpoint: Checkpoint = {
  spec: twoPartSpec(),
  state: {
    step: 7,
    params: random('params'),
    average: random('average'),
    optimizer: { step: 6, slots: { m: random('m'), v: random('v') } },
  },
  tensors: [
    { part: 'unet', name: 'conv.weight', shape: [2, 2] },
    { part: 'prior', name: 'scale', shape: [] },
  ],
  frozen: { vae: 'abc' },
  optimizer: 'adamw',
  run: { session: { device: 'cpu', threads: 2 }, note: '"checksum":"' },
}
const bytes = encodeCheckpoint(checkpoint)

/** The file with changes, and a checksum that is right for them. */
function forged(
  change: (tensors: Map<string, SafeTensorInput>, metadata: Record<string, string>) => void,
): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = readSafetensors(bytes)
  const changed = { ...metadata, checksum: noChecksum }
  const all = new Map<string, SafeTensorInput>(tensors)
  change(all, changed)
  return sealed(writeSafetensors(all, changed))
}

const refused = (damaged: Uint8Array, message: RegExp | string): void => {
  let error: unknown
  try {
    decodeCheckpoint(damaged, 'it')
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: 'model', message: expect.stringMatching(message) })
  expect((error as Error).message.split('\n')).toHaveLength(1)
}

describe('a checkpoint', () => {
  test('comes back as it was', () => expect(decodeCheckpoint(bytes)).toEqual(checkpoint))

  test('names its tensors by part', () => {
    const { tensors } = readSafetensors(bytes)
    expect([...tensors.keys()].sort()).toEqual(
      ['average', 'optimizer.m', 'optimizer.v', 'params'].flatMap((section) => [
        `${section}/prior/scale`,
        `${section}/unet/conv.weight`,
      ]),
    )
    expect(tensors.get('params/unet/conv.weight')).toMatchObject({
      shape: [2, 2],
      data: checkpoint.state.params.subarray(0, 4),
    })
  })

  test('one flipped bit anywhere is found', () => {
    assert(
      property(integer({ min: 0, max: 8 * bytes.length - 1 }), (bit) => {
        const changed = bytes.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        refused(changed, /^it: /)
      }),
      { numRuns: 1000 },
    )
  })

  test('cut off anywhere it is none', () => {
    for (let length = 0; length < bytes.length; length += 37) refused(bytes.subarray(0, length), /^it: /)
  })

  test.each<[string, Parameters<typeof forged>[0], RegExp]>([
    [
      'a tensor too many',
      (all) => all.set('params/unet/b', { shape: [1], data: random('x').subarray(0, 1) }),
      /9 tensors, expected 8/,
    ],
    ['a tensor too few', (all) => all.delete('optimizer.m/prior/scale'), /7 tensors, expected 8/],
    [
      'a tensor of another name',
      (all) => {
        all.delete('params/prior/scale')
        all.set('params/prior/scales', { shape: [], data: random('x').subarray(0, 1) })
      },
      /params\/prior\/scale is missing/,
    ],
    [
      'too short a tensor',
      (all) => all.set('average/unet/conv.weight', { shape: [3], data: random('x').subarray(0, 3) }),
      /average\/unet\/conv.weight is F32 \[3\], expected F32 \[2, 2\]/,
    ],
    [
      'another shape',
      (all) => all.set('params/unet/conv.weight', { shape: [4], data: random('x').subarray(0, 4) }),
      /is F32 \[4\], expected F32 \[2, 2\]/,
    ],
    [
      'another type',
      (all) => all.set('params/unet/conv.weight', { shape: [2, 2], data: new Float64Array(4) }),
      /is F64 \[2, 2\], expected F32/,
    ],
    ['a step of 1.5', (_, metadata) => (metadata.step = '1.5'), /step is "1.5"/],
    ['a step of NaN', (_, metadata) => (metadata.step = 'NaN'), /step is "NaN": must be JSON/],
    ['a negative step', (_, metadata) => (metadata.step = '-1'), /step is "-1"/],
    ["an optimiser's step of 1e99", (_, metadata) => (metadata['optimizer.step'] = '1e99'), /optimizer.step is "1e99"/],
    ['no step', (_, metadata) => delete metadata.step, /step is missing/],
    ['a run that is no object', (_, metadata) => (metadata.run = '[]'), /run is "\[\]"/],
    ['a specification of nothing', (_, metadata) => (metadata.spec = '{}'), /spec: seed is missing/],
    [
      'a batch of a half',
      (_, metadata) => (metadata.spec = JSON.stringify({ ...twoPartSpec(), batch: 0.5 })),
      /spec: batch is 0.5/,
    ],
    [
      'a shape that no memory has',
      (_, metadata) => (metadata.tensors = '[{"part":"a","name":"b","shape":[4000000000000]}]'),
      /tensors, expected/,
    ],
    ['a format of the future', (_, metadata) => (metadata.format = 'tweedie-checkpoint-9'), /not a checkpoint/],
  ])('%s is refused', (_, change, message) => refused(forged(change), message))

  test('the specification is checked by whoever knows it', () => {
    const parseSpec = (value: unknown, source: string): never => {
      throw new Error(`${source}: ${Object.keys(value as object).length} fields`)
    }
    expect(() => decodeCheckpoint(bytes, 'it', { parseSpec })).toThrow('it: spec: 5 fields')
  })
})

describe('the first format', () => {
  /** As it was written: flat arrays, no names, no checksum. */
  function old(state: Checkpoint['state'], changes: Record<string, string> = {}): Uint8Array {
    const flat = {
      params: state.params,
      average: state.average,
      'optimizer.m': state.optimizer.slots.m!,
      'optimizer.v': state.optimizer.slots.v!,
    }
    const tensors = Object.fromEntries(
      Object.entries(flat).map(([name, data]) => [name, { shape: [data.length], data }]),
    )
    return writeSafetensors(tensors, {
      format: 'tweedie-checkpoint-1',
      step: String(state.step),
      'optimizer.step': String(state.optimizer.step),
      spec: JSON.stringify(twoPartSpec()),
      run: '{}',
      ...changes,
    })
  }

  test('is read, and goes on as it would have', async () => {
    const engine = await nodeEngine()
    using trainer = await trainerOf(twoPartTask(twoPartSpec()), engine)
    for (let i = 0; i < 3; i++) await trainer.step(6)
    const from = decodeCheckpoint(old(trainer.state))
    expect(from).toEqual({ spec: twoPartSpec(), run: {}, state: trainer.state })
    for (let i = 0; i < 3; i++) await trainer.step(6)
    using again = await trainerOf(twoPartTask(twoPartSpec()), engine, { from })
    for (let i = 0; i < 3; i++) await again.step(6)
    expect(again.state).toEqual(trainer.state)
  })

  test('is refused where it does not fit, and where it is broken', async () => {
    const engine = await nodeEngine()
    const from = decodeCheckpoint(old(checkpoint.state))
    await expect(trainerOf(twoPartTask(twoPartSpec()), engine, { from })).rejects.toMatchObject({
      code: 'model',
      message: 'the checkpoint does not fit the model: 5 parameters, expected 17',
    })
    refused(old(checkpoint.state, { step: '1.5' }), /step is 1.5/)
    refused(old(checkpoint.state, { step: 'NaN' }), /its step is not JSON/)
    refused(old({ ...checkpoint.state, average: random('x').subarray(0, 4) }), /average has 4 numbers, and params 5/)
  })
})
