/**
 * What eight bits make of the products of a training step: every convolution and gradient in the input of a network of the benchmark that is
 * large enough, and every projection, in single precision and in eight bits with all that goes with it (ranges, rounding, layouts), by
 * shape, and the sums. Then other ways to convolve in whole numbers. Least times of runs in turns.
 *
 *     npx tsx bench/eight-bits.ts [--model unet|grey] [--batch 16] [--threads 2] [--runs 15]
 */
import { parseArgs } from 'node:util'
import { problemOf } from '../src/app/train.ts'
import { convWindow, gradients, input, sizeOf, topological } from '../src/engine/graph/index.ts'
import type { Tensor, TensorOf } from '../src/engine/graph/index.ts'
import { convInput, matmul } from '../src/engine/graph/linear.ts'
import { simplify, transposeUpsampled } from '../src/engine/graph/passes/index.ts'
import type { Target } from '../src/engine/onnx/lower/context.ts'
import { isLargeConv } from '../src/engine/onnx/lower/int8-conv.ts'
import { isLargeProjection } from '../src/engine/onnx/lower/int8.ts'
import { encodeModel } from '../src/engine/onnx/proto/encode.ts'
import type { ModelProto } from '../src/engine/onnx/proto/model.ts'
import { toOnnx } from '../src/engine/onnx/to-onnx.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { blockSize } from '../src/engine/runtime/block-size.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { lossGraph } from '../src/tools/train/step-graph.ts'
import { columnsWay, integerWay } from './eight-bits-ways.ts'
import { datasetOf, isModelName, specOf } from './models.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'unet' },
    batch: { type: 'string', default: '16' },
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '15' },
  },
})
if (!isModelName(values.model)) throw new Error(`there is no model ${values.model}`)
const [batch, threads, runs] = [Number(values.batch), Number(values.threads), Number(values.runs)]
const engine = await nodeEngine()
const block = await blockSize(engine)
const single: Target = { provider: 'cpu', ...(block !== undefined && { block }) }
const eight: Target = { ...single, int8: true }

const groups = new Map<string, { readonly node: Tensor; count: number }>()
for (const node of await largeProducts()) {
  const name = `${node.op} ${node.inputs.map(({ shape }) => shape.join('×')).join(', ')}`
  const known = groups.get(name)
  if (known) known.count++
  else groups.set(name, { node, count: 1 })
}
console.log(`${'times'.padStart(5)} ${'float32'.padStart(9)} ${'int8'.padStart(9)}   ms`)
const sums = [0, 0]
for (const [name, { node, count }] of groups) {
  const alone = onItsOwn(node)
  const [a, b] = (await least([modelOf(alone, single), modelOf(alone, eight)])) as [number, number]
  sums[0]! += count * a
  sums[1]! += count * b
  console.log(
    `${String(count).padStart(5)} ${a.toFixed(2).padStart(9)} ${b.toFixed(2).padStart(9)}   ${(a / b).toFixed(2)} ×  ${name}`,
  )
}
console.log(
  `  all ${sums[0]!.toFixed(1).padStart(9)} ${sums[1]!.toFixed(1).padStart(9)}   ${(sums[0]! / sums[1]!).toFixed(2)} ×`,
)

console.log('\nother ways to convolve in whole numbers, 3 × 3; ms')
console.log(
  `${'N, C, O, H'.padEnd(18)}${['float32', 'int8', 'columns', 'ConvInteger'].map((each) => each.padStart(12)).join('')}`,
)
for (const [n, c, o, h] of [
  [16, 64, 64, 32],
  [16, 128, 128, 16],
  [16, 128, 128, 8],
] as const) {
  const padding = [1, 1].map(() => [1, 1] as const)
  const y = convWindow(input('x', [n, c, h, h]), input('w', [o, c, 3, 3]), {
    stride: [1, 1],
    padding,
    dilation: [1, 1],
    groups: 1,
  })
  const shape = [n, c, o, h] as const
  const times = await least([modelOf(y, single), modelOf(y, eight), columnsWay(shape), integerWay(shape)])
  console.log(`${shape.join(', ').padEnd(18)}${times.map((each) => each.toFixed(2).padStart(12)).join('')}`)
}
process.exit(0)

/** The products of a training step that are computed in eight bits. */
async function largeProducts(): Promise<readonly Tensor[]> {
  const name = values.model as 'unet'
  const problem = await problemOf(specOf(name, batch), datasetOf(name))
  const { scope, loss } = lossGraph(problem, batch)
  const parameters = scope.specs.map(({ name: each, shape, init }) => scope.parameter(each, shape, init))
  const outputs = transposeUpsampled(simplify([loss, ...gradients(loss, parameters)]))
  return topological(outputs).filter((node) => {
    if (node.op === 'matmul') return isLargeProjection(node)
    if (node.op !== 'conv' && node.op !== 'convInput') return false
    const unit = node.op === 'conv' || node.attributes.stride.every((by) => by === 1)
    return unit && isLargeConv(node.inputs[0]!, node.inputs[1]!.shape, node.attributes)
  })
}

/** The same operator on inputs of its own. */
function onItsOwn(node: Tensor): Tensor {
  const [a, b] = node.inputs.map(({ shape }, i) => input(`in${i}`, shape)) as [Tensor, Tensor]
  if (node.op === 'conv') return convWindow(a, b, node.attributes)
  if (node.op === 'matmul') return matmul(a, b, node.attributes)
  const { size, ...window } = (node as TensorOf<'convInput'>).attributes
  return convInput(a, b, window, size)
}

function modelOf(y: Tensor, target: Target): ModelProto {
  return toOnnx({ y }, { target })
}

/** The least times of models whose inputs are alike, in turns. */
async function least(models: readonly ModelProto[]): Promise<number[]> {
  const bound = await Promise.all(
    models.map(async (model) => {
      const session = await engine.createSession(encodeModel(model), { threads })
      const array = (shape: readonly (number | string)[], seed: number) => ({
        dtype: 'float32' as const,
        shape: shape as readonly number[],
        data: normal(key(seed), new Float32Array(sizeOf(shape as readonly number[]))),
      })
      const { inputs, outputs } = model.graph
      return session.bind(
        Object.fromEntries(inputs.map(({ name, shape }, i) => [name, array(shape!, i)])),
        Object.fromEntries(outputs.map(({ name, shape }) => [name, array(shape!, 9)])),
      )
    }),
  )
  const best = models.map(() => Infinity)
  for (let run = 0; run < runs; run++) {
    for (const [i, each] of bound.entries()) {
      const start = performance.now()
      await each.run()
      best[i] = Math.min(best[i]!, performance.now() - start)
    }
  }
  return best
}
