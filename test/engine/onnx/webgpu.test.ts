/** The training step of a small U-Net on WebGPU against the CPU's; skipped where there is no adapter. */
import { expect, test } from 'vitest'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { describeRuntime, nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../../src/families/values/defaults.ts'
import { createTrainer } from '../../../src/app/train.ts'

const { devices } = await describeRuntime()
const available = devices.some(({ device, available }) => device === 'webgpu' && available)

test.skipIf(!available)('three training steps agree with the CPU', { timeout: 300_000 }, async () => {
  const dataset = builtinDataset('glyphs', { length: 50 })
  const spec = defaultSpec({ ...dataset, classes: 10 }, { batch: 2, budget: { steps: 3 }, unet: { widths: [16, 16] } })
  const losses = async (device: string): Promise<number[]> => {
    using trainer = await createTrainer(spec, dataset, await nodeEngine(), { device })
    const all: number[] = []
    for (let i = 0; i < 3; i++) all.push((await trainer.step(3)).loss)
    return all
  }
  const [cpu, gpu] = [await losses('cpu'), await losses('webgpu')]
  gpu.forEach((loss, i) => expect(loss).toBeCloseTo(cpu[i]!, 4))
})
