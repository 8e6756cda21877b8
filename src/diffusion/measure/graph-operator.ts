/** Any differentiable function of the graph as a measurement: its derivatives are worked out symbolically. */
import { type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { gradients, input, type Tensor } from '../../engine/graph/index.ts'
import { evaluate } from '../../engine/graph/reference/index.ts'
import { compile, type Program } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { Operator } from './operator.ts'

/** The function, and where it runs. */
export interface GraphOperatorOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly name?: string
  readonly from: readonly number[]
  /** A(x) as an expression: `[1, ...from]` → `[1, ...to]`. */
  forward(x: Tensor): Tensor
  /** Compiles it, to single precision; left out, it is evaluated in double precision without a runtime, slowly. */
  readonly engine?: Engine
}

/** An operator that may hold compiled programs. */
export interface GraphOperator extends Operator, Disposable {
  dispose(): void
}

/**
 * The operator of an expression. The pullback is its gradient, and the pushforward, (∂A/∂x) u, the gradient of that in its own
 * seed: gradients are expressions, so gradients of gradients come for free.
 *
 * @example
 * const sensor = await graphOperator({ from: [16], forward: (x) => tanh(mul(x, 3)) })
 */
export async function graphOperator(options: GraphOperatorOptions): Promise<GraphOperator> {
  const { name = 'expression', from, engine, ...session } = options
  const x = input('x', [1, ...from])
  const y = options.forward(x)
  if (y.shape[0] !== 1) throw new TweedieError('shape', `${name}: gave [${y.shape.join(', ')}], expected one item`)
  const [u, v] = [input('u', x.shape), input('v', y.shape)]
  const pullback = gradients(y, [x], v)[0]!
  // ⟨pullback(v), u⟩ is linear in v, so its gradient in v is the product with u.
  const pushforward = gradients(pullback, [v], u)[0]!
  const { device, threads } = session
  const compileSession = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  const maps = await Promise.all([y, pullback, pushforward].map((output) => mapOf(output, engine, compileSession)))
  const [forward, back, push] = maps as [GraphMap, GraphMap, GraphMap]
  const [n, m] = [sizeOf(from), sizeOf(y.shape)]
  const dispose = (): void => maps.forEach((map) => map.program?.dispose())
  return {
    name,
    from,
    to: y.shape.slice(1),
    forward: (x) => forward.run({ x: [n, x] }, m),
    pushforward: (x, u) => push.run({ x: [n, x], u: [n, u] }, m),
    pullback: (x, v) => back.run({ x: [n, x], v: [m, v] }, n),
    dispose,
    [Symbol.dispose]: dispose,
  }
}

interface GraphMap {
  readonly program: Program | undefined
  run(feeds: Readonly<Record<string, readonly [number, FloatArray]>>, length: number): Promise<Float64Array>
}

/** An output as a function of batches, item by item. */
async function mapOf(output: Tensor, engine: Engine | undefined, session: SessionOptions): Promise<GraphMap> {
  const program = engine && (await compile({ output }, engine, session))
  return {
    program,
    async run(feeds, length) {
      const names = Object.keys(feeds)
      const [size, first] = feeds[names[0]!]!
      const out = new Float64Array((first.length / size) * length)
      for (let item = 0; item * size < first.length; item++) {
        const each = names.map((name) => {
          const [size, array] = feeds[name]!
          const slice = array.subarray(item * size, (item + 1) * size)
          return [name, program ? Float32Array.from(slice) : slice] as const
        })
        out.set(await runItem(Object.fromEntries(each)), item * length)
      }
      return out

      async function runItem(item: Readonly<Record<string, FloatArray>>): Promise<ArrayLike<number>> {
        if (!program) return evaluate([output], item)[0]!.data as Float64Array
        const known = Object.fromEntries([...program.inputs.keys()].map((name) => [name, item[name]!]))
        return (await program.run(known)).output as Float32Array
      }
    },
  }
}
