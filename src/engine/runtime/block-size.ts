/** How many channels make a block in an engine's fast CPU convolutions (see `../onnx/lower/blocked.ts`). */
import { encodeModel } from '../onnx/proto/encode.ts'
import type { Engine } from './session.ts'

const known = new WeakMap<Engine, Promise<number | undefined>>()

/** 16, 8 or whatever the processor's vectors hold; undefined where the runtime has no blocked kernels. */
export function blockSize(engine: Engine): Promise<number | undefined> {
  const before = known.get(engine)
  if (before !== undefined) return before
  const size = probe(engine).catch(() => undefined)
  known.set(engine, size)
  return size
}

/** Blocks 64 channels of two places each, counted 0, 1, 2, …: the second place of channel 0 lands one block further on. */
async function probe(engine: Engine): Promise<number | undefined> {
  const shape = [1, 64, 1, 2]
  const model = encodeModel({
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft.nchwc': 1 },
    graph: {
      name: 'probe',
      nodes: [{ opType: 'ReorderInput', domain: 'com.microsoft.nchwc', inputs: ['x'], outputs: ['y'] }],
      initializers: [],
      inputs: [{ name: 'x', dtype: 'float32', shape }],
      outputs: [{ name: 'y', dtype: 'float32', shape }],
    },
  })
  using session = await engine.createSession(model, { device: 'cpu', threads: 1 })
  const data = new Float32Array(128)
  const x = Float32Array.from(data, (_, i) => i)
  await session.run({ x: { dtype: 'float32', shape, data: x } }, { y: { dtype: 'float32', shape, data } })
  const block = data.indexOf(1)
  return block >= 4 && block <= 64 ? block : undefined
}
