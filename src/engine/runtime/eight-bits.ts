/** Whether a processor multiplies in eight bits rightly, and faster than in single precision (see `../onnx/lower/int8-conv.ts`). */
import { TweedieError } from '../../errors.ts'
import { convWindow } from '../graph/linear.ts'
import { input } from '../graph/tensor.ts'
import { attribute, dataTypes, tensorProto } from '../onnx/proto/model.ts'
import { encodeModel } from '../onnx/proto/encode.ts'
import { compile, targetOf } from './program.ts'
import type { Engine } from './session.ts'

/** What was found. */
export interface EightBits {
  /** Whether sums of products are exact: without integer dot products, x86 processors cut off sums of two. */
  readonly exact: boolean
  /** How many times as fast a convolution of middling size is, on one thread. */
  readonly gain: number
}

/**
 * Tries both out, in a tenth of a second.
 *
 * @throws TweedieError `device` where the device, or the processor, does not do it
 */
export async function requireEightBits(engine: Engine, device: string | undefined): Promise<EightBits> {
  const { provider } = await targetOf(device, engine)
  const hint = 'leave out `arithmetic`'
  if (provider !== 'cpu') {
    throw new TweedieError(
      'device',
      `training in eight bits on ${device ?? engine.device ?? provider}: only processors do it, in Node`,
      {
        hint,
      },
    )
  }
  const found = { exact: await isExact(engine), gain: await gainOf(engine) }
  if (found.exact) return found
  throw new TweedieError(
    'device',
    'this processor cuts off sums of products in eight bits: it has no integer dot products (AVX-VNNI, AVX-512 VNNI)',
    { hint },
  )
}

/** 32 products of the largest numbers, whose sums of two do not fit 16 bits. */
async function isExact(engine: Engine): Promise<boolean> {
  const [terms, columns] = [32, 16]
  const model = encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'probe',
      nodes: [
        { opType: 'Cast', inputs: ['x'], outputs: ['a'], attributes: { to: attribute.int(dataTypes.uint8.code) } },
        { opType: 'MatMulInteger', inputs: ['a', 'b'], outputs: ['sums'] },
        { opType: 'Cast', inputs: ['sums'], outputs: ['y'], attributes: { to: attribute.int(dataTypes.float32.code) } },
      ],
      initializers: [tensorProto('b', 'int8', [terms, columns], new Int8Array(terms * columns).fill(127))],
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, terms] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, columns] }],
    },
  })
  using session = await engine.createSession(model, { device: 'cpu', threads: 1 })
  const data = new Float32Array(columns)
  const x = { dtype: 'float32' as const, shape: [1, terms], data: new Float32Array(terms).fill(255) }
  await session.run({ x }, { y: { dtype: 'float32', shape: [1, columns], data } })
  return data.every((sum) => sum === terms * 255 * 127)
}

/** Least times of a few runs of a convolution: 4 images of 16 × 16 places, 64 channels to 64. */
async function gainOf(engine: Engine): Promise<number> {
  const [x, w] = [input('x', [4, 64, 16, 16]), input('w', [64, 64, 3, 3])]
  const y = convWindow(x, w, { stride: [1, 1], padding: [one, one], dilation: [1, 1], groups: 1 })
  const feeds = { x: wave(4 * 64 * 16 * 16), w: wave(64 * 64 * 9) }
  const into = { y: new Float32Array(4 * 64 * 16 * 16) }
  const least = async (arithmetic: 'float32' | 'int8'): Promise<number> => {
    using program = await compile({ y }, engine, { device: 'cpu', threads: 1, arithmetic })
    using bound = program.bind(feeds, into)
    let best = Infinity
    for (let run = 0; run < 9; run++) {
      const start = performance.now()
      await bound.run()
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  return (await least('float32')) / (await least('int8'))
}

const one = [1, 1] as const

const wave = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i))
