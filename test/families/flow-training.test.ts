/** Flows that are trained: resumed bit for bit, and drawn under vectors that they depend on. */
import { beforeAll, describe, expect, test } from 'vitest'
import { train } from '../../src/app/train.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { decode, encode } from '../../src/families/flow/latents.ts'
import { painter } from '../../src/families/flow/draw.ts'
import type { FlowModel } from '../../src/families/flow/model.ts'
import type { FlowTrainSpec } from '../../src/families/flow/spec.ts'
import { specOf } from '../../src/families/flow/spec-of.ts'
import type { Setting } from '../../src/families/family.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import type { Checkpoint } from '../../src/tools/train/checkpoint.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

/** Points that are their condition, and a little noise. */
const n = 256
const pose = normal(key('pose'), new Float32Array(2 * n))
const noise = normal(key('noise'), new Float32Array(2 * n))
const points = createDataset({
  name: 'posed',
  kind: 'points',
  shape: [2],
  data: pose.map((each, i) => each + 0.2 * noise[i]!),
  affine: { shift: [0], scale: [1] },
  conditions: { pose },
})
const pictures = createDataset({
  name: 'shades',
  kind: 'image',
  shape: [1, 4, 4],
  data: Uint8Array.from({ length: 16 * 16 }, (_, i) => 85 * ((i * 7 + (i >> 4)) % 4)),
})
const posed = {
  className: 'CouplingFlow',
  config: { width: 16, conditions: { pose: { kind: 'vector', size: 2 } } },
}

async function run(spec: FlowTrainSpec, dataset: typeof points, from?: Checkpoint) {
  const [losses, checkpoints]: [number[], Checkpoint[]] = [[], []]
  let model: FlowModel | undefined
  for await (const event of train({ spec, dataset, engine, checkpointEvery: 2, from })) {
    if (event.type === 'step') losses.push(event.loss)
    if (event.type !== 'checkpoint') continue
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
    model = event.model
  }
  return { losses, checkpoints, model: model! }
}

test.each([
  ['points under a vector', points, { network: posed, batch: 32 }],
  ['shades, with dropout and mirrored', pictures, { batch: 8, widths: [8], depth: 1, dropout: 0.3, flip: true }],
  [
    'an image in tokens',
    pictures,
    { batch: 8, network: { className: 'TarFlow', config: { patch_size: 2, width: 8 } } },
  ],
] as const)('continued from a checkpoint, everything is as if nothing had happened: %s', async (_, data, options) => {
  const spec = specOf(data, { model: 'flow', steps: 4, ...options } as never, {})
  const whole = await run(spec, data)
  const rest = await run(spec, data, structuredClone(whole.checkpoints.find(({ state }) => state.step === 2)!))
  expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
  expect(rest.losses).toEqual(whole.losses.slice(2))
  expect(whole.losses.every(Number.isFinite)).toBe(true)
})

describe('a flow that depends on a vector', () => {
  let model: FlowModel
  let setting: Setting
  beforeAll(async () => {
    const options = { model: 'flow', network: posed, batch: 128, steps: 200, rate: 0.01, ema: 0.9 }
    const trained = await run(specOf(points, options as never, {}), points)
    model = { ...trained.model, weights: trained.model.weights.slice() }
    setting = { engine } as Setting
  })

  test('draws under it', async () => {
    using drawing = painter(model, setting)
    const at = async (condition: unknown) => {
      const drawn = await drawing.draw({ count: 64, condition } as never)
      const data = Array.from(drawn.array().data as Float32Array)
      return [0, 1].map((axis) => data.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b, 0) / 64)
    }
    const [a, b] = [await at([['pose', '1,-1']]), await at({ pose: [-1, 0.5] })]
    ;[1, -1].forEach((each, i) => expect(Math.abs(a[i]! - each)).toBeLessThan(0.4))
    ;[-1, 0.5].forEach((each, i) => expect(Math.abs(b[i]! - each)).toBeLessThan(0.4))
  })

  test('is inverted under it', async () => {
    const items = Float32Array.of(0.3, -0.2, 1.1, 0.4)
    const options = { condition: [['pose', '0.5,0']] }
    const { data } = (await encode(model, { ...options, encode: items } as never, setting)).array()
    const back = (await decode(model, { ...options, decode: data } as never, setting)).array()
    back.data.forEach((each, i) => expect(each).toBeCloseTo(items[i]!, 3))
    const other = (await encode(model, { condition: [['pose', '-0.5,0']], encode: items } as never, setting)).array()
    expect(Math.abs(Number(other.data[0]) - Number(data[0]))).toBeGreaterThan(0.1)
  })

  test('and asks for it', async () => {
    using drawing = painter(model, setting)
    await expect(drawing.draw({ count: 2 })).rejects.toThrow(/needs the condition pose/)
    await expect(drawing.draw({ count: 2, condition: [['pos', '1,2']] } as never)).rejects.toThrow(/no condition 'pos'/)
    await expect(drawing.draw({ count: 2, condition: [['pose', '1']] } as never)).rejects.toThrow(/pose/)
  })
})
