/** What the device computes, against what the slow reference evaluator does. */
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { add, constant, gradients, mul, reshape, sizeOf, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import type { Target } from '../../../src/engine/onnx/lower/context.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { expectClose, uniform } from '../graph/support.ts'
import { inFloat32 } from './float32.ts'

type Feeds = Readonly<Record<string, readonly number[]>>

/** Runs outputs as lowered for `target`, and compares with the reference. */
export async function compare(
  outputs: readonly Tensor[],
  feeds: Feeds,
  target: Target,
  tolerance = 2e-4,
  device = 'cpu',
): Promise<void> {
  const engine = await nodeEngine()
  const expected = evaluate(outputs, feeds)
  const single = inFloat32(outputs)
  const named = Object.fromEntries(single.map((tensor, i) => [`y${i}`, tensor]))
  const model = toOnnx(named, { target })
  using session = await engine.createSession(encodeModel(model), { threads: 1, device })
  const inputs = Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => [
      name,
      { dtype: 'float32' as const, shape: shape as Shape, data: Float32Array.from(feeds[name]!) },
    ]),
  )
  const results = single.map(({ shape }) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float32Array(sizeOf(shape)),
  }))
  await session.run(inputs, Object.fromEntries(results.map((each, i) => [`y${i}`, each])))
  results.forEach(({ data }, i) => expectClose(data, [...expected[i]!.data], tolerance))
}

/** The value, the gradients of Σ y sin-like weights, and the gradients of those once more. */
export function upToSecondOrder(y: Tensor, inputs: readonly Tensor[]): Tensor[] {
  const weigh = (tensor: Tensor, seed: number): Tensor => {
    const weights = uniform(seed, sizeOf(tensor.shape))
    return sum(mul(tensor, reshape(literal(weights), tensor.shape)))
  }
  const first = gradients(weigh(y, 5), inputs)
  const second = gradients(
    first.map((each, i) => weigh(each, 6 + i)).reduce((a, b) => add(a, b)),
    inputs,
  )
  return [y, ...first, ...second]
}

export const literal = (data: readonly number[]): Tensor => constant(Float64Array.from(data))
