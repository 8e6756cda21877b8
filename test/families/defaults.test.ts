/** Whatever the data are, the defaults make a network that fits them. */
import { array, assert, integer, oneof, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { classesOf } from '../../src/engine/nn/condition-spec.ts'
import { frameOf } from '../../src/files/data/frame.ts'
import { strideOf } from '../../src/engine/nn/network-classes.ts'
import { networkFromConfig } from '../../src/engine/nn/registry.ts'
import { broadGroups } from '../../src/families/default-network.ts'
import { choicesOf, type TrainValues } from '../../src/families/values/choices-of.ts'
import { type Choices } from '../../src/families/values/defaults.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { checkSpec } from '../../src/families/values/spec.ts'

const side = integer({ min: 1, max: 130 })
const shapes = oneof(
  tuple(integer({ min: 1, max: 5 }), side, side),
  tuple(integer({ min: 1, max: 20 })),
  tuple(integer({ min: 1, max: 4 }), side),
)

test('the network takes what the data are cut into', () => {
  assert(
    property(shapes, integer({ min: 0, max: 12 }), integer({ min: 1, max: 1000 }), (shape, classes, length) => {
      const spec = defaultSpec({ kind: shape.length === 3 ? 'image' : 'array', shape, length, classes })
      checkSpec(spec)
      const network = networkFromConfig(spec.network.className, spec.network.config)
      expect(frameOf(shape, spec.patch, strideOf(network)).network).toEqual(network.inputShape)
      expect(classesOf(network)).toBe(classes === 0 ? 0 : classes + 1)
      expect(spec.batch).toBeLessThanOrEqual(length)
    }),
    { numRuns: 60 },
  )
})

const digits = { kind: 'image', shape: [1, 28, 28], length: 1000, classes: 10 } as const
const points = { kind: 'array', shape: [2], length: 1000, classes: 0 } as const

test('what is chosen wins, what is left out has a default', () => {
  const spec = defaultSpec(digits, {
    budget: { steps: 5 },
    batch: 3,
    objective: { parametrisation: 'epsilon', weighting: undefined },
    unet: { widths: [24, 36, 48], attention: 'lowest' },
  })
  expect(spec).toMatchObject({
    batch: 3,
    budget: { steps: 5 },
    objective: { parametrisation: 'epsilon', weighting: 'simple' },
  })
  expect(spec.network.config).toMatchObject({
    norm_num_groups: 4,
    down_block_types: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
  })
  expect(() => networkFromConfig(spec.network.className, spec.network.config)).not.toThrow()
})

test('what is light is small, and what is chosen wins there too', () => {
  expect(defaultSpec(points, { preset: 'light' })).toMatchObject({
    batch: 256,
    network: { config: { width: 64, layers: 3, time_features: 64 } },
  })
  expect(defaultSpec({ ...points, length: 20 }, { preset: 'light' }).batch).toBe(20)
  expect(defaultSpec(digits, { preset: 'light' })).toMatchObject({
    batch: 32,
    network: { config: { block_out_channels: [16, 32] } },
  })
  const chosen = defaultSpec(digits, { preset: 'light', batch: 4, unet: { widths: [8, 16], depth: undefined } })
  expect(chosen).toMatchObject({ batch: 4, network: { config: { block_out_channels: [8, 16], layers_per_block: 1 } } })
  expect(defaultSpec(digits, { preset: 'usual' })).toEqual(defaultSpec(digits))
  const network = { preset: 'light', network: { className: 'MLP', config: {} } }
  expect(() => choicesOf(network as TrainValues, {})).toThrow('`preset: light`')
})

const videos = { kind: 'video', shape: [1, 4, 32, 32], length: 100, classes: 10 } as const

test.each([
  ['pictures', digits, {}, true],
  ['videos', videos, {}, true],
  ['points', points, {}, undefined],
  ['what is light', digits, { preset: 'light' }, undefined],
  ['another prediction', digits, { objective: { parametrisation: 'epsilon' } }, undefined],
  ['another weighting', digits, { objective: { weighting: 'simple' } }, undefined],
  ['levels that are weighed by their error', digits, { objective: { learnedWeights: true } }, undefined],
  ['learned variances', digits, { learnVariance: true }, undefined],
  ['few steps', digits, { fewSteps: true }, undefined],
  ['given frames', videos, { given: { nothing: 0.25 } }, undefined],
  ['a network of the user', digits, { network: { className: 'UNet2DModel', config: {} } }, undefined],
  ['who says no', digits, { selfConditioning: false }, undefined],
  ['who says yes', points, { selfConditioning: true }, true],
] as const)('is told its own estimates by default, or not: %s', (_, setting, choices, told) => {
  const { selfConditioning, network } = defaultSpec(setting, choices as Choices)
  expect(selfConditioning).toBe(told)
  const conditions = (network.config['conditions'] ?? {}) as object
  expect('estimate' in conditions).toBe(told === true)
})

test('a network of the user gets its sizes from the data, and keeps what it says itself', () => {
  const config = { block_out_channels: [32, 32], num_class_embeds: 10 }
  const blocks = { down_block_types: ['DownBlock2D', 'DownBlock2D'], up_block_types: ['UpBlock2D', 'UpBlock2D'] }
  const spec = defaultSpec(digits, {
    patch: 1,
    network: { className: 'UNet2DModel', config: { ...config, ...blocks } },
  })
  expect(spec.network.config).toMatchObject({ sample_size: 28, in_channels: 1, num_class_embeds: 10 })
  expect(spec.objective.labelDropout).toBe(0)
  const dit = defaultSpec(digits, {
    network: { className: 'DiT', config: { hidden_size: 32, num_attention_heads: 2 } },
  })
  expect(networkFromConfig('DiT', dit.network.config).inputShape).toEqual([4, 14, 14])
})

test('each schedule has what suits it', () => {
  const objective = (noise: object, parametrisation?: 'edm') => {
    const spec = defaultSpec(digits, { noise, objective: { parametrisation } })
    checkSpec(spec)
    return spec.objective
  }
  expect(objective({})).toMatchObject({ parametrisation: 'v', weighting: 'sigmoid' })
  expect(objective({ schedule: 'cosine' })).toMatchObject({ parametrisation: 'v', weighting: 'sigmoid' })
  expect(objective({ schedule: 'rectified-flow' })).toMatchObject({ parametrisation: 'flow', weighting: 'simple' })
  expect(objective({ schedule: 've' })).toMatchObject({ parametrisation: 'score', weighting: 'snr' })
  expect(objective({ schedule: 'edm' })).toMatchObject({
    parametrisation: 'edm',
    weighting: 'edm',
    times: { name: 'log-normal' },
  })
  expect(objective({}, 'edm').times).toBeUndefined()
  expect(defaultSpec(digits, { noise: { schedule: 'vp', betaMax: 10, table: undefined } }).noise).toEqual({
    schedule: 'vp',
    betaMax: 10,
  })
})

test('the usual network for pictures learns by Muon, others by AdamW, each at its own rate', () => {
  expect(defaultSpec(digits).optimizer).toMatchObject({ name: 'muon', rate: 3e-3 })
  expect(defaultSpec(digits, { optimizer: { name: 'adamw' } }).optimizer).toMatchObject({ name: 'adamw', rate: 1e-3 })
  expect(defaultSpec(digits, { optimizer: { rate: 5e-4 } }).optimizer).toMatchObject({ name: 'muon', rate: 5e-4 })
  const others: Parameters<typeof defaultSpec>[] = [
    [digits, { preset: 'light' }],
    [digits, { fewSteps: true }],
    [digits, { network: { className: 'DiT', config: {} } }],
    [{ ...digits, kind: 'array' }],
    [{ kind: 'points', shape: [2], length: 100, classes: 0 }],
  ]
  for (const each of others) {
    const { optimizer } = defaultSpec(...each)
    expect(optimizer.name).toBeUndefined()
    expect(optimizer.rate).toBe(1e-3)
  }
  expect(defaultSpec(digits, { fewSteps: true }).objective.weighting).toBe('simple')
  expect(defaultSpec(digits, { learnVariance: true }).objective.weighting).toBe('simple')
})

test('a network that learns variances has twice the channels out', () => {
  const out = (setting: Parameters<typeof defaultSpec>[0]) => {
    const { network } = defaultSpec(setting, { learnVariance: true })
    return networkFromConfig(network.className, network.config).outputShape
  }
  expect(out(digits)).toEqual([8, 14, 14])
  expect(out({ kind: 'points', shape: [2], length: 100, classes: 0 })).toEqual([4])
})

test('groups of an autoencoder divide its widths, and none is narrower than eight channels', () => {
  const width = integer({ min: 1, max: 64 }).map((n) => 4 * n)
  assert(
    property(array(width, { minLength: 1, maxLength: 4 }), (widths) => {
      const groups = broadGroups(widths)
      for (const each of widths) {
        expect(each % groups).toBe(0)
        expect(groups === 1 || each / groups >= 8).toBe(true)
      }
    }),
  )
  expect(broadGroups([32, 64, 64])).toBe(4)
  expect(broadGroups([28, 56])).toBe(2)
})
