/** Splines: monotone, smooth at their knots, the identity outside, inverted exactly. */
import { array, assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { affineTransform, shadeSpline, splineTransform } from '../../../src/diffusion/flow/index.ts'
import type { ElementTransform } from '../../../src/diffusion/flow/index.ts'
import { constant, gradients, input, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { numbers } from '../../support/flows.ts'

/** One set of parameters for all numbers, in double precision. */
function run(
  transform: ElementTransform,
  x: ArrayLike<number>,
  p: ArrayLike<number>,
  way: 'forward' | 'inverse' = 'forward',
) {
  const n = x.length
  const [at, by] = [input('x', [n]), input('p', [1, transform.parameters])]
  const { y, logDerivative } = transform[way](at, by)
  const [out, log] = evaluate([y, logDerivative], { x, p })
  return { y: out.data as Float64Array, log: log.data as Float64Array }
}

const raw = (name: string, { parameters }: ElementTransform, std = 1.5) => numbers(name, parameters, std)
const grid = (from: number, to: number, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1))

describe('a spline with identity tails', () => {
  const spline = splineTransform({ bins: 6, box: 3 })
  const p = raw('p', spline, 0.8)

  test('is the identity outside its box, without a change of volume', () => {
    const x = [-100, -3.2, 3.2, 1e6]
    const { y, log } = run(spline, x, p)
    expect(Array.from(y)).toEqual(x)
    expect(Array.from(log, Math.abs)).toEqual([0, 0, 0, 0])
  })

  test('is monotone, and continuous with its derivative at every knot and at the ends', () => {
    /** The largest steps of y and of log dy/dx between neighbours of a grid. */
    const steps = (n: number) => {
      const { y, log } = run(spline, grid(-3.5, 3.5, n), p)
      const between = Array.from(y.subarray(1), (value, i) => value - y[i]!)
      expect(Math.min(...between)).toBeGreaterThan(0)
      return {
        jump: Math.max(...between),
        kink: Math.max(...Array.from(log.subarray(1), (v, i) => Math.abs(v - log[i]!))),
      }
    }
    // what is continuous has steps that vanish with those of the grid; a jump at a knot would stay
    const [coarse, fine] = [steps(1001), steps(8001)]
    expect(fine.jump).toBeLessThan(0.4 * coarse.jump)
    expect(fine.kink).toBeLessThan(0.4 * coarse.kink)
    // and it is no straight line
    expect(coarse.kink).toBeGreaterThan(0.01)
  })

  test('its log-derivative is that of its values', () => {
    const x = grid(-2.9, 2.9, 59)
    const step = 1e-6
    const [up, down] = [
      run(
        spline,
        x.map((v) => v + step),
        p,
      ).y,
      run(
        spline,
        x.map((v) => v - step),
        p,
      ).y,
    ]
    run(spline, x, p).log.forEach((log, i) => expect((up[i]! - down[i]!) / (2 * step)).toBeCloseTo(Math.exp(log), 4))
  })

  test('no gradient is NaN, however far outside the box', () => {
    const x = constant([-1e20, -3, 0, 3, 1e20], [5])
    const by = input('p', [1, spline.parameters])
    const { y, logDerivative } = spline.forward(x, by)
    for (const loss of [sum(y), sum(logDerivative)]) {
      const [g] = evaluate(gradients(loss, [by]), { p })
      expect(g.data.every(Number.isFinite)).toBe(true)
    }
  })
})

test('gradients in x and in the parameters are those of finite differences', () => {
  for (const [transform, x] of [
    [splineTransform({ bins: 4, box: 2 }), [-1.7, -0.3, 0.4, 1.1]],
    [shadeSpline(5, 5), [-1.1, -0.3, 0.4, 1.1]],
    [affineTransform(), [-2, 0.5, 1]],
  ] as const) {
    const p = raw('gradient', transform, 0.7)
    const [at, by] = [input('x', [x.length]), input('p', [1, transform.parameters])]
    const { y, logDerivative } = transform.forward(at, by)
    for (const loss of [sum(y), sum(logDerivative)]) {
      const value = (values: ArrayLike<number>, params: ArrayLike<number>): number =>
        evaluate([loss], { x: values, p: params })[0].data[0]!
      const [gx, gp] = evaluate(gradients(loss, [at, by]), { x, p })
      const [step, moved] = [
        1e-5,
        (a: ArrayLike<number>, i: number, d: number) => Array.from(a, (v, j) => (i === j ? v + d : v)),
      ]
      x.forEach((_, i) => {
        expect((value(moved(x, i, step), p) - value(moved(x, i, -step), p)) / (2 * step)).toBeCloseTo(gx.data[i]!, 5)
      })
      for (let i = 0; i < p.length; i++) {
        expect((value(x, moved(p, i, step)) - value(x, moved(p, i, -step))) / (2 * step)).toBeCloseTo(gp.data[i]!, 5)
      }
    }
  }
})

test('the inverse undoes any spline', () => {
  assert(
    property(
      integer({ min: 2, max: 9 }),
      array(double({ min: -3, max: 3, noNaN: true }), { minLength: 26, maxLength: 26 }),
      array(double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (bins, p, x) => {
        const spline = splineTransform({ bins, box: 2 })
        const by = p.slice(0, spline.parameters)
        const { y, log } = run(spline, x, by)
        const back = run(spline, y, by, 'inverse')
        back.y.forEach((value, i) => expect(Math.abs(value - x[i]!)).toBeLessThan(1e-9))
        back.log.forEach((value, i) => expect(Math.abs(value + log[i]!)).toBeLessThan(1e-6))
      },
    ),
    { numRuns: 60 },
  )
})

describe('a spline of shades', () => {
  const transform = shadeSpline(5, 5)
  const edge = 1.25

  test('at first makes what is uniform normal', () => {
    const x = grid(-edge + 1e-4, edge - 1e-4, 1001)
    const { y, log } = run(transform, x, new Float64Array(transform.parameters))
    const excess = y.map((z, i) => 0.5 * z * z + 0.5 * Math.log(2 * Math.PI) - log[i]! - Math.log(2 * edge))
    expect(excess.reduce((a, b) => a + b, 0) / x.length).toBeLessThan(1e-3)
    expect(y[500]).toBeCloseTo(0, 3)
  })

  test('can give one shade almost all of the probability', () => {
    const p = new Float64Array(transform.parameters)
    p[5 + 2] = 12 // the height of the third bin
    const inside = grid(-0.24, 0.24, 101)
    const { y, log } = run(transform, inside, p)
    const density = y.map((z, i) => Math.exp(-0.5 * z * z - 0.5 * Math.log(2 * Math.PI) + log[i]!))
    // a uniform shade of width ½ has the density 2
    expect(density.reduce((a, b) => a + b, 0) / density.length).toBeGreaterThan(1.9)
  })

  test('is undone by its inverse', () => {
    const x = grid(-1.2, 1.2, 25)
    const p = raw('shades', transform, 0.8)
    run(transform, run(transform, x, p).y, p, 'inverse').y.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 6))
  })
})
