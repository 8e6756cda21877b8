import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  and,
  broadcastShapes,
  broadcastTo,
  cast,
  clamp,
  concat,
  constant,
  conv,
  convInput,
  convTranspose,
  convWeight,
  div,
  equal,
  exp,
  expandDims,
  filled,
  gather,
  input,
  inverseStd,
  less,
  logSoftmax,
  logSumExp,
  matmul,
  mean,
  mul,
  neg,
  normalize,
  not,
  or,
  pad,
  reduceMax,
  reshape,
  reverse,
  scatterAdd,
  sizeOf,
  slice,
  sliceAll,
  softmax,
  split,
  sqrt,
  stack,
  stopGradient,
  stridesOf,
  sum,
  sumPool,
  sumTo,
  topological,
  transpose,
  upsample,
  where,
} from '../../../src/engine/graph/index.ts'
import type { Tensor, Window } from '../../../src/engine/graph/index.ts'
import { TweedieError } from '../../../src/errors.ts'
import { elementsOf, real, whole } from './support.ts'

const x = input('x', [2, 3, 4])
const m = input('m', [2, 3])
const image = input('image', [2, 4, 6, 6])
const bool = input('bool', [2, 3], 'bool')
const int = input('int', [2, 3], 'int32')
const scalar = input('scalar', [])
const one: Window = { stride: [1], padding: [[0, 0]], dilation: [1], groups: 1 }

