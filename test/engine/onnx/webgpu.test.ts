/**
 * WebGPU in Node against the CPU: training steps with the state on the device and without, and what resident models do.
 * On a software adapter where the system's Chromium has one; skipped where there is no adapter.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { createTrainer } from '../../../src/app/train.ts'
import { describeRuntime, nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import type { Choices } from '../../../src/families/values/defaults.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { offerSoftwareGpu } from '../../support/vulkan.ts'
import { residentCases } from '../runtime/resident-cases.ts'

const offered = await offerSoftwareGpu()
const { devices } = await describeRuntime()
const available = offered && devices.some(({ device, available }) => device === 'webgpu' && available)

describe.skipIf(!available)('WebGPU', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine()
  })

  describe('a resident model', () => residentCases(() => engine, 'webgpu'))

  test.each<[string, Choices, boolean]>([
    ['of a U-Net', { unet: { widths: [8], depth: 1 }, patch: 4 }, true],
    [
      'of an MLP whose state crosses',
      { network: { className: 'MLP', config: { input_shape: [2], width: 8, layers: 1 } } },
      false,
    ],
  ])('training steps agree with the CPU: %s', { timeout: 300_000 }, async (_, choices, stays) => {
    const images = choices.unet !== undefined
    const dataset = builtinDataset(images ? 'glyphs' : 'moons', { length: 50 })
    const spec = defaultSpec({ ...dataset, classes: images ? 10 : 0 }, { batch: 2, budget: { steps: 3 }, ...choices })
    const trained = async (device: string, resident?: boolean) => {
      using trainer = await createTrainer(spec, dataset, engine, { device, resident })
      const losses: number[] = []
      for (let i = 0; i < 3; i++) losses.push((await trainer.step(3)).loss)
      await trainer.bringBack()
      return { losses, params: trainer.state.params.slice(), resident: trainer.resident }
    }
    const [cpu, gpu] = [await trained('cpu'), await trained('webgpu', stays ? undefined : false)]
    expect([cpu.resident, gpu.resident]).toEqual([false, stays])
    gpu.losses.forEach((loss, i) => expect(Math.abs(loss - cpu.losses[i]!)).toBeLessThan(1e-5))
    gpu.params.forEach((each, i) => expect(each).toBeCloseTo(cpu.params[i]!, 3))
  })
})
