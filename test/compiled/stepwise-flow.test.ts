/** The gradient through the solve: unrolled in one graph, by a loop over compiled steps, and by finite differences. */
import { describe, expect, test } from 'vitest'
import { modelField } from '../../src/compiled/field.ts'
import { flowLikelihood } from '../../src/diffusion/ode-flow/index.ts'
import { gradients, mean } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/index.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { mlp } from '../../src/engine/nn/mlp.ts'
import { parametersOf } from '../../src/engine/nn/network.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { fold, key, normal, rademacher } from '../../src/engine/random/index.ts'
import { compile } from '../../src/engine/runtime/program.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { type FlowSpec } from '../../src/families/cnf/flow-spec.ts'
import { stepwise, type TrainingSolve, unrolledLoss } from '../../src/families/cnf/training-solve.ts'

const engine = await nodeEngine()
const items = 4

function setUp(flow: Partial<FlowSpec>, classes: number | null = null) {
  const network = mlp({ input_shape: [2], width: 8, layers: 1, num_class_embeds: classes })
  const layout = parametersOf(network)
  const spec = {
    solver: 'rk4',
    steps: 2,
    trace: 'exact',
    kinetic: 0.3,
    jacobian: 0.2,
    timeScale: 5,
    values: null,
  } as const
  const loss = { kinetic: 0.3, jacobian: 0.2, unit: 0.7, stretch: 0.5 }
  const solve: TrainingSolve = { network, layout, flow: { ...spec, ...flow }, loss }
  const scope = new Scope()
  const graph = unrolledLoss(solve, scope, items)
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const weights = initialize(layout, key(3))
  const arrays = (at: Float32Array | Float64Array) =>
    Object.fromEntries(
      layout.specs.map(({ name }) => [name, at.subarray(layout.offset(name)).subarray(0, sizeOf(name))]),
    )
  const sizeOf = (name: string): number => layout.view(weights, name).length
  const feeds = {
    x0: normal(key('x'), new Float32Array(2 * items)),
    probe: rademacher(key('probe'), new Float32Array(2 * items)),
    shift: new Float32Array(items).fill(0.3),
    labels: Int32Array.from({ length: items }, (_, i) => i % (classes ?? 1)),
  }
  return { solve, graph, layout, parameters, weights, arrays, feeds }
}

describe('the gradient of the unrolled loss', () => {
  test.each<[string, Partial<FlowSpec>, number | null]>([
    ['rk4, exact trace', {}, null],
    ['midpoint, one probe', { solver: 'midpoint', trace: 'rademacher' }, null],
    ['euler, classes', { solver: 'euler' }, 3],
  ])('is that of finite differences: %s', (_, flow, classes) => {
    const { graph, parameters, layout, weights, arrays, feeds } = setUp(flow, classes)
    const exact = Float64Array.from(weights)
    const found = evaluate(gradients(graph.loss, parameters), { ...feeds, ...arrays(exact) })
    for (let direction = 0; direction < 3; direction++) {
      const along = normal(fold(key('along'), direction), new Float64Array(exact.length))
      const at = (h: number): number =>
        evaluate([graph.loss], { ...feeds, ...arrays(exact.map((w, i) => w + h * along[i]!)) })[0].data[0]!
      const slope = (at(1e-4) - at(-1e-4)) / 2e-4
      let product = 0
      found.forEach(({ data }, i) => {
        const from = layout.offset(layout.specs[i]!.name)
        data.forEach((value, j) => (product += value * along[from + j]!))
      })
      expect(Math.abs(product - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)))
    }
  })

  test.each<[string, Partial<FlowSpec>, number | null]>([
    ['rk4, exact trace', {}, null],
    ['midpoint, one probe, classes', { solver: 'midpoint', trace: 'gaussian' }, 3],
  ])('is that of the loop over steps, to rounding: %s', async (_, flow, classes) => {
    const { solve, graph, layout, parameters, weights, arrays, feeds } = setUp(flow, classes)
    const outputs = Object.fromEntries(
      gradients(mean(graph.itemLoss), parameters).map((each, i) => [`gradient:${layout.specs[i]!.name}`, each]),
    )
    using unrolled = await compile({ loss: graph.loss, itemLoss: graph.itemLoss, ...outputs }, engine, { threads: 1 })
    using loop = await stepwise(solve).compile(items, 0.5, engine, { threads: 1 })
    const given = { ...feeds, ...arrays(weights) }
    const [whole, stepped] = [await unrolled.run(given), await loop.run(given)]
    expect(stepped.loss![0]).toBeCloseTo(0.5 * (whole.loss![0] as number), 5)
    for (const [name, values] of Object.entries(whole)) {
      if (name === 'loss') continue
      const share = name === 'itemLoss' ? 1 : 0.5
      const size = Math.max(...Array.from(values, (value) => Math.abs(Number(value))), 1e-3)
      values.forEach((value, i) =>
        expect(Math.abs(Number(stepped[name]![i]) - share * Number(value))).toBeLessThan(2e-5 * size),
      )
    }
    // a second run begins anew
    expect((await loop.run(given)).loss![0]).toBe(stepped.loss![0])
  })
})

describe('a network as a field', () => {
  const { solve, graph, weights, arrays, feeds } = setUp({ steps: 4, kinetic: 0, jacobian: 0 })
  const model = { ...solve, weights, timeScale: 5, unconditionalLabel: undefined }

  test('has the likelihood on the grid that was unrolled', async () => {
    using field = await modelField(model, engine, { batch: 8, threads: 1 })
    const { logDensity, evaluations } = await flowLikelihood(field, feeds.x0, { solver: { name: 'rk4', steps: 4 } })
    const { itemLoss } = unrolledLoss({ ...solve, loss: {} }, new Scope(), items)
    const cost = evaluate([itemLoss], { ...feeds, shift: [0, 0, 0, 0], ...arrays(weights) })[0].data
    logDensity.forEach((log, i) => expect(-log).toBeCloseTo(cost[i]!, 4))
    expect(evaluations).toBe(16)
    expect(graph.itemLoss.shape).toEqual([items])
  })

  test('makes densities that sum to one on a grid', async () => {
    const [side, reach] = [49, 6]
    const cell = (2 * reach) / (side - 1)
    const x = Float64Array.from({ length: 2 * side * side }, (_, i) => {
      const place = Math.floor(i / 2)
      return -reach + cell * (i % 2 === 0 ? place % side : Math.floor(place / side))
    })
    using field = await modelField(model, engine, { batch: side * side, threads: 1 })
    const { logDensity } = await flowLikelihood(field, x, { solver: { name: 'rk4', steps: 8 } })
    const total = logDensity.reduce((sum, log) => sum + Math.exp(log) * cell * cell, 0)
    expect(total).toBeCloseTo(1, 3)
  })
})