describe('shapes', () => {
  test.each<[string, Tensor, number[], string?]>([
    ['add', add(x, input('b', [3, 1])), [2, 3, 4]],
    ['a number', add(1, x), [2, 3, 4]],
    ['less', less(x, 0), [2, 3, 4], 'bool'],
    ['equal', equal(bool, bool), [2, 3], 'bool'],
    ['where', where(input('c', [5, 1, 1, 1], 'bool'), x, 0), [5, 2, 3, 4]],
    ['cast', cast(x, 'int32'), [2, 3, 4], 'int32'],
    ['sum', sum(x, [0, -1]), [3]],
    ['sum, kept', sum(x, [0, -1], { keepDims: true }), [1, 3, 1]],
    ['sum over nothing', sum(x, []), [2, 3, 4]],
    ['mean', mean(x), []],
    ['reduceMax', reduceMax(int, 1), [2], 'int32'],
    ['logSumExp', logSumExp(x, 1), [2, 4]],
    ['reshape', reshape(x, [-1, 2]), [12, 2]],
    ['expandDims', expandDims(m, [0, -1]), [1, 2, 3, 1]],
    ['transpose', transpose(x), [4, 3, 2]],
    ['slice', slice(x, -1, 1, undefined, 2), [2, 3, 2]],
    ['pad', pad(m, [1, 0], [1, 2], { interior: [0, 3] }), [4, 11]],
    ['concat', concat([m, m], 1), [2, 6]],
    ['stack', stack([m, m], -1), [2, 3, 2]],
    ['gather', gather(x, input('i', [5, 6], 'int32')), [5, 6, 3, 4]],
    ['scatterAdd', scatterAdd(m, input('i', [2], 'int32'), 7), [7, 3]],
    ['upsample', upsample(image, [2, 3]), [2, 4, 12, 18]],
    ['sumPool', sumPool(image, [2, 3]), [2, 4, 3, 2]],
    ['matmul', matmul(x, input('w', [4, 5])), [2, 3, 5]],
    [
      'matmul of stacks',
      matmul(input('a', [7, 1, 4, 3]), input('b', [2, 5, 4]), { transposeA: true, transposeB: true }),
      [7, 2, 3, 5],
    ],
    ['conv', conv(image, input('w', [8, 2, 3, 3]), { stride: 2, padding: 1, groups: 2 }), [2, 8, 3, 3]],
    ['convTranspose', convTranspose(image, input('w', [4, 5, 4, 4]), { stride: 2, padding: 1 }), [2, 5, 12, 12]],
    ['softmax', softmax(x, 0), [2, 3, 4]],
    ['inverseStd', inverseStd(x, 1e-5), [2, 3, 1]],
    ['filled', filled(3, [2, 2], 'int32'), [2, 2], 'int32'],
    ['clamp', clamp(m, -1, 1), [2, 3]],
  ])('%s', (_, tensor, shape, dtype = 'float32') => {
    expect([tensor.shape, tensor.dtype]).toEqual([shape, dtype])
  })

  test.each<[string, () => unknown, string]>([
    ['add', () => add(x, m), 'add: shapes [2, 3, 4] and [2, 3] do not broadcast together'],
    ['add types', () => add(m, int), 'add: element types differ: float32, int32'],
    ['add bool', () => add(bool, bool), 'add: does not take elements of type bool'],
    ['exp int32', () => exp(int), 'exp: does not take elements of type int32'],
    ['sqrt bool', () => sqrt(bool), 'sqrt: does not take elements of type bool'],
    ['not float32', () => not(m), 'not: does not take elements of type float32'],
    ['and float32', () => and(m, m), 'and: does not take elements of type float32'],
    ['or int32', () => or(int, int), 'or: does not take elements of type int32'],
    ['less bool', () => less(bool, bool), 'less: does not take elements of type bool'],
    ['input', () => input('x', [2, -1]), 'input x: [2, -1] is not a shape'],
    ['constant', () => constant([1, 2, 3], [2]), 'constant: 3 elements do not fill shape [2]'],
    ['filled', () => filled(1, [1.5]), 'broadcastTo: [] does not stretch to [1.5]'],
    ['where', () => where(m, m, m), 'where: the condition is float32, not bool'],
    ['where types', () => where(bool, m, int), 'where: element types differ'],
    ['sum axis', () => sum(m, 2), 'sum: axis 2 is outside a tensor of 2 dimensions'],
    ['sum axes', () => sum(m, [0, -2]), 'sum: axes [0, 0] name an axis twice'],
    ['sum bool', () => sum(bool), 'sum: does not take elements of type bool'],
    ['reduceMax bool', () => reduceMax(bool), 'reduceMax: does not take elements of type bool'],
    ['reshape', () => reshape(m, [4, 2]), 'reshape: [2, 3] does not fit [4, 2]'],
    ['reshape rest', () => reshape(m, [4, -1]), 'reshape: [2, 3] does not fit [4, 1.5]'],
    ['reshape twice', () => reshape(m, [-2, -3]), 'reshape: [2, 3] does not fit [-2, -3]'],
    ['transpose', () => transpose(m, [0, 0]), 'transpose: [0, 0] does not permute the axes of [2, 3]'],
    ['broadcastTo', () => broadcastTo(m, [3, 3]), 'broadcastTo: shapes [2, 3] and [3, 3] do not broadcast together'],
    ['broadcastTo less', () => broadcastTo(m, [3]), 'broadcastTo: [2, 3] does not stretch to [3]'],
    ['slice', () => slice(m, 1, 0, 4), 'slice: 0:4:1 is outside axis 1 of [2, 3]'],
    ['slice step', () => slice(m, 1, 0, 3, 0), 'slice: 0:3:0 is outside axis 1 of [2, 3]'],
    ['slice fraction', () => slice(m, 1, 0.5), 'slice: 0.5:3:1 is outside'],
    ['slice axes', () => sliceAll(m, [0], [1], [1]), 'slice: undefined:undefined:undefined is outside axis 1'],
    ['pad', () => pad(m, [-1, 0], [0, 0]), 'pad: needs three whole numbers, not negative, for every axis of [2, 3]'],
    ['pad axes', () => pad(m, [1], [1]), 'pad: needs three whole numbers, not negative, for every axis of [2, 3]'],
    ['reverse', () => reverse(m, 2), 'reverse: axis 2 is outside a tensor of 2 dimensions'],
    ['concat', () => concat([m, x], 0), 'concat: shapes [2, 3], [2, 3, 4] differ outside axis 0'],
    ['concat types', () => concat([m, int], 0), 'concat: element types differ: float32, int32'],
    ['concat nothing', () => concat([], 0), 'concat: needs at least one tensor'],
    ['split', () => split(m, 1, [1, 1]), 'split: sizes [1, 1] do not add up to axis 1 of [2, 3]'],
    ['gather', () => gather(m, m), 'gather: indices are float32, not int32'],
    ['gather scalar', () => gather(scalar, int), 'gather: the table is a scalar'],
    [
      'scatterAdd',
      () => scatterAdd(m, whole([1, 2, 3]), 4),
      "scatterAdd: updates [2, 3] do not start with the indices' shape [3]",
    ],
    ['upsample', () => upsample(m, [1.5]), 'upsample: [1.5] are not whole factors for the last axes of [2, 3]'],
    ['sumPool', () => sumPool(m, [2]), 'sumPool: windows [2] do not divide [2, 3]'],
    [
      'sumPool rank',
      () => sumPool(m, [1, 1, 2]),
      'sumPool: [1, 1, 2] are not whole factors for the last axes of [2, 3]',
    ],
    ['matmul rank', () => matmul(scalar, m), 'matmul: needs two axes on both sides, got [] and [2, 3]'],
    ['matmul inner', () => matmul(m, m), 'matmul: inner dimensions 3 and 2 differ ([2, 3] · [2, 3])'],
    ['matmul stacks', () => matmul(x, input('w', [3, 4, 5])), 'matmul: shapes [2] and [3] do not broadcast together'],
    ['conv rank', () => conv(image, m), 'conv: input [2, 4, 6, 6] and kernel [2, 3] differ in rank'],
    ['conv flat', () => conv(m, m), 'conv: needs at least one spatial dimension'],
    [
      'conv channels',
      () => conv(image, input('w', [8, 3, 3, 3])),
      'conv: kernel [8, 3, 3, 3] with 1 groups expects 3 channels, the input has 4',
    ],
    [
      'conv groups',
      () => conv(image, input('w', [8, 1, 3, 3]), { groups: 3 }),
      'conv: 3 groups do not divide 4 channels in and 8 out',
    ],
    [
      'conv size',
      () => conv(image, input('w', [8, 4, 7, 7])),
      'conv: kernel [8, 4, 7, 7] is larger than the padded input [2, 4, 6, 6]',
    ],
    [
      'conv stride',
      () => conv(image, input('w', [8, 4, 3, 3]), { stride: [2] }),
      'conv: stride has 1 entries for 2 spatial dimensions',
    ],
    [
      'conv half stride',
      () => conv(image, input('w', [8, 4, 3, 3]), { stride: 1.5 }),
      'conv: stride and dilation must be whole numbers of at least 1',
    ],
    [
      'conv padding',
      () => conv(image, input('w', [8, 4, 3, 3]), { padding: -1 }),
      'conv: padding must not be negative',
    ],
    [
      'convInput',
      () => convInput(x, input('w', [2, 3, 3]), one, [6]),
      'convInput: 3 channels do not fit kernel [2, 3, 3]',
    ],
    [
      'convInput size',
      () => convInput(x, input('w', [3, 3, 3]), one, [7]),
      'convInput: size [7] does not convolve to [4]',
    ],
    [
      'convInput rank',
      () => convInput(image, input('w', [4, 3, 3]), one, [8]),
      'convInput: [2, 4, 6, 6] and [4, 3, 3] do not have 1 spatial axes',
    ],
    [
      'convWeight',
      () => convWeight(x, input('dy', [2, 5, 3]), one, [3]),
      'convWeight: kernel [3] does not map [2, 3, 4] to [2, 5, 3]',
    ],
    ['convWeight batch', () => convWeight(x, input('dy', [1, 5, 3]), one, [2]), 'convWeight: batches 2 and 1 differ'],
    ['softmax', () => softmax(int), 'softmax: takes real numbers, got int32'],
    ['logSoftmax', () => logSoftmax(m, 5), 'logSoftmax: axis 5 is outside a tensor of 2 dimensions'],
    ['normalize', () => normalize(scalar, 1), 'normalize: works along the last axis, a scalar has none'],
    ['inverseStd', () => inverseStd(bool, 1), 'inverseStd: takes real numbers, got bool'],
  ])('wrong: %s', (_, build, message) => {
    expect(build).toThrow(message)
    expect(build).toThrow(TweedieError)
  })

  test('leave a list of tensors to its owner', () => {
    const list = [m, m]
    concat(list, 0)
    expect(Object.isFrozen(list)).toBe(false)
  })

  test('cost no node where nothing changes', () => {
    for (const same of [
      reshape(m, [2, -1]),
      transpose(m, [0, 1]),
      broadcastTo(m, [2, 3]),
      slice(m, 1, 0),
      cast(m, 'float32'),
      sum(m, []),
    ]) {
      expect(same).toBe(m)
    }
  })

  test('of deep graphs: 20,000 nodes do not overflow a stack', () => {
    let deep: Tensor = real([1, 2])
    for (let i = 0; i < 20_000; i++) deep = i % 2 === 0 ? neg(deep) : stopGradient(deep)
    expect(topological([deep])).toHaveLength(20_001)
    expect(elementsOf(deep)).toEqual([1, 2])
  })
})

