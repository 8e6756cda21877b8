/** Operators against their definitions: transposes, decompositions, derivatives. */
import sharp from 'sharp'
import { requireNoise } from '../../../src/diffusion/measure/observation.ts'
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../../src/diffusion/denoise/index.ts'
import * as graph from '../../../src/engine/graph/index.ts'
import {
  adjointError,
  averagePooling,
  bicubicReduction,
  boxBlur,
  boxMask,
  clipping,
  fourierSampling,
  gaussianBlur,
  graphOperator,
  greyScale,
  gridMask,
  jpegCompression,
  kernelBlur,
  type LinearOperator,
  linearOperator,
  maskOperator,
  matrixOperator,
  motionBlur,
  observation,
  observe,
  observeCounts,
  type Operator,
  phaseRetrieval,
  poissonSigma,
  quantisation,
  randomMask,
  randomProjection,
  sparseProjection,
} from '../../../src/diffusion/measure/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'

const image = [3, 8, 12]
const linear: readonly LinearOperator[] = [
  maskOperator(image, boxMask(image, { height: 4, width: 5 })),
  maskOperator([10], randomMask([10], 0.5)),
  averagePooling(image, 4),
  averagePooling([12], 3),
  bicubicReduction(image, 2),
  bicubicReduction([2, 12], 4),
  gaussianBlur(image, 1.5),
  gaussianBlur([12], 0.7),
  boxBlur(image, 3),
  motionBlur(image, 5, 30),
  kernelBlur(image, [0, 1, 2, 0, 3, 0, 0, 0, -1], [3, 3]),
  greyScale(image),
  randomProjection(image, 20),
  sparseProjection(image, 20),
  sparseProjection([5], 3),
  maskOperator(image, gridMask(image, 4), 'sensor'),
  maskOperator([12], gridMask([12], 3), 'sensor'),
  matrixOperator({ from: [3] }, [1, 2, 3, 4, 5, 6]),
  matrixOperator({ from: [2] }, [1, 2, 2, 4, 5, 6]),
  matrixOperator({ from: [3] }, [1, 2, 3, 2, 4, 6]),
  fourierSampling([1, 8, 6], (vertical, horizontal) => vertical + horizontal < 4),
  fourierSampling([9], (_, frequency) => frequency !== 2),
]
const random = (name: string, length: number): Float64Array => normal(key(name), new Float64Array(length))
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 10): void => {
  expect(a.length).toBe(b.length)
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i]!, digits)
}

describe.each(linear.map((operator) => [`${operator.name} of [${operator.from.join(', ')}]`, operator] as const))(
  '%s',
  (_, operator) => {
    test('⟨A x, y⟩ = ⟨x, Aᵀ y⟩', () => expect(adjointError(operator)).toBeLessThan(1e-13))

    test('items of a batch are measured alone', () => {
      const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
      const both = random('batch', 2 * n)
      const y = operator.forward(both)
      expect(y).toHaveLength(2 * m)
      close(y.subarray(m), operator.forward(both.slice(n)), 14)
    })

    test.runIf(operator.svd)('A = U S Vᵀ, with orthonormal V', () => {
      const { values, coordinates, compose, measured } = operator.svd!()
      const x = random('x', sizeOf(operator.from))
      const seen = coordinates(x)
      const expected = seen.map((c, i) => values[i]! * c)
      close(measured(operator.forward(x)), expected)
      close(operator.forward(compose(seen)), operator.forward(x))
      const again = coordinates(compose(seen))
      close(
        again.filter((_, i) => values[i]! > 0),
        seen.filter((_, i) => values[i]! > 0),
      )
      // ‖A x‖ = ‖S Vᵀ x‖: nothing is left out
      const y = operator.forward(x)
      expect(dot(expected, expected)).toBeCloseTo(dot(y, y), 9)
    })
  },
)

test('an adjoint that is wrong is found out', () => {
  const wrong = linearOperator({ from: [4], to: [4], forward: (x) => x.map((v, i) => v * i), adjoint: (y) => y })
  expect(adjointError(wrong)).toBeGreaterThan(0.01)
})

