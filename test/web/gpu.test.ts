/** Training on WebGPU in a real browser, on an adapter made of software, against the CPU. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTrainer } from '../../src/app/train.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { findChromium, softwareGpu } from '../support/chromium.ts'
import { openPage, type OpenPage } from '../support/page.ts'
import type { InPage } from './gpu-page.ts'
import { smallTraining } from './training.ts'

declare const inPage: InPage

const script = fileURLToPath(new URL('gpu-page.ts', import.meta.url))

describe.skipIf(findChromium() === undefined)('WebGPU', () => {
  let opened: OpenPage
  beforeAll(async () => {
    opened = await openPage({ script, flags: softwareGpu })
  })
  afterAll(() => opened[Symbol.asyncDispose]())

  it(
    'trains with the state on the device: the losses of the CPU, and little traffic',
    { timeout: 120_000 },
    async () => {
      const steps = 12
      const there = await opened.page.evaluate((count) => inPage.trained('points', count), steps)
      const { spec, dataset } = smallTraining('points', steps)
      using trainer = await createTrainer(spec, dataset, await nodeEngine())
      for (let i = 0; i < steps; i++) {
        const { loss } = await trainer.step(steps)
        expect(Math.abs(there.losses[i]! - loss), `step ${i}`).toBeLessThan(1e-5)
      }
      expect([there.resident, there.device]).toEqual([true, 'webgpu'])
      for (const name of ['params', 'average'] as const) {
        const furthest = there[name].map((each, i) => Math.abs(each - trainer.state[name][i]!))
        expect(Math.max(...furthest), name).toBeLessThan(1e-4)
      }
      const { step, back } = there.traffic
      expect(step.up + step.down).toBeLessThan(4096)
      expect(step.waits).toBe(1)
      expect(back.down).toBeGreaterThan(4 * 4 * there.parameters)
      expect(back.down).toBeLessThan(1.1 * 4 * 4 * there.parameters)
    },
  )

  it('says what to do when the device is lost, and does it', async () => {
    const { before, errors, after } = await opened.page.evaluate(() => inPage.losing())
    expect(before).toEqual([2, 3])
    expect(errors).toHaveLength(4)
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'device',
        message: expect.stringMatching(/^the GPU is gone: ./),
        hint: expect.stringMatching(/dispose.*last checkpoint.*'cpu'/),
      })
    }
    expect(after).toEqual([3, 4])
  })

  it('writes no errors', () => expect(opened.errors).toEqual([]))
})
