/** Runs with Muon: resumed bit for bit, the same in threads, and a state of its own name. */
import { beforeAll, expect, test } from 'vitest'
import { train } from '../../../src/app/train.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { type Checkpoint, encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const moons = builtinDataset('moons', { length: 50 })
const specWith = (name: string) =>
  defaultSpec(
    { ...moons, classes: 0 },
    {
      batch: 8,
      network: { className: 'MLP', config: { input_shape: [2], width: 16, layers: 2 } },
      budget: { steps: 8 },
      optimizer: { name, rate: 0.01 },
    },
  )

async function checkpointsOf(name: string, from?: Checkpoint): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = []
  const options = { threads: 1, checkpointEvery: 4, from }
  for await (const event of train({ spec: specWith(name), dataset: moons, engine, ...options })) {
    if (event.type === 'checkpoint') checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
  }
  return checkpoints
}

test('a resumed run is the same run, bit for bit', async () => {
  const [, middle, end] = await checkpointsOf('muon')
  expect([middle!.state.step, middle!.optimizer]).toEqual([4, 'muon'])
  const again = (await checkpointsOf('muon', middle)).at(-1)!
  expect(again.state).toEqual(end!.state)
})

test('a run of another optimiser cannot go on with it', async () => {
  const [begin] = await checkpointsOf('muon')
  await expect(checkpointsOf('adamw', begin)).rejects.toThrow(
    'the checkpoint has the state of muon, and the optimiser is adamw',
  )
})
