/** Every bijection against mathematics: the determinant of its Jacobian, its inverse, its shapes. */
import { array, assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  actNorm,
  affineTransform,
  autoregressive,
  type Bijection,
  causal,
  chain,
  convConditioner,
  coupling,
  invert,
  mixing,
  mlpConditioner,
  multiScale,
  patchTokens,
  reshaped,
  reversed,
  scaled,
  splineTransform,
  squeeze,
} from '../../../src/diffusion/flow/index.ts'
import { logDeterminant } from '../../../src/diffusion/flow/rotation.ts'
import { constant } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { unitInverse } from '../../../src/diffusion/flow/triangular.ts'
import { evaluated, jacobian, numbers } from '../../support/flows.ts'

const size = { width: 8, layers: 1, dropout: 0 }
const conditioner = mlpConditioner(size)
const spline = splineTransform({ bins: 5, box: 2 })
const affine = affineTransform()
const image = [2, 2, 2]

const cases: readonly (readonly [string, Bijection, { width: number }?])[] = [
  ['act norm', actNorm([5])],
  ['act norm of an image', actNorm(image)],
  ['mixing', mixing([7], 1)],
  ['mixing of an image', mixing(image, 2)],
  ['scaled', scaled([3], 2.5)],
  ['reversed', reversed([4])],
  ['squeeze', squeeze([1, 2, 4])],
  ['patches', patchTokens([2, 2, 2], 1)],
  ['affine coupling', coupling([5], { transform: affine, conditioner })],
  ['spline coupling', coupling([5], { transform: spline, conditioner, maps: 'first' })],
  ['conditional spline coupling', coupling([4], { transform: spline, conditioner }), { width: 3 }],
  ['affine coupling of an image', coupling(image, { transform: affine, conditioner: convConditioner(size) })],
  ['spline coupling of an image', coupling(image, { transform: spline, conditioner: convConditioner(size) })],
  [
    'conditional coupling of an image',
    coupling(image, { transform: affine, conditioner: convConditioner(size) }),
    { width: 3 },
  ],
  ['autoregressive affine', autoregressive([5], affine, size)],
  ['autoregressive spline', autoregressive([6], spline, size), { width: 2 }],
  ['autoregressive of one number', autoregressive([1], spline, size), { width: 2 }],
  ['causal affine', causal([3, 2], affine, { ...size, heads: 2 })],
  ['causal spline', causal([4, 2], spline, { ...size, heads: 2 }), { width: 2 }],
  ['causal within tokens', causal([3, 3], affine, { ...size, heads: 2, inner: 12 })],
  ['chain', chain([mixing([4], 3), coupling([4], { transform: spline, conditioner }), actNorm([4])])],
  ['inverse of a chain', invert(chain([mixing([4], 3), coupling([4], { transform: spline, conditioner })]))],
  [
    'multi-scale',
    multiScale([
      chain([squeeze([1, 4, 2]), mixing([4, 2, 1], 1), actNorm([4, 2, 1])]),
      chain([
        reshaped([2, 2, 1], [2, 2, 1]),
        coupling([2, 2, 1], { transform: affine, conditioner: convConditioner(size) }),
      ]),
    ]),
  ],
]

const bijections = cases.map(([name, bijection, options = { width: 0 }]) => ({ name, bijection, options }))

describe.each(bijections)('$name', ({ name, bijection, options }) => {
  const { forward, inverse, inverseLogDet } = evaluated(bijection, options)
  const dimensions = bijection.shape.reduce((a, b) => a * b, 1)
  const x = numbers(`x of ${name}`, dimensions, 0.9)

  test('log |det| is that of its Jacobian', () => {
    const matrix = jacobian((at) => forward(at).values, x)
    expect(forward(x).logDet[0]).toBeCloseTo(logDeterminant(matrix, dimensions), 6)
  })

  test('its inverse undoes it', () => {
    const { values, logDet } = forward(x)
    inverse(values).forEach((value, i) => expect(Math.abs(value - x[i]!)).toBeLessThan(1e-10))
    if (bijection.inverse) expect(inverseLogDet(values)[0]).toBeCloseTo(-logDet[0]!, 9)
  })
})

