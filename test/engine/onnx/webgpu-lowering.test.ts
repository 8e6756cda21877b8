/**
 * Every operator on WebGPU against the slow reference evaluator: values, gradients, gradients of gradients. On a software adapter
 * where the system's Chromium has one; skipped where there is no adapter.
 */
import { describe, expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { describeRuntime } from '../../../src/engine/runtime/node/index.ts'
import { offerSoftwareGpu } from '../../support/vulkan.ts'
import { type GradientCase, gradientCases } from '../graph/gradient-cases.ts'
import { compare, upToSecondOrder } from './compare.ts'

const offered = await offerSoftwareGpu()
const { devices } = await describeRuntime()
const available = offered && devices.some(({ device, available }) => device === 'webgpu' && available)

/** Transposed convolutions in three dimensions, which the runtime does not have there. */
const refused = '3-D'

const onGpu = ({ at, build }: GradientCase): Promise<void> => {
  const inputs = at.map(({ shape }, i) => input(`x${i}`, shape, 'float64'))
  const feeds = Object.fromEntries(at.map(({ data }, i) => [`x${i}`, data]))
  return compare(upToSecondOrder(build(...inputs), inputs), feeds, { provider: 'webgpu' }, 5e-4, 'webgpu')
}

describe.skipIf(!available)('on WebGPU', () => {
  test.each(Object.entries(gradientCases))('%s', async (_, cases) => {
    for (const each of cases.filter(({ name }) => name !== refused)) {
      await onGpu(each).catch((cause: unknown) => {
        throw new Error(each.name, { cause })
      })
    }
  })

  test('transposed convolutions in three dimensions are refused, not wrong', async () => {
    const found = [...gradientCases.conv, ...gradientCases.convInput].filter(({ name }) => name === refused)
    expect(found).toHaveLength(2)
    for (const each of found) await expect(onGpu(each)).rejects.toMatchObject({ code: 'device' })
  })
})