describe('broadcasting', () => {
  const pairs = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('both', 'left', 'right')), { maxLength: 4 })
    .chain((axes) => fc.tuple(fc.constant(axes), fc.nat(axes.length), fc.boolean()))
    .map(([axes, cut, swap]) => {
      const a = axes.map(([dim, stretch]) => (stretch === 'left' ? 1 : dim))
      const b = axes.map(([dim, stretch]) => (stretch === 'right' ? 1 : dim)).slice(cut)
      const shape = axes.map(([dim, stretch], axis) => (axis < cut && stretch === 'left' ? 1 : dim))
      return { a: swap ? b : a, b: swap ? a : b, shape }
    })

  test('is what each axis says', () => {
    fc.assert(
      fc.property(pairs, ({ a, b, shape }) => {
        expect(broadcastShapes('test', a, b)).toEqual(shape)
      }),
    )
  })

  test('of operands is broadcasting first', () => {
    fc.assert(
      fc.property(pairs, ({ a, b, shape }) => {
        const [left, right] = [a, b].map((each) =>
          real(
            Array.from({ length: sizeOf(each) }, (_, i) => i + 1),
            each,
          ),
        )
        const spread = [left, right].map((each) => elementsOf(broadcastTo(each!, shape)))
        expect(elementsOf(mul(left!, right!))).toEqual(spread[0]!.map((each, i) => each * spread[1]![i]!))
        expect(elementsOf(div(left!, right!))).toEqual(spread[0]!.map((each, i) => each / spread[1]![i]!))
      }),
    )
  })

  test('is undone by sumTo: Σ y · broadcast(x) = Σ sumTo(y) · x', () => {
    fc.assert(
      fc.property(pairs, ({ a, shape }) => {
        const count = (each: number[]): Tensor =>
          real(
            Array.from({ length: sizeOf(each) }, (_, i) => (i % 7) + 1),
            each,
          )
        const [small, large] = [count(a), count(shape)]
        const back = sumTo(large, a)
        expect(back.shape).toEqual(a)
        expect(elementsOf(sum(mul(back, small)))).toEqual(elementsOf(sum(mul(large, broadcastTo(small, shape)))))
      }),
    )
  })

  test('refuses everything else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }), (a, b) => {
        fc.pre(a !== b)
        expect(() => broadcastShapes('test', [a, 1], [b, 1])).toThrow('do not broadcast together')
      }),
    )
  })

  test('strides are row-major', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
    expect(stridesOf([])).toEqual([])
  })
})
