/** A perceptron with one time for all items, without norms, and with fewer features of the time. */
import { expect, test } from 'vitest'
import { broadcastTo, gradients, input, square, sum, topological } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { mlp } from '../../../src/engine/nn/mlp.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../../src/engine/nn/registry.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { inputView } from '../../../src/diffusion/denoise/input-view.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'

const x = input('x', [3, 2])
const t = input('t', [1])

test.each([
  ['without classes', {}],
  ['with classes, without norms', { num_class_embeds: 4, norm: false }],
])('one time is the same as that time for each item, in values and gradients: %s', (_, config) => {
  const network = mlp({ input_shape: [2], width: 6, layers: 2, ...config })
  expect(network.sharedTime).toBe(true)
  const layout = parametersOf(network)
  const scope = new Scope()
  const conditions = 'num_class_embeds' in config ? { labels: input('labels', [3], 'int32') } : {}
  const outputs = [t, broadcastTo(t, [3])].map((time) => network.build(scope, { x, t: time, conditions }))
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const feeds = {
    x: normal(key(1), new Float64Array(6)),
    t: [3.5],
    labels: [0, 3, 1],
    ...Object.fromEntries(layout.toMap(initialize(layout, key(2)))),
  }
  const [shared, each] = outputs.map((y) => evaluate([y, ...gradients(sum(square(y)), parameters)], feeds))
  expect(shared![0]!.data.some((value) => value !== 0)).toBe(true)
  shared!.forEach(({ data }, i) => data.forEach((value, j) => expect(value).toBeCloseTo(each![i]!.data[j]!, 10)))
})

test('without norms it has no normalisation, and its configuration says so', () => {
  const [plain, normed] = [mlp({ input_shape: [2], norm: false }), mlp({ input_shape: [2] })]
  expect(plain.config.norm).toBe(false)
  expect(normed.config).not.toHaveProperty('norm')
  expect(networkFromConfig('MLP', plain.config).config).toEqual(plain.config)
  const built = (network: typeof plain) => topological([network.build(new Scope(), { x, t })]).map(({ op }) => op)
  expect(built(plain)).not.toContain('normalize')
  expect(built(normed)).toContain('normalize')
  expect(parametersOf(plain).specs.some(({ name }) => name.includes('norm'))).toBe(false)
  expect(() => mlp({ input_shape: [2], norm: 'no' as never })).toThrow(/norm/)
})

test('it has as many features of the time as its configuration says', () => {
  const [few, usual] = [mlp({ input_shape: [2], width: 8, time_features: 6 }), mlp({ input_shape: [2], width: 8 })]
  expect(networkFromConfig('MLP', few.config).config).toEqual(few.config)
  expect(few.config.time_features).toBe(6)
  // files that say nothing have 256
  expect(usual.config).not.toHaveProperty('time_features')
  const shapes = [few, usual].map((network) => {
    const { specs } = parametersOf(network)
    return specs.find(({ name }) => name === 'time_embedding.linear_1.weight')!.shape
  })
  expect(shapes).toEqual([
    [8, 6],
    [8, 256],
  ])
  expect(() => mlp({ input_shape: [2], time_features: 0 })).toThrow(/time_features/)
})

test('the view `slow` is ten units of time', () => {
  const view = inputView('slow', rectifiedFlow())
  expect([view.scale(0.3), view.time(0.3), view.time(1)]).toEqual([1, 3, 10])
})
