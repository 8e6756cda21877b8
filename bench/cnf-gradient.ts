/** The gradient of the unrolled loss in the parameters, against central differences of the same loss along several directions. */
import { compile } from '../src/engine/runtime/program.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { gradients } from '../src/engine/graph/index.ts'
import { initialize } from '../src/engine/nn/initialize.ts'
import { mlp } from '../src/engine/nn/mlp.ts'
import { parametersOf } from '../src/engine/nn/network.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import { fold, key, normal } from '../src/engine/random/index.ts'
import { unrolledLoss } from '../src/families/cnf/training-solve.ts'

/** The largest relative difference over a few directions. */
export async function gradientError(engine: Engine, directions = 4): Promise<number> {
  const network = mlp({ input_shape: [2], width: 64, layers: 3 })
  const layout = parametersOf(network)
  const flow = {
    solver: 'rk4',
    steps: 6,
    trace: 'exact',
    kinetic: 0.01,
    jacobian: 0.01,
    timeScale: 10,
    values: null,
  } as const
  const items = 64
  const scope = new Scope()
  const { loss } = unrolledLoss({ network, layout, flow, loss: { kinetic: 0.01, jacobian: 0.01 } }, scope, items)
  const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs = Object.fromEntries(
    gradients(loss, parameters).map((gradient, i) => [`gradient:${layout.specs[i]!.name}`, gradient]),
  )
  using program = await compile({ loss, ...outputs }, engine)
  const weights = initialize(layout, key(0))
  const x0 = normal(key('data'), new Float32Array(2 * items))
  const run = (at: Float32Array) =>
    program.run({
      x0,
      shift: new Float32Array(items),
      ...Object.fromEntries(Array.from(layout.toMap(at), ([name, { data }]) => [name, data])),
    })
  const here = await run(weights)
  let worst = 0
  for (let i = 0; i < directions; i++) {
    // along the gradient in half of the parameters: in other directions single precision sees too little
    const half = normal(fold(key('direction'), i), new Float32Array(layout.size))
    const direction = new Float32Array(layout.size)
    for (const { name } of layout.specs) layout.view(direction, name).set(here[`gradient:${name}`] as Float32Array)
    for (let j = 0; j < half.length; j++) if (half[j]! < 0) direction[j] = 0
    const length = Math.hypot(...direction)
    for (let j = 0; j < direction.length; j++) direction[j]! /= length
    const h = 5e-3
    const at = async (sign: number): Promise<number> =>
      (await run(weights.map((w, j) => w + sign * h * direction[j]!))).loss![0] as number
    const difference = ((await at(1)) - (await at(-1))) / (2 * h)
    let product = 0
    for (const { name } of layout.specs) {
      const [gradient, along] = [here[`gradient:${name}`]!, layout.view(direction, name)]
      for (let j = 0; j < along.length; j++) product += (gradient[j] as number) * along[j]!
    }
    worst = Math.max(worst, Math.abs(product - difference) / Math.abs(product))
  }
  return worst
}
