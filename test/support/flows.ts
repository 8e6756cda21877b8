/** Flows in double precision: random parameters, and Jacobians by differences of the reference evaluator. */
import { input, sizeOf } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/index.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { fold, key, normal } from '../../src/engine/random/index.ts'
import type { Bijection, Mapped } from '../../src/diffusion/flow/index.ts'

/** Numbers of a key. */
export const numbers = (name: string, size: number, std = 1): Float64Array =>
  normal(fold(key(7), name), new Float64Array(size)).map((x) => x * std)

/** A bijection with random parameters, evaluated in double precision. */
export function evaluated(bijection: Bijection, { batch = 1, std = 0.3, width = 0 } = {}) {
  const condition = width > 0 ? input('condition', [batch, width]) : undefined
  const scope = new Scope()
  const x = input('x', [batch, ...bijection.shape])
  const y = input('y', [batch, ...bijection.outputShape])
  const there = bijection.forward(scope, x, { condition })
  const back = bijection.inverse?.(scope, y, { condition })
  const round = bijection.sequential?.step(scope, y, x, { condition })
  const feeds: Record<string, ArrayLike<number>> = Object.fromEntries(
    scope.specs.map(({ name, shape }) => [name, numbers(name, sizeOf(shape), std)]),
  )
  if (width > 0) feeds['condition'] = numbers('condition', batch * width)
  const run = ({ y: out, logDet }: Mapped, values: Record<string, ArrayLike<number>>) => {
    const [made, log] = evaluate([out, logDet], { ...feeds, ...values })
    return { values: made.data as Float64Array, logDet: log.data as Float64Array }
  }
  return {
    specs: scope.specs,
    feeds,
    forward: (values: ArrayLike<number>) => run(there, { x: values }),
    inverse(values: ArrayLike<number>): Float64Array {
      if (back) return run(back, { y: values }).values
      let state: Float64Array = new Float64Array(values.length)
      for (let i = 0; i < bijection.sequential!.rounds; i++) {
        state = evaluate([round!], { ...feeds, y: values, x: state })[0].data as Float64Array
      }
      return state
    },
    inverseLogDet: (values: ArrayLike<number>) => run(back!, { y: values }).logDet,
  }
}

/** ∂y/∂x of one item, row by row, by central differences in double precision. */
export function jacobian(map: (x: Float64Array) => Float64Array, x: Float64Array, step = 1e-5): Float64Array {
  const size = x.length
  const out = new Float64Array(size * size)
  for (let j = 0; j < size; j++) {
    const moved = (by: number): Float64Array => map(x.map((value, i) => (i === j ? value + by : value)))
    // fourth order, so that the differences themselves are exact to about 1e-11
    const [a, b, c, d] = [moved(2 * step), moved(step), moved(-step), moved(-2 * step)]
    for (let i = 0; i < size; i++) out[i * size + j] = (-a[i]! + 8 * b[i]! - 8 * c[i]! + d[i]!) / (12 * step)
  }
  return out
}
