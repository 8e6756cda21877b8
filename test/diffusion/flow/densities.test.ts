/** Densities of flows: they sum to one, and a flow of affine maps reaches a Gaussian's. */
import { describe, expect, test } from 'vitest'
import {
  actNorm,
  affineTransform,
  autoregressive,
  chain,
  coupling,
  logDensity,
  mixing,
  mlpConditioner,
  splineTransform,
} from '../../../src/diffusion/flow/index.ts'
import { gradients, input, mean, mul, sizeOf } from '../../../src/engine/graph/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { numbers } from '../../support/flows.ts'

const size = { width: 6, layers: 1, dropout: 0 }

describe.each([
  [
    'spline couplings',
    chain(
      [0, 1].flatMap((i) => [
        mixing([2], i),
        coupling([2], { transform: splineTransform({ bins: 4, box: 3 }), conditioner: mlpConditioner(size) }),
      ]),
    ),
  ],
  ['autoregressive affine maps', autoregressive([2], affineTransform(1), size)],
])('%s', (_, flow) => {
  test('the density sums to one', async () => {
    const [n, half] = [181, 9]
    const step = (2 * half) / (n - 1)
    const points = Float32Array.from({ length: 2 * n * n }, (__, i) => {
      const at = i >> 1
      return -half + step * (i % 2 === 0 ? Math.floor(at / n) : at % n)
    })
    const scope = new Scope()
    const log = logDensity(flow.forward(scope, input('x', [n * n, 2]), {}))
    const feeds = Object.fromEntries(scope.specs.map(({ name, shape }) => [name, numbers(name, sizeOf(shape), 0.3)]))
    const single = Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, Float32Array.from(values)]))
    using program = await compile({ log }, await nodeEngine())
    const { log: values } = await program.run({ ...single, x: points })
    const total = (values as Float32Array).reduce((sum, value) => sum + Math.exp(value) * step * step, 0)
    expect(total).toBeCloseTo(1, 2)
  })
})

test('an affine flow reaches the Gaussian of its sample', () => {
  // y = W (x e^s + b): its optimum has the sample's mean and covariance, and −log p = ½ ln det (2πe Σ)
  const flow = chain([mixing([2], 0), actNorm([2])])
  const n = 40
  const z = numbers('z', 2 * n)
  const data = z.map((_, i) => (i % 2 === 0 ? 1 + 2 * z[i]! : -1 + 0.8 * z[i]! + 1.1 * z[i - 1]!))
  const scope = new Scope()
  const loss = mul(mean(logDensity(flow.forward(scope, input('x', [n, 2]), {}))), -1)
  const parameters = scope.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const graph = [loss, ...gradients(loss, parameters)]
  const values = scope.specs.map(({ shape }) => new Float64Array(sizeOf(shape)))
  let last = Infinity
  const velocity = values.map((each) => new Float64Array(each.length))
  for (let step = 0; step < 300; step++) {
    const feeds = Object.fromEntries(scope.specs.map(({ name }, i) => [name, values[i]!]))
    const [value, ...slopes] = evaluate(graph, { ...feeds, x: data })
    last = value!.data[0]!
    slopes.forEach(({ data: slope }, i) =>
      slope.forEach((g, j) => {
        velocity[i]![j] = 0.9 * velocity[i]![j]! - 0.03 * g
        values[i]![j]! += velocity[i]![j]!
      }),
    )
  }
  const average = (of: (i: number) => number): number =>
    Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b, 0) / n
  const [a, b] = [average((i) => data[2 * i]!), average((i) => data[2 * i + 1]!)]
  const [aa, bb] = [average((i) => (data[2 * i]! - a) ** 2), average((i) => (data[2 * i + 1]! - b) ** 2)]
  const ab = average((i) => (data[2 * i]! - a) * (data[2 * i + 1]! - b))
  expect(last).toBeCloseTo(0.5 * Math.log(aa * bb - ab * ab) + Math.log(2 * Math.PI) + 1, 4)
})
