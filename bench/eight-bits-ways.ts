/** Ways to convolve in whole numbers that are not used, as models of `x [N, C, H, H]`, `w [O, C, 3, 3]` and their 3 × 3 convolution `y`. */
import { Context } from '../src/engine/onnx/lower/context.ts'
import { microsoft, quantised, wholeRows } from '../src/engine/onnx/lower/int8.ts'
import { padAxes, reshapeTo, sliceAxes, transposeTo } from '../src/engine/onnx/lower/movement.ts'
import { opsetsOf } from '../src/engine/onnx/opsets.ts'
import type { ModelProto } from '../src/engine/onnx/proto/model.ts'

type Shape = readonly [items: number, channels: number, out: number, side: number]

/** Columns of what a row of the kernel sees, a product of whole numbers for each of the three rows, and their sum. */
export function columnsWay([n, c, o, h]: Shape): ModelProto {
  const context = new Context({ provider: 'cpu' })
  const { whole, scale, zero } = quantised(context, 'x')
  const padded = padAxes(context, transposeTo(context, whole, [0, 2, 3, 1]), 4, [1, 2], [1, 1], [1, 1], zero)
  const across = [0, 1, 2].map((at) => sliceAxes(context, padded, [2], [at], [at + h]))
  const columns = context.emit('Concat', across, { axis: 3 })
  const kernel = wholeRows(context, reshapeTo(context, 'w', [o, 9 * c]), o)
  const byPlace = transposeTo(context, reshapeTo(context, kernel.whole, [o, c, 3, 3]), [2, 3, 1, 0])
  const parts = [0, 1, 2].map((row) => {
    const seen = reshapeTo(context, sliceAxes(context, columns, [1], [row], [row + h]), [n * h * h, 3 * c])
    const weights = reshapeTo(context, sliceAxes(context, byPlace, [0], [row], [row + 1]), [3 * c, o])
    return context.emit('MatMulIntegerToFloat', [seen, weights, scale, kernel.scales, zero], {}, microsoft)
  })
  const y = reshapeTo(context, context.emit('Sum', parts), [n, h, h, o])
  return modelOf(context, transposeTo(context, y, [0, 3, 1, 2]), [n, c, o, h])
}

/** The operator of ONNX that convolves whole numbers into sums of 32 bits. */
export function integerWay([n, c, o, h]: Shape): ModelProto {
  const context = new Context({ provider: 'cpu' })
  const { whole, scale, zero } = quantised(context, 'x')
  const { whole: kernel, scales } = wholeRows(context, reshapeTo(context, 'w', [o, 9 * c]), o)
  const sums = context.emit('ConvInteger', [whole, reshapeTo(context, kernel, [o, c, 3, 3]), zero], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
  })
  const steps = reshapeTo(context, context.emit('Mul', [scales, scale]), [1, o, 1, 1])
  return modelOf(context, context.emit('Mul', [context.emit('Cast', [sums], { to: 1 }), steps]), [n, c, o, h])
}

function modelOf(context: Context, y: string, [n, c, o, h]: Shape): ModelProto {
  context.nodes.push({ opType: 'Identity', name: 'output', inputs: [y], outputs: ['y'] })
  return {
    irVersion: 10,
    opsets: opsetsOf(context),
    graph: {
      name: 'way',
      nodes: context.nodes,
      initializers: context.initializers,
      inputs: [
        { name: 'x', dtype: 'float32', shape: [n, c, h, h] },
        { name: 'w', dtype: 'float32', shape: [o, c, 3, 3] },
      ],
      outputs: [{ name: 'y', dtype: 'float32', shape: [n, o, h, h] }],
    },
  }
}
