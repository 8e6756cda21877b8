import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  broadcastTo,
  cast,
  concat,
  constant,
  div,
  exp,
  filled,
  gather,
  gradients,
  input,
  inputsOf,
  less,
  matmul,
  max,
  mean,
  mul,
  neg,
  not,
  pad,
  pow,
  reciprocal,
  reduceMax,
  relu,
  reshape,
  reverse,
  sin,
  sizeOf,
  slice,
  sliceAll,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  topological,
  transpose,
  upsample,
  where,
} from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { simplify, summarize } from '../../../src/engine/graph/passes/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { exactGraphs, realFeeds, smoothGraphs, wholeFeeds } from './random-graph.ts'
import { elementsOf, expectClose, random, real, uniform, whole } from './support.ts'

const x = input('x', [2, 3])
const y = input('y', [3])
const s = input('s', [])
const cube = input('cube', [2, 3, 4])
const nine = input('nine', [9])
const image = input('image', [1, 2, 1, 4])
const n = input('n', [2, 3], 'int32')
const mask = input('mask', [2, 3], 'bool')

const feeds = Object.fromEntries(
  [x, y, s, cube, nine, image, n, mask].map((tensor, seed) => {
    const elements = uniform(seed, sizeOf(tensor.shape), 1, 9)
    const name = [...inputsOf([tensor]).keys()][0]
    if (tensor.dtype === 'bool') return [name, elements.map((each) => Math.floor(each) % 2)]
    return [name, tensor.dtype === 'int32' ? elements.map(Math.floor) : elements]
  }),
)

/** An expression as text: what the tests compare. */
function show(tensor: Tensor): string {
  if (tensor.op === 'input') return tensor.attributes.name
  if (tensor.op === 'constant') {
    const { data, shape } = tensor.attributes
    return shape.length === 0 ? `${data[0]}` : `const[${shape.join()}](${data.join()})`
  }
  const extra = 'shape' in tensor.attributes ? `:${tensor.attributes.shape.join()}` : ''
  return `${tensor.op}${extra}(${tensor.inputs.map(show).join(', ')})`
}

const becomes = (name: string, before: Tensor, after: string): readonly [string, Tensor, string] => [
  name,
  before,
  after,
]

