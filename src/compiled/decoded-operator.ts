/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Measurements of what is decoded, A ∘ D, with A any operator on items and D an expression: their derivatives are
 *
 *     (∂(A ∘ D)/∂x) u = (∂A/∂y) (∂D/∂x) u,   (∂(A ∘ D)/∂x)ᵀ v = (∂D/∂x)ᵀ (∂A/∂y)ᵀ v   at y = D(x),
 *
 * with those of D from the graph. A whole batch goes through D at a time.
 *
 * Rout et al., Solving Linear Inverse Problems Provably via Posterior Sampling with Latent Diffusion Models (2023), section 3,
 * https://arxiv.org/abs/2307.00619
 */
import { type KnownArray, gradients, input, sizeOf, type Tensor } from '../engine/graph/index.ts'
import { compile, type Program } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { type FloatArray } from '../diffusion/denoise/denoiser.ts'
import { isLinear, type Operator } from '../diffusion/measure/operator.ts'
import { TweedieError } from '../errors.ts'

/** What is decoded, and where. */
export interface DecodedOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** The shape of what is decoded. */
  readonly from: readonly number[]
  /** D as an expression: `[batch, ...from]` → `[batch, ...operator.from]`. */
  decode(x: Tensor): Tensor
  /** The values of the decoder's parameters, by the names of the graph's inputs. */
  readonly constants?: ReadonlyMap<string, KnownArray>
  /** Items at a time. */
  readonly batch: number
}

/** An operator that holds compiled programs. */
export interface DecodedOperator extends Operator, Disposable {
  /** D(x), `[n, ...operator.from]`. */
  decode(x: FloatArray): Promise<Float64Array>
}

/**
 * Compiles the operator.
 *
 * @throws TweedieError `shape` where A measures items of another shape
 * @example
 * using seen = await decodedOperator(averagePooling([3, 64, 64], 4), engine, { from: [4, 16, 16], decode, batch: 4 })
 */
export async function decodedOperator(
  operator: Operator,
  engine: Engine,
  { from, decode, constants = new Map(), batch, ...session }: DecodedOptions,
): Promise<DecodedOperator> {
  const x = input('x', [batch, ...from])
  const y = decode(x)
  if (y.shape.slice(1).join() !== operator.from.join()) {
    throw new TweedieError(
      'shape',
      `${operator.name} measures items of [${operator.from.join(', ')}], and decoded ones are [${y.shape.slice(1).join(', ')}]`,
    )
  }
  const [u, v] = [input('u', x.shape), input('v', y.shape)]
  const pulled = gradients(y, [x], v)[0]!
  // ⟨Jᵀ v, u⟩ is linear in v, so its gradient in v is J u
  const pushed = gradients(pulled, [v], u)[0]!
  const [n, m] = [sizeOf(from), sizeOf(operator.from)]
  const programs = await Promise.all(
    [y, pulled, pushed].map((output) => compile({ output }, engine, { ...session, constants })),
  )
  const [forward, back, push] = programs as [Program, Program, Program]
  const decoded = (x: FloatArray): Promise<Float64Array> => inBatches(forward, batch, { x: [n, x] }, m)
  /** Where A is not linear, its derivative is that at y. */
  const at = async (x: FloatArray): Promise<FloatArray> => (isLinear(operator) ? new Float64Array(0) : decoded(x))
  return {
    name: operator.name,
    from,
    to: operator.to,
    decode: decoded,
    forward: async (x) => operator.forward(await decoded(x)),
    async pushforward(x, u) {
      const [y, moved] = [await at(x), await inBatches(push, batch, { x: [n, x], u: [n, u], v: [m, undefined] }, m)]
      return operator.pushforward(y, moved)
    },
    async pullback(x, v) {
      const onItems = await operator.pullback(await at(x), v)
      return inBatches(back, batch, { x: [n, x], v: [m, onItems] }, n)
    },
    [Symbol.dispose]: () => programs.forEach((program) => program.dispose()),
  }
}

/** Runs a program on any number of items; what fills up the last batch is zero, and an array that is left out too. */
async function inBatches(
  program: Program,
  batch: number,
  feeds: Readonly<Record<string, readonly [size: number, array: FloatArray | undefined]>>,
  length: number,
): Promise<Float64Array> {
  const [size, first] = feeds.x!
  const count = first!.length / size
  const out = new Float64Array(count * length)
  for (let from = 0; from < count; from += batch) {
    const now = Math.min(batch, count - from)
    const some = [...program.inputs.keys()].map((name) => {
      const [each, array] = feeds[name]!
      const values = new Float32Array(batch * each)
      if (array) values.set(array.subarray(from * each, (from + now) * each))
      return [name, values] as const
    })
    const { output } = await program.run(Object.fromEntries(some))
    out.set((output as Float32Array).subarray(0, now * length), from * length)
  }
  return out
}
