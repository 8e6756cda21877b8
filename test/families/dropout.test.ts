/** Dropout of a network that is trained: masks are fed, a run resumes bit for bit, and nothing is dropped in sampling. */
import { beforeAll, expect, test } from 'vitest'
import { train } from '../../src/app/train.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { specOf } from '../../src/families/values/spec-of.ts'
import { valueProblem } from '../../src/families/values/problem.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import type { Checkpoint } from '../../src/tools/train/checkpoint.ts'
import { countMasks, maskNames } from './masks-by-step.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const moons = builtinDataset('moons', { length: 64 })
const specWith = (dropout: number) =>
  defaultSpec(
    { ...moons, classes: 0 },
    { budget: { steps: 4 }, batch: 16, network: { className: 'MLP', config: { width: 16, layers: 2, dropout } } },
  )

test('masks are a function of the step alone, and there are none without dropout', async () => {
  expect(countMasks(await valueProblem(specWith(0.25), moons), 0.25)).toBe(2)
  expect(maskNames(await valueProblem(specWith(0), moons))).toEqual([])
})

test('a U-Net drops between the two convolutions of each residual block', async () => {
  const glyphs = builtinDataset('glyphs', { length: 16 })
  const spec = await specOf(glyphs, { steps: 1, batch: 2, widths: [8, 16], depth: 1, dropout: 0.2 }, {})
  expect(spec.network.config['dropout']).toBe(0.2)
  const { feeds } = (await valueProblem(spec, glyphs)).emptyBatch()
  const masks = Object.entries(feeds).flatMap(([name, { length }]) => (name.startsWith('dropout') ? [length] : []))
  // down, middle and up: one block at each resolution, two, and two at each
  const [high, low] = [2 * 8 * 14 * 14, 2 * 16 * 7 * 7]
  expect(masks).toEqual([high, low, low, low, low, low, high, high])
  const few = { steps: 1, objective: 'consistency', dropout: 0.2 }
  await expect(specOf(glyphs, few, {})).rejects.toThrow('in few steps is learned without')
})

test('continued from a checkpoint, everything is as if nothing had happened; and it is not a run without', async () => {
  const run = async (dropout: number, from?: Checkpoint) => {
    const [losses, checkpoints]: [number[], Checkpoint[]] = [[], []]
    for await (const event of train({ spec: specWith(dropout), dataset: moons, engine, checkpointEvery: 2, from })) {
      if (event.type === 'step') losses.push(event.loss)
      if (event.type === 'checkpoint') checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
    }
    return { losses, checkpoints }
  }
  const whole = await run(0.25)
  const rest = await run(0.25, structuredClone(whole.checkpoints.find(({ state }) => state.step === 2)!))
  expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
  expect(rest.losses).toEqual(whole.losses.slice(2))
  expect((await run(0)).losses).not.toEqual(whole.losses)
})