describe('what they do', () => {
  test('a constant picture stays constant under blur and lower resolution', () => {
    const one = new Float64Array(sizeOf(image)).fill(0.3)
    for (const operator of [
      averagePooling(image, 2),
      bicubicReduction(image, 4),
      gaussianBlur(image, 2),
      motionBlur(image, 7, 45),
    ]) {
      for (const value of operator.forward(one)) expect(value).toBeCloseTo(0.3, 12)
    }
  })

  test('motion to the right spreads a point along its row, evenly', () => {
    const point = new Float64Array(49)
    point[3 * 7 + 3] = 1
    const blurred = motionBlur([1, 7, 7], 3).forward(point)
    expect(blurred.subarray(21, 28).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    expect(blurred[24]).toBeGreaterThan(0.25)
    expect(blurred[23]).toBeCloseTo(blurred[25]!, 12)
  })

  test('the kernel of a blur is what a point becomes', () => {
    const point = new Float64Array(81)
    point[40] = 1
    const blurred = gaussianBlur([1, 9, 9], 0.8).forward(point)
    expect(blurred[41]! / blurred[40]!).toBeCloseTo(Math.exp(-1 / (2 * 0.64)), 10)
    expect(blurred[50]! / blurred[40]!).toBeCloseTo(Math.exp(-2 / (2 * 0.64)), 10)
  })

  test('bicubic reduction keeps a straight line straight, but for the ends', () => {
    const line = Float64Array.from({ length: 24 }, (_, i) => i)
    const y = bicubicReduction([24], 2).forward(line)
    for (let i = 2; i < 10; i++) expect(y[i]).toBeCloseTo(2 * i + 0.5, 10)
  })

  test('all frequencies are an orthonormal basis', () => {
    const all = fourierSampling([1, 5, 8], () => true)
    const x = random('x', 40)
    close(all.adjoint(all.forward(x)), x, 12)
  })
})

/** (∂A/∂x) u by central differences, and its transpose by ⟨v, J u⟩ = ⟨Jᵀ v, u⟩. */
async function checkDerivatives(operator: Operator, digits: number): Promise<void> {
  const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
  const [x, u, v] = [random('x', n), random('u', n), random('v', m)]
  const at = async (h: number): Promise<Float64Array> =>
    (await operator.forward(x.map((value, i) => value + h * u[i]!))).slice()
  const [up, down] = [await at(1e-5), await at(-1e-5)]
  const push = await operator.pushforward(x, u)
  close(
    push,
    up.map((value, i) => (value - down[i]!) / 2e-5),
    digits,
  )
  expect(dot(await operator.pullback(x, v), u)).toBeCloseTo(dot(v, push), digits)
}

describe('derivatives', () => {
  test.each([
    ['clipping', clipping([1, 4, 4], 1.5)],
    ['phase retrieval of an image', phaseRetrieval([1, 4, 6])],
    ['phase retrieval of a signal', phaseRetrieval([7], 3)],
    ['a matrix', linear.at(-5)!],
  ] as const)('%s', (_, operator) => checkDerivatives(operator, 6))

  test('an expression, evaluated and compiled', async () => {
    const definition = {
      from: [2, 6],
      forward: (x: graph.Tensor) => graph.square(graph.sum(graph.tanh(graph.mul(x, 0.5)), 1)),
    }
    using slow = await graphOperator(definition)
    expect(slow.to).toEqual([6])
    await checkDerivatives(slow, 6)
    using fast = await graphOperator({ ...definition, engine: await nodeEngine() })
    const [x, v] = [random('x', 24), random('v', 12)]
    close(await fast.forward(x), await slow.forward(x), 5)
    close(await fast.pullback(x, v), await slow.pullback(x, v), 5)
    close(await fast.pushforward(x, x), await slow.pushforward(x, x), 5)
  })

  test('quantisation follows a straight line from afar', () => {
    const operator = quantisation([1], 9)
    const rise =
      (operator.forward(Float64Array.of(0.6)) as Float64Array)[0]! -
      (operator.forward(Float64Array.of(-0.4)) as Float64Array)[0]!
    expect(rise).toBeCloseTo(1, 12)
    expect((operator.pullback(Float64Array.of(0.1), Float64Array.of(2)) as Float64Array)[0]).toBe(2)
    expect(new Set(operator.forward(random('x', 500)) as Float64Array).size).toBe(9)
  })

  test('JPEG: the derivative is that of what is rounded, and the rounding is half a step at most', async () => {
    for (const shape of [
      [1, 12, 9],
      [3, 8, 16],
    ]) {
      const operator = jpegCompression(shape, 30)
      const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
      const [x, u, v] = [random('x', n), random('u', n), random('v', m)]
      const push = await operator.pushforward(x, u)
      expect(dot(await operator.pullback(x, v), u)).toBeCloseTo(dot(v, push), 10)
      const exact = await operator.pushforward(x, x)
      const rounded = await operator.forward(x)
      const errors = rounded.map((value, k) => Math.abs(value - exact[k]!) / (operator.sigma[k]! * Math.sqrt(12)))
      expect(Math.max(...errors)).toBeLessThanOrEqual(0.5 + 1e-9)
      expect(Math.max(...errors)).toBeGreaterThan(0.4)
      close(operator.decode(exact), x, 4)
    }
  })

  test.each([
    [1, 20],
    [3, 20],
    [3, 90],
  ] as const)('JPEG of %i channels at quality %i is what a real coder makes', async (channels, quality) => {
    const [height, width] = [20, 28]
    const bytes = Uint8Array.from({ length: channels * height * width }, (_, at) => {
      const [c, p] = [at % channels, Math.floor(at / channels)]
      const [y, x] = [Math.floor(p / width), p % width]
      return 128 + 60 * Math.sin(0.4 * x + c) + 50 * Math.cos(0.3 * y * (c + 1))
    })
    const picture = sharp(bytes, { raw: { width, height, channels } })
    const coded = await (channels === 1 ? picture.toColourspace('b-w') : picture)
      .jpeg({ quality, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const { data: real, info } = await sharp(coded).raw().toBuffer({ resolveWithObject: true })
    const planes = (of: Uint8Array, stored: number = channels): Float64Array =>
      Float64Array.from(bytes, (_, at) => {
        const [c, p] = [Math.floor(at / (height * width)), at % (height * width)]
        return of[p * stored + c]! / 127.5 - 1
      })
    const coder = jpegCompression([channels, height, width], quality)
    const own = coder.decode(await coder.forward(planes(bytes)))
    const [theirs, clean] = [planes(real, info.channels), planes(bytes)]
    const rms = (a: Float64Array, b: Float64Array): number =>
      Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length)
    expect(rms(own, theirs)).toBeLessThan(0.35 * rms(theirs, clean) + 0.006)
  })

  test('magnitudes do not know a shift or the sign', async () => {
    const operator = phaseRetrieval([8], 1)
    const x = random('x', 8)
    const shifted = Float64Array.from(x, (_, i) => -x[(i + 3) % 8]!)
    close(await operator.forward(shifted), await operator.forward(x), 10)
  })
})

describe('observations', () => {
  test('noise has the strength that is asked for, and depends on the item only', async () => {
    const operator = maskOperator([4000], new Uint8Array(4000).fill(1))
    const { y } = await observe(operator, new Float64Array(8000), { sigma: 0.3, seed: 5 })
    expect(Math.sqrt(Float64Array.from(y).reduce((sum, value) => sum + value ** 2, 0) / 8000)).toBeCloseTo(0.3, 1)
    const alone = await observe(operator, new Float64Array(4000), { sigma: 0.3, seed: 5 })
    close(alone.y, y.subarray(0, 4000), 14)
  })

  test('counts: the variance is the brightness over the rate', () => {
    close(poissonSigma([4, 0], 25), [0.4, 0.04], 12)
  })

  test('counts scatter as their own estimate says, around what is there', async () => {
    const operator = maskOperator([6000], new Uint8Array(6000).fill(1))
    for (const [value, rate] of [
      [0, 40],
      [0.9, 1000],
      [-0.5, 100],
    ] as const) {
      const counted = await observeCounts(operator, new Float64Array(6000).fill(value), { rate, seed: 2 })
      const [y, sigma] = [Float64Array.from(counted.y), counted.sigma]
      const mean = y.reduce((sum, v) => sum + v / 6000, 0)
      const spread = Math.sqrt(y.reduce((sum, v) => sum + (v - mean) ** 2 / 6000, 0))
      const expected = 2 * Math.sqrt((value + 1) / 2 / rate)
      expect(Math.abs(mean - value)).toBeLessThan((4 * expected) / Math.sqrt(6000))
      expect(spread / expected).toBeCloseTo(1, 1)
      expect((sigma as Float64Array)[0]! / expected).toBeGreaterThan(0.5)
    }
    await expect(observeCounts(operator, new Float64Array(6000).fill(-2), { rate: 10 })).rejects.toThrow('darker')
    await expect(observeCounts(operator, new Float64Array(12000), { rate: 10 })).rejects.toThrow('one at a time')
  })

  test('counts of a large picture: more pixels than a call takes arguments', async () => {
    const size = 200_000
    const operator = maskOperator([size], new Uint8Array(size).fill(1))
    const counted = await observeCounts(operator, new Float32Array(size).fill(0.5), { rate: 50 })
    expect(() => requireNoise('diffpir', counted)).not.toThrow()
    expect(() => requireNoise('diffpir', { ...counted, sigma: new Float64Array(size) })).toThrow('sigma_y = 0')
  })

  test('a sensor with gaps sees one pixel of each block', () => {
    const seen = gridMask([1, 8, 12], 4)
    expect(seen.reduce((sum, value) => sum + value, 0)).toBe(6)
    expect(seen[2 * 12 + 2]).toBe(1)
  })

  test.each([
    [() => jpegCompression([1, 8, 8], 0), 'a quality of 0'],
    [() => jpegCompression([8], 50), 'an image of 1 or 3 channels'],
    [() => sparseProjection([4], 2, { each: 5 }), '5 elements to a projection'],
    [() => gridMask([4], 0), 'a spacing of 0'],
    [() => averagePooling([1, 28, 28], 3), 'factor 3 does not divide 28 × 28'],
    [() => maskOperator([1, 4, 4], new Uint8Array(9)), 'a mask of 9'],
    [() => maskOperator([4], new Uint8Array(4)), 'hides everything'],
    [() => gaussianBlur([4], 0), 'a blur of 0'],
    [() => greyScale([1, 4, 4]), 'an image of 3 channels'],
    [() => quantisation([4], 1), '1 levels'],
    [() => averagePooling([2, 2, 2, 2], 2), 'neither a signal nor an image'],
    [() => observation(averagePooling([4], 2), new Float64Array(3), 0.1), '3 numbers measured'],
    [() => observation(averagePooling([4], 2), new Float64Array(2), -1), 'sigma_y is -1'],
    [() => averagePooling([4], 2).forward(new Float64Array(6)), '6 numbers are no whole batch'],
  ])('refuses what makes no sense (%#)', (attempt, message) => expect(attempt).toThrow(message))
})
