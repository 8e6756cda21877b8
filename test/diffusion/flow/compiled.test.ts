/** Whole flows in single precision: there and back, against the reference evaluator, whatever the batch. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flowDensity } from '../../../src/compiled/flow-density.ts'
import { flowInverse } from '../../../src/compiled/flow-inverse.ts'
import { flowFromConfig, isSequential, roundsOf } from '../../../src/diffusion/flow/index.ts'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { numbers } from '../../support/flows.ts'

const flows = [
  ['CouplingFlow', { input_shape: [3], couplings: 3, width: 16, layers: 1 }],
  ['CouplingFlow', { input_shape: [1, 4, 4], couplings: 2, width: 16, transform: 'affine', num_class_embeds: 3 }],
  ['AutoregressiveFlow', { input_shape: [5], width: 16, layers: 1, conditions: { pose: { kind: 'vector', size: 2 } } }],
  ['GlowFlow', { sample_size: 8, in_channels: 1, levels: 2, steps: 2, width: 8, num_class_embeds: 2 }],
  [
    'TarFlow',
    { sample_size: 4, patch_size: 2, maps: 2, width: 16, layers: 1, heads: 2, shades: 4, bins: 4, inner: 16 },
  ],
  ['TarFlow', { sample_size: 8, patch_size: 4, maps: 2, width: 16, layers: 1, heads: 2, num_class_embeds: 2 }],
] as const

let engine: Awaited<ReturnType<typeof nodeEngine>>
beforeAll(async () => (engine = await nodeEngine()))
afterAll(() => undefined)

describe.each(flows)('%s %j', (name, config) => {
  const network = flowFromConfig(name, config)
  const layout = parametersOf(network)
  const weights = Float32Array.from(numbers(name, layout.size, 0.1))
  const model = { network, layout, weights }
  const size = sizeOf(network.inputShape)
  // splines of shades are for what shades can be
  const items = Float32Array.from(numbers('items', 3 * size, 0.7), (x) => Math.max(-1.2, Math.min(1.2, x)))
  const conditions = Object.fromEntries(
    Object.entries(network.conditions).map(([each, spec]) => [
      each,
      spec.kind === 'class' ? Int32Array.of(0, 1, 1) : Float32Array.from(numbers('pose', 6)),
    ]),
  )

  test('there and back again', async () => {
    using density = await flowDensity(model, engine, { batch: 4 })
    using inverse = await flowInverse(model, engine, { batch: 4 })
    const { latents, logDensity } = await density.of(items, { conditions })
    const again = await inverse.of(latents, { conditions })
    again.forEach((value, i) => expect(Math.abs(value - items[i]!)).toBeLessThan(1e-4))
    expect(Math.max(...Array.from(latents, (z, i) => Math.abs(z - items[i]!)))).toBeGreaterThan(0.01)
    expect(logDensity.every(Number.isFinite)).toBe(true)
  })

  test('an item does not depend on its batch', async () => {
    using few = await flowInverse(model, engine, { batch: 1 })
    using many = await flowInverse(model, engine, { batch: 3 })
    const z = Float32Array.from(numbers('z', 3 * size, 0.7))
    const all = await many.of(z, { conditions })
    const last = Object.fromEntries(
      Object.entries(conditions).map(([each, array]) => [each, array.slice((array.length / 3) * 2)]),
    )
    const alone = await few.of(z.slice(2 * size), { conditions: last })
    alone.forEach((value, i) => expect(Math.abs(value - all[2 * size + i]!)).toBeLessThan(1e-5))
  })

  test('says whether its way back is a sequence', () => {
    const sequential = name === 'AutoregressiveFlow' || name === 'TarFlow'
    expect(isSequential(network.bijection)).toBe(sequential)
    expect(roundsOf(network.bijection) > 3).toBe(sequential)
  })
})

test.each([
  ['CouplingFlow', { input_shape: [1] }, /cannot be cut/],
  ['CouplingFlow', { input_shape: [2], bins: 1 }, /bins is 1/],
  ['CouplingFlow', { input_shape: [2], transform: 'cubic' }, /transform is "cubic"/],
  ['GlowFlow', { sample_size: 10 }, /multiples of 4/],
  ['TarFlow', { sample_size: 9 }, /multiples/],
  ['TarFlow', { sample_size: 8, heads: 3 }, /3 heads/],
  ['NoFlow', {}, /expected one of/],
])('%s %j is refused', (name, config, message) => {
  expect(() => flowFromConfig(name, config)).toThrow(message)
})