describe('autoregressive maps', () => {
  test.each([
    ['masked', autoregressive([6], affine, size), 1],
    ['causal', causal([3, 2], affine, { ...size, heads: 2 }), 2],
    ['causal within tokens', causal([2, 3], affine, { ...size, heads: 2, inner: 12 }), 1],
  ])('%s: the Jacobian is triangular', (_, bijection, block) => {
    const { forward } = evaluated(bijection)
    const matrix = jacobian((at) => forward(at).values, numbers('x', 6))
    let below = 0
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        const [row, column] = [Math.floor(i / block), Math.floor(j / block)]
        if (column > row || (column === row && i !== j)) expect(Math.abs(matrix[i * 6 + j]!)).toBeLessThan(1e-10)
        if (column < row) below += Math.abs(matrix[i * 6 + j]!)
      }
    }
    expect(below).toBeGreaterThan(0.1)
  })

  test('have no inverse to turn round', () => {
    const map = autoregressive([3], affine, size)
    expect(() => invert(map)).toThrow(/sequential/)
    expect(() => multiScale([chain([reshaped([3, 1, 1], [3]), map])])).toThrow(/no sequence/)
  })
})

test('at first, a network of a coupling changes nothing', () => {
  const map = coupling([4], { transform: spline, conditioner })
  const { specs, feeds } = evaluated(map)
  const begun = Object.fromEntries(specs.map(({ name, init }) => [name, init.kind === 'zeros' ? [] : feeds[name]!]))
  expect(Object.values(begun).filter(({ length }) => length === 0).length).toBeGreaterThan(1)
  const p = constant(new Float32Array(14), [1, 14])
  const { y, logDerivative } = spline.forward(constant([0.3], [1]), p)
  const [out, log] = evaluate([y, logDerivative])
  expect(out.data[0]).toBeCloseTo(0.3, 7)
  expect(log.data[0]).toBeCloseTo(0, 7)
})

test('the inverse of a triangular matrix is exact for any size', () => {
  assert(
    property(
      integer({ min: 1, max: 12 }),
      array(double({ min: -2, max: 2, noNaN: true }), { minLength: 144, maxLength: 144 }),
      (n, values) => {
        const below = Float64Array.from({ length: n * n }, (_, i) =>
          Math.floor(i / n) > i % n ? Math.fround(values[i]!) : 0,
        )
        const inverse = evaluate([unitInverse(constant(Float32Array.from(below), [n, n]), n)])[0].data
        const scale = Math.max(1, ...Array.from(inverse, Math.abs))
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let sum = inverse[i * n + j]!
            for (let k = 0; k < i; k++) sum += below[i * n + k]! * inverse[k * n + j]!
            expect(Math.abs(sum - Number(i === j)) / scale).toBeLessThan(1e-10)
          }
        }
      },
    ),
    { numRuns: 12 },
  )
})

test('what does not fit together is refused', () => {
  expect(() => chain([])).toThrow(/at least one/)
  expect(() => chain([actNorm([2]), actNorm([3])])).toThrow(/takes \[3\]/)
  expect(() => squeeze([1, 3, 4])).toThrow(/2 divides/)
  expect(() => coupling([1], { transform: affine, conditioner })).toThrow(/at least two/)
  expect(() => splineTransform({ bins: 1 })).toThrow(/a spline of 1 bins/)
  expect(() => causal([4, 2], affine, { ...size, heads: 3 })).toThrow(/3 heads/)
  expect(() => multiScale([actNorm([4, 2, 2]), actNorm([3, 2, 2])])).toThrow(/half of level 0/)
})
