/** What the device computes, against what the slow reference evaluator does. */
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import type { Target } from '../../../src/engine/onnx/lower/context.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { expectClose } from '../graph/support.ts'
import { inFloat32 } from './float32.ts'

type Feeds = Readonly<Record<string, readonly number[]>>

/** Runs outputs on the device as lowered for `target`, and compares with the reference. */
export async function compare(
  outputs: readonly Tensor[],
  feeds: Feeds,
  target: Target,
  tolerance = 2e-4,
): Promise<void> {
  const engine = await nodeEngine()
  const expected = evaluate(outputs, feeds)
  const single = inFloat32(outputs)
  const named = Object.fromEntries(single.map((tensor, i) => [`y${i}`, tensor]))
  const model = toOnnx(named, { target })
  using session = await engine.createSession(encodeModel(model), { threads: 1 })
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