describe('simplify', () => {
  test.each([
    becomes('x + 0', add(x, 0), 'x'),
    becomes('0 + x', add(0, x), 'x'),
    becomes('y + zeros that stretch it', add(y, filled(0, [2, 3])), 'broadcastTo:2,3(y)'),
    becomes('x − 0', sub(x, 0), 'x'),
    becomes('0 − x', sub(0, x), 'neg(x)'),
    becomes('x + (−y)', add(x, neg(y)), 'sub(x, y)'),
    becomes('x − (−y)', sub(x, neg(y)), 'add(x, y)'),
    becomes('−(x − y)', neg(sub(x, y)), 'sub(y, x)'),
    becomes('−(−x)', neg(neg(x)), 'x'),
    becomes('x · 1', mul(x, filled(1, [3])), 'x'),
    becomes('x · 0', mul(x, 0), 'broadcastTo:2,3(0)'),
    becomes('integers · 0', mul(n, 0), 'broadcastTo:2,3(0)'),
    becomes('x · −1', mul(x, -1), 'neg(x)'),
    becomes('2 (3 x)', mul(2, mul(x, 3)), 'mul(x, 6)'),
    becomes('factors that would vanish together', mul(1e-20, mul(x, 1e-20)), `mul(${f(1e-20)}, mul(x, ${f(1e-20)}))`),
    becomes('x / 1', div(x, 1), 'x'),
    becomes('x ↑ 0', pow(x, 0), 'broadcastTo:2,3(1)'),
    becomes('x ↑ 1', pow(x, 1), 'x'),
    becomes('x ↑ 2', pow(x, 2), 'mul(x, x)'),
    becomes('x ↑ 3', pow(x, 3), 'mul(mul(x, x), x)'),
    becomes('x ↑ ½', pow(x, 0.5), 'sqrt(x)'),
    becomes('x ↑ −1', pow(x, -1), 'reciprocal(x)'),
    becomes('stopGradient', exp(stopGradient(x)), 'exp(x)'),
    becomes('not not', not(not(mask)), 'mask'),
    becomes('relu of relu', relu(relu(x)), 'relu(x)'),
    becomes('where yes', where(filled(1, [2, 3], 'bool'), y, x), 'broadcastTo:2,3(y)'),
    becomes('where no', where(filled(0, [2, 3], 'bool'), y, x), 'x'),
    becomes('where either is the same', where(mask, s, s), 'broadcastTo:2,3(s)'),
    becomes('widened and narrowed', cast(cast(x, 'float64'), 'float32'), 'x'),
    becomes('narrowed and widened', cast(cast(x, 'int32'), 'float32'), 'cast(cast(x))'),

    becomes('a stretched operand', mul(x, broadcastTo(y, [2, 3])), 'mul(x, y)'),
    becomes(
      'two stretched operands',
      add(broadcastTo(y, [2, 3]), broadcastTo(s, [2, 3])),
      'broadcastTo:2,3(add(y, s))',
    ),
    becomes('a function of a stretched value', exp(broadcastTo(y, [2, 3])), 'broadcastTo:2,3(exp(y))'),
    becomes('an operand with ones in front', mul(x, reshape(y, [1, 3])), 'mul(x, y)'),
    becomes('zeros of where', where(mask, x, filled(0, [2, 3])), 'where(mask, x, 0)'),
    becomes('constants everywhere', add(filled(2, [4]), filled(3, [4])), 'broadcastTo:4(5)'),

    becomes('reshape to the same', reshape(reshape(x, [6]), [2, 3]), 'x'),
    becomes('reshape of reshape', reshape(reshape(x, [6]), [3, 2]), 'reshape:3,2(x)'),
    becomes('transpose back', transpose(transpose(x)), 'x'),
    becomes('transpose of transpose', transpose(transpose(cube, [1, 2, 0]), [1, 2, 0]), 'transpose(cube)'),
    becomes('transposes that do not commute', transpose(transpose(cube, [1, 2, 0]), [1, 0, 2]), 'transpose(cube)'),
    becomes('transpose of ones only', transpose(image, [2, 1, 0, 3]), 'image'),
    becomes('transpose that is a reshape', transpose(image, [1, 0, 3, 2]), 'reshape:2,1,4,1(image)'),
    becomes('broadcast of broadcast', broadcastTo(broadcastTo(s, [3]), [2, 3]), 'broadcastTo:2,3(s)'),
    becomes('broadcast that only adds ones', broadcastTo(y, [1, 3]), 'reshape:1,3(y)'),
    becomes('slice of slice', slice(slice(y, 0, 1), 0, 1), 'slice(y)'),
    becomes('slices with steps', slice(slice(cube, 2, 0, 4, 3), 2, 0, 2), 'slice(cube)'),
    becomes('every second of every second', slice(slice(nine, 0, 1, 9, 2), 0, 1, 4, 2), 'slice(nine)'),
    becomes('every second of an odd rest', slice(slice(nine, 0, 0, 9, 2), 0, 1, 5, 3), 'slice(nine)'),
    becomes('nothing of something', slice(slice(nine, 0, 0, 9, 2), 0, 5, 5), 'slice(slice(nine))'),
    becomes('a slice that is all', sliceAll(x, [0, 0], [2, 3], [1, 1]), 'x'),
    becomes('padding cut off', slice(pad(y, [2], [1]), 0, 2, 5), 'y'),
    becomes('part of what was padded', slice(pad(y, [2], [1]), 0, 3, 5), 'slice(y)'),
    becomes('part of the padding', slice(pad(y, [2], [1]), 0, 1, 4), 'slice(pad(y))'),
    becomes('padding between', slice(pad(y, [0], [0], { interior: [1] }), 0, 0, 3), 'slice(pad(y))'),
    becomes('padding of padding', pad(pad(y, [2], [1]), [1], [0]), 'pad(y)'),
    becomes('padding of other padding', pad(pad(y, [2], [1]), [1], [0], { value: 1 }), 'pad(pad(y))'),
    becomes('zeros padded', pad(filled(0, [3]), [1], [1]), 'broadcastTo:5(0)'),
    becomes('reversed back', reverse(reverse(x, [0, 1]), [1, 0]), 'x'),
    becomes('an axis of one reversed', reverse(image, [0, 1, 2]), 'reverse(image)'),
    becomes('concat of concat', concat([concat([y, s1(), y], 0), y], 0), 'concat(y, reshape:1(s), y, y)'),
    becomes('concat with nothing', concat([y, slice(y, 0, 3, 3)], 0), 'y'),
    becomes('moved constants', transpose(upsample(filled(7, [2, 3]), [2])), 'broadcastTo:6,2(7)'),

    becomes('sum over ones', sum(image, [0, 2]), 'reshape:2,4(image)'),
    becomes('sum of what was stretched', sum(broadcastTo(s, [2, 3])), 'mul(s, 6)'),
    becomes('sum over stretched axes', sum(broadcastTo(y, [2, 3]), 0), 'mul(y, 2)'),
    becomes('sum over both kinds', sum(broadcastTo(y, [2, 3])), 'mul(sum(reshape:1,3(y)), 2)'),
    becomes('sum of sum', sum(sum(x, 0)), 'sum(x)'),
    becomes('sum of sum, middle first', sum(sum(cube, 1), 1), 'sum(cube)'),
    becomes('sum of sum, first first', sum(sum(cube, 0), 0), 'sum(cube)'),
    becomes('sum over axes apart', sum(cube, [0, 2]), 'sum(sum(cube))'),
    becomes('maximum over ones', reduceMax(image, [0, 2]), 'reshape:2,4(image)'),

    becomes('constants', add(constant([1, 2]), mul(constant([3, 5]), 2)), 'const[2](7,12)'),
    becomes('a repeated constant', add(y, constant([4, 4, 4])), 'add(y, 4)'),
    becomes('a looked-up constant', gather(constant([5, 6, 7]), whole([2, 0])), 'const[2](7,5)'),
    becomes(
      'an outer product stays',
      mul(real([1, 2, 3], [3, 1]), real([4, 5, 6])),
      'mul(const[3,1](1,2,3), const[3](4,5,6))',
    ),
  ])('%s', (_, before, after) => {
    const [simple] = simplify([before])
    expect(show(simple)).toBe(after)
    expect([simple.shape, simple.dtype]).toEqual([before.shape, before.dtype])
    expectClose(elementsOf(simple, feeds), elementsOf(before, feeds), 1e-7)
  })

  /** A number as float32 holds it. */
  function f(value: number): number {
    return Math.fround(value)
  }

  function s1(): Tensor {
    return reshape(s, [1])
  }

  test('makes equal expressions one, whatever the order of a sum', () => {
    const [a, b] = simplify([exp(add(x, y)), exp(add(y, x))])
    expect(a).toBe(b)
    expect(simplify([sub(x, y)])[0]).not.toBe(simplify([sub(y, x)])[0])
    const [c, d] = simplify([sub(x, y), sub(y, x)])
    expect(c).not.toBe(d)
  })

  test('tells attributes and constants apart that look alike', () => {
    const pads = [-Infinity, Infinity, NaN, -0, 0].map((value) => pad(y, [1], [0], { value }))
    expect(new Set(simplify(pads)).size).toBe(5)
    const [zero, minusZero] = simplify([reciprocal(constant([0])), reciprocal(constant([-0]))])
    expect(elementsOf(zero)).toEqual([Infinity])
    expect(elementsOf(minusZero)).toEqual([-Infinity])
    const types = [constant([1, 2], [2], 'float32'), constant([1, 2], [2], 'float64'), constant([1, 2], [2], 'int32')]
    expect(new Set(simplify(types)).size).toBe(3)
    const shapes = [constant([1, 2], [2]), constant([1, 2], [1, 2])]
    expect(new Set(simplify(shapes)).size).toBe(2)
    const big = Float32Array.from({ length: 5000 }, (_, i) => i)
    expect(new Set(simplify([constant(big), constant(big), constant(big.slice())])).size).toBe(2)
  })

  test('folds in the element type of the node', () => {
    expect(elementsOf(simplify([add(constant([1]), 2 ** -30)])[0])).toEqual([1])
    expect(elementsOf(simplify([add(real([1]), 2 ** -30)])[0])).toEqual([1 + 2 ** -30])
    expect(elementsOf(simplify([div(whole([7, -7]), 2)])[0])).toEqual([3, -3])
  })

  test('leaves large results to the runtime', () => {
    const big = random(1, [8192])
    expect(simplify([exp(big)])[0].op).toBe('exp')
    expect(simplify([exp(slice(big, 0, 0, 4097))])[0].op).toBe('exp')
    expect(simplify([exp(random(1, [4096]))])[0].op).toBe('constant')
  })

  test('keeps order, shapes and types of outputs, and drops inputs that nothing needs', () => {
    const outputs = [x, mul(y, 0), x, cast(n, 'float64'), less(y, 0), constant([2])]
    const simple = simplify(outputs)
    expect(simple.map(({ shape, dtype }) => [shape, dtype])).toEqual(outputs.map(({ shape, dtype }) => [shape, dtype]))
    expect(simple[0]).toBe(x)
    expect([...inputsOf(simplify([mul(y, 0), x])).keys()]).toEqual(['x'])
  })

  test('makes a gradient as small as by hand: 2 (x w − y) ᵀx / n', () => {
    const [a, w, b] = [input('a', [8, 3]), input('w', [3, 1]), input('b', [8, 1])]
    const [dw] = simplify(gradients(mean(square(sub(matmul(a, w), b))), [w]))
    const { operators } = summarize([dw])
    expect(operators.matmul).toBe(2)
    expect(operators.broadcastTo).toBeUndefined()
    expect(operators.sum).toBeUndefined()
    expect(topological([dw]).length).toBeLessThanOrEqual(9)
  })

  test('is exact where nothing rounds: random graphs of whole numbers', () => {
    let checked = 0
    let smaller = 0
    fc.assert(
      fc.property(exactGraphs, (outputs) => {
        const before = evaluate(outputs, wholeFeeds)
        fc.pre(before.every(({ data }) => [...data].every((each) => Math.abs(each) < 2 ** 24)))
        const simple = simplify(outputs)
        const after = evaluate(simple, wholeFeeds)
        // Adding 0 makes −0 a 0: the sign of zero is not kept.
        const plain = (data: ArrayLike<number>): number[] => Array.from(data, (each) => each + 0)
        after.forEach((each, i) => {
          expect(each.shape).toEqual(outputs[i]!.shape)
          expect(simple[i]!.dtype).toBe(outputs[i]!.dtype)
          expect(plain(each.data)).toEqual(plain(before[i]!.data))
        })
        checked++
        if (topological(simple).length < topological(outputs).length) smaller++
      }),
      { numRuns: 1000 },
    )
    expect(checked).toBeGreaterThan(200)
    expect(smaller).toBeGreaterThan(checked / 4)
  })

  test('changes values by rounding only: random graphs of real numbers', () => {
    fc.assert(
      fc.property(smoothGraphs, (outputs) => {
        const before = evaluate(outputs, realFeeds)
        fc.pre(before.every(({ data }) => [...data].every((each) => Math.abs(each) < 1e4)))
        evaluate(simplify(outputs), realFeeds).forEach((each, i) => expectClose(each.data, before[i]!.data, 1e-9))
      }),
      { numRuns: 500 },
    )
  })

  test('is done after one pass', () => {
    fc.assert(
      fc.property(exactGraphs, (outputs) => {
        const once = simplify(outputs)
        expect(simplify(once).map(show)).toEqual(once.map(show))
      }),
      { numRuns: 200 },
    )
  })

  test('goes through deep graphs', () => {
    let deep: Tensor = y
    for (let i = 0; i < 20_000; i++) deep = add(sin(deep), i % 2 === 0 ? y : 0)
    const [simple] = simplify([deep])
    expect(topological([simple]).length).toBe(1 + 20_000 + 10_000)
  })

  test('merges max with itself stretched', () => {
    expect(show(simplify([max(sqrt(broadcastTo(y, [2, 3])), sqrt(y))])[0])).toBe(
      'broadcastTo:2,3(max(sqrt(y), sqrt(y)))',
    )
  })
})
