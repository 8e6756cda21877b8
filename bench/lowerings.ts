/**
 * The ways to lower a 3×3 convolution and its gradients, in GFLOP/s by shape: why `src/onnx/lower/` chooses as it does. Then
 * convolutions of images that were enlarged by 2, in milliseconds: why `src/engine/graph/passes/transpose-upsampled.ts` rewrites them.
 *
 *     npx tsx bench/lowerings.ts [--threads 2] [--runs 9]
 */
import { parseArgs } from 'node:util'
import {
  convInput,
  convWeight,
  convWindow,
  input,
  inputsOf,
  sizeOf,
  sumPool,
  upsample,
} from '../src/engine/graph/index.ts'
import type { Tensor, Window } from '../src/engine/graph/index.ts'
import { transposeUpsampled } from '../src/engine/graph/passes/index.ts'
import type { Target } from '../src/engine/onnx/lower/context.ts'
import { encodeModel } from '../src/engine/onnx/proto/encode.ts'
import { toOnnx } from '../src/engine/onnx/to-onnx.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { blockSize } from '../src/engine/runtime/block-size.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'

const { values } = parseArgs({
  options: { threads: { type: 'string', default: '2' }, runs: { type: 'string', default: '9' } },
})

/** Batch, channels in and out, height and width: the layers of small and middling U-Nets. */
const shapes = [
  [16, 64, 64, 32],
  [16, 128, 64, 32],
  [16, 128, 128, 16],
  [16, 256, 128, 16],
  [16, 128, 128, 8],
  [64, 32, 32, 28],
  [64, 48, 48, 14],
  [64, 64, 64, 14],
  [64, 96, 96, 7],
] as const

const window: Window = {
  stride: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
  dilation: [1, 1],
  groups: 1,
}
const engine = await nodeEngine()
const block = await blockSize(engine)
const blocked: Target = { provider: 'cpu', ...(block !== undefined && { block }) }
const plain: Target = { provider: 'cpu' }

const columns = ['forward', 'blocked', 'input grad.', 'blocked', 'weight: taps', 'shifts', 'places', 'blocks']
console.log(`blocks of ${block ?? 'no'} channels, ${values.threads} threads; GFLOP/s`)
console.log(`${'N, C, O, H'.padEnd(18)}${columns.map((each) => each.padStart(13)).join('')}`)
for (const [n, c, o, h] of shapes) {
  const [x, dy, w] = [input('x', [n, c, h, h]), input('dy', [n, o, h, h]), input('w', [o, c, 3, 3])]
  const forward = convWindow(x, w, window)
  const toInput = convInput(dy, w, window, [h, h])
  const toWeight = convWeight(x, dy, window, [3, 3])
  const trials: (readonly [Tensor, Target])[] = [
    [forward, plain],
    [forward, blocked],
    [toInput, plain],
    [toInput, blocked],
    ...(['taps', 'shifts', 'places', 'blocks'] as const).map(
      (way) => [toWeight, { ...blocked, convWeight: way }] as const,
    ),
  ]
  const rates: string[] = []
  for (const [tensor, target] of trials) {
    rates.push(((2 * n * c * o * h * h * 9) / (await milliseconds(tensor, target)) / 1e6).toFixed(0).padStart(13))
  }
  console.log(`${[n, c, o, h].join(', ').padEnd(18)}${rates.join('')}`)
}

/** The same of images before they are enlarged. */
const small = [
  [16, 128, 128, 16],
  [16, 128, 128, 8],
  [16, 64, 64, 16],
  [16, 32, 32, 16],
] as const

const directions = ['forward', 'input grad.', 'weight grad.'].flatMap((each) => [each, 'transposed'])
console.log(`\nenlarged by 2; ms\n${'N, C, O, H'.padEnd(18)}${directions.map((each) => each.padStart(13)).join('')}`)
for (const [n, c, o, h] of small) {
  const [x, dy, w] = [input('x', [n, c, h, h]), input('dy', [n, o, 2 * h, 2 * h]), input('w', [o, c, 3, 3])]
  const large = upsample(x, [2, 2])
  const times: string[] = []
  for (const tensor of [
    convWindow(large, w, window),
    sumPool(convInput(dy, w, window, [2 * h, 2 * h]), [2, 2]),
    convWeight(large, dy, window, [3, 3]),
  ]) {
    for (const each of [tensor, transposeUpsampled([tensor], 1)[0]!]) {
      times.push((await milliseconds(each, blocked)).toFixed(1).padStart(13))
    }
  }
  console.log(`${[n, c, o, h].join(', ').padEnd(18)}${times.join('')}`)
}
process.exit(0)

/** The least time of several runs: what the lowering can do, whatever else the machine does. */
async function milliseconds(tensor: Tensor, target: Target): Promise<number> {
  const model = toOnnx({ y: tensor }, { target })
  using session = await engine.createSession(encodeModel(model), { threads: Number(values.threads) })
  const array = ({ shape }: Pick<Tensor, 'shape'>, seed: number) => ({
    dtype: 'float32' as const,
    shape,
    data: normal(key(seed), new Float32Array(sizeOf(shape))),
  })
  const inputs = Object.fromEntries([...inputsOf([tensor])].map(([name, each], i) => [name, array(each, i)]))
  using bound = session.bind(inputs, { y: array(tensor, 9) })
  const times: number[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    const start = performance.now()
    await bound.run()
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}
