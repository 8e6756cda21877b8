import { describe, expect, it } from 'vitest'
import { adamw, gathered, globalNorm, sgd } from '../../../src/engine/optim/index.ts'
import type { Optimizer } from '../../../src/engine/optim/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const size = 103
const random = (stream: string): Float32Array => normal(key(stream), new Float32Array(size))

/** Adam as the paper writes it, one number at a time in double precision. */
function paperAdam(theta: number, gradients: readonly number[], rate: number, weightDecay: number) {
  const [beta1, beta2, epsilon] = [0.9, 0.99, 1e-6]
  let [m, v] = [0, 0]
  gradients.forEach((g, i) => {
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    const mHat = m / (1 - beta1 ** (i + 1))
    const vHat = v / (1 - beta2 ** (i + 1))
    theta = theta - rate * weightDecay * theta - (rate * mHat) / (Math.sqrt(vHat) + epsilon)
  })
  return theta
}

describe('adamw', () => {
  it('is the formula of the paper', () => {
    const optimizer = adamw({
      betas: [0.9, 0.99],
      epsilon: 1e-6,
      weightDecay: 0.1,
      decaying: [
        [10, 20],
        [40, 41],
      ],
    })
    const start = random('start')
    const params = start.slice()
    const state = optimizer.init(size)
    const steps = Array.from({ length: 7 }, (_, i) => random(`gradient ${i}`))
    for (const gradients of steps) optimizer.update(params, gradients, state, 0.01)
    for (let i = 0; i < size; i++) {
      const decays = (i >= 10 && i < 20) || i === 40
      const expected = paperAdam(
        start[i]!,
        steps.map((each) => each[i]!),
        0.01,
        decays ? 0.1 : 0,
      )
      expect(params[i]).toBeCloseTo(expected, 6)
    }
    expect(state.step).toBe(7)
  })

  it('moves every parameter by the learning rate at first, however large its gradient', () => {
    const params = new Float32Array(2)
    const optimizer = adamw()
    optimizer.update(params, Float32Array.of(1e-3, -1e4), optimizer.init(2), 0.5)
    expect([...params]).toEqual([expect.closeTo(-0.5, 4), 0.5])
  })

  it('refuses what makes no sense', () => {
    expect(() => adamw({ betas: [0.9, 1] })).toThrow('betas is [0.9,1], expected two numbers in [0, 1)')
    expect(() => adamw({ weightDecay: -1 })).toThrow('weightDecay')
    const overlap = adamw({
      decaying: [
        [0, 5],
        [4, 6],
      ],
    })
    expect(() => overlap.update(random('a'), random('b'), overlap.init(size), 1)).toThrow('[4, 6) is out of order')
  })
})

describe('sgd', () => {
  it('decays weights by rate times decay, apart from the gradient', () => {
    const params = Float32Array.of(1, -2)
    const optimizer = sgd({ weightDecay: 0.5 })
    optimizer.update(params, Float32Array.of(1, 0), optimizer.init(2), 0.1)
    expect([...params]).toEqual([expect.closeTo(0.85, 6), expect.closeTo(-1.9, 6)])
    expect(() => sgd({ weightDecay: -1 })).toThrow('sgd: weightDecay is -1')
  })

  it('with momentum: the velocity is a geometric sum', () => {
    const optimizer = sgd({ momentum: 0.5 })
    const [params, state] = [new Float32Array(1), optimizer.init(1)]
    const places = [1, 1, 1].map(() => {
      optimizer.update(params, Float32Array.of(1), state, 0.25)
      return params[0]
    })
    expect(places).toEqual([-0.25, -0.25 - 0.375, -0.25 - 0.375 - 0.4375])
  })

  it("with Nesterov's look-ahead", () => {
    const optimizer = sgd({ momentum: 0.5, nesterov: true })
    const [params, state] = [new Float32Array(1), optimizer.init(1)]
    optimizer.update(params, Float32Array.of(1), state, 1)
    optimizer.update(params, Float32Array.of(2), state, 1)
    expect(params[0]).toBe(-(1 + 0.5) - (2 + 0.5 * 2.5))
  })
})

const optimizers: readonly (readonly [string, Optimizer, number])[] = [
  ['adamw', adamw({ weightDecay: 0.01 }), 0.05],
  ['sgd', sgd({ momentum: 0.9 }), 0.02],
]

describe.each(optimizers)('%s', (_, optimizer, rate) => {
  it('finds the minimum of a badly scaled quadratic', () => {
    const [x, gradients, state] = [Float32Array.of(3, -2, 1), new Float32Array(3), optimizer.init(3)]
    const [curvature, target] = [
      [1, 5, 20],
      [0.5, -1, 0.1],
    ]
    for (let step = 0; step < 2000; step++) {
      for (let i = 0; i < 3; i++) gradients[i] = curvature[i]! * (x[i]! - target[i]!)
      optimizer.update(x, gradients, state, rate * (1 - step / 2000))
    }
    target.forEach((value, i) => expect(x[i]).toBeCloseTo(value, 1.5))
  })

  it('clips by the norm of the whole gradient: as if it had been shorter', () => {
    const gradients = random('gradients')
    const norm = globalNorm(gradients)
    const [clipped, scaled] = [random('params'), random('params')]
    const [a, b] = [optimizer.init(size), optimizer.init(size)]
    expect(optimizer.update(clipped, gradients, a, rate, { clipNorm: norm / 4 })).toBe(norm)
    expect(optimizer.update(scaled, gradients, b, rate, { gradientScale: 0.25 })).toBeCloseTo(norm / 4, 10)
    expect(clipped).toEqual(scaled)
    const [loose, free] = [random('params'), random('params')]
    optimizer.update(loose, gradients, optimizer.init(size), rate, { clipNorm: norm * 2 })
    optimizer.update(free, gradients, optimizer.init(size), rate)
    expect(loose).toEqual(free)
    if (optimizer.name === 'sgd') expect(loose).not.toEqual(clipped)
  })

  it('updates the average in the same pass, without changing the parameters', () => {
    const [plain, averaged, average] = [random('params'), random('params'), random('average')]
    const before = average.slice()
    optimizer.update(plain, random('gradients'), optimizer.init(size), rate)
    optimizer.update(averaged, random('gradients'), optimizer.init(size), rate, { ema: { average, decay: 0.75 } })
    expect(averaged).toEqual(plain)
    for (let i = 0; i < size; i++) expect(average[i]).toBeCloseTo(0.75 * before[i]! + 0.25 * averaged[i]!, 6)
  })

  it.each([NaN, Infinity])('changes nothing when a gradient is %s', (broken) => {
    const [params, gradients, state, average] = [
      random('params'),
      random('gradients'),
      optimizer.init(size),
      random('a'),
    ]
    gradients[size - 1] = broken
    const norm = optimizer.update(params, gradients, state, rate, { ema: { average, decay: 0.5 } })
    expect(Number.isFinite(norm)).toBe(false)
    expect([params, average, state]).toEqual([random('params'), random('a'), optimizer.init(size)])
  })

  it('continues exactly from a copy of its state', () => {
    const run = (params: Float32Array, state: ReturnType<Optimizer['init']>, from: number, to: number) => {
      for (let i = from; i < to; i++) optimizer.update(params, random(`gradient ${i}`), state, rate)
      return [params, state] as const
    }
    const [whole] = run(random('params'), optimizer.init(size), 0, 6)
    const [half, state] = run(random('params'), optimizer.init(size), 0, 3)
    const [resumed] = run(half.slice(), structuredClone(state), 3, 6)
    expect(resumed).toEqual(whole)
  })

  it('refuses arrays of another length, and a clip that is not positive', () => {
    const state = optimizer.init(size)
    expect(() => optimizer.update(random('a'), new Float32Array(3), state, 1)).toThrow('3 gradients for 103 parameters')
    expect(() => optimizer.update(new Float32Array(3), new Float32Array(3), state, 1)).toThrow('for 3 parameters')
    expect(() => optimizer.update(random('a'), random('b'), state, 1, { clipNorm: 0 })).toThrow('clipNorm is 0')
  })
})

describe('globalNorm', () => {
  it('is the length, whatever the remainder by four', () => {
    for (const length of [0, 1, 3, 4, 7]) {
      const x = Float32Array.from({ length }, (_, i) => i + 1)
      expect(globalNorm(x)).toBeCloseTo(Math.hypot(...x), 12)
    }
  })

  it('does not overflow where single precision would', () => {
    expect(globalNorm(Float32Array.of(1e30, 1e30))).toBeCloseTo(Math.SQRT2 * 1e30, -24)
  })
})

describe('gathered', () => {
  const many = 10_007
  const values = (stream: string): Float32Array => normal(key(stream), new Float32Array(many))
  const optimizer = adamw({ weightDecay: 0.1, decaying: [[5, 9001]] })
  const start = () => ({ params: values('params'), average: values('average'), ...optimizer.init(many).slots })

  it('arrays give the same bits as arrays of their own', () => {
    const apart = { ...start(), gradients: values('gradients') }
    const together = gathered(apart)
    expect(together.params.buffer).toBe(together.gradients.buffer)
    const norms = [apart, together].map(({ params, average, gradients, ...slots }) => {
      const state = { step: 0, slots }
      const options = { clipNorm: 1, ema: { average, decay: 0.9 } }
      return [1, 2, 3].map(() => optimizer.update(params, gradients, state, 0.01, options))
    })
    expect(norms[0]).toEqual(norms[1])
    expect(together.params).toEqual(apart.params)
    expect(together.average).toEqual(apart.average)
    expect(together.gradients).toEqual(values('gradients'))
    expect(together.params).not.toEqual(values('params'))
  })

  it('works without an average', () => {
    const { params, gradients, average: _, ...slots } = gathered({ ...start(), gradients: values('gradients') })
    const [alone, state] = [values('params'), optimizer.init(many)]
    optimizer.update(alone, gradients, state, 0.01)
    optimizer.update(params, gradients, { step: 0, slots }, 0.01)
    expect(params).toEqual(alone)
  })

  it('the norm is that of the whole array', () => {
    const list = values('norm')
    const exact = Math.sqrt(list.reduce((sum, each) => sum + each * each, 0))
    expect(globalNorm(list)).toBeCloseTo(exact, 10)
    list[many - 1] = Infinity
    expect(globalNorm(list)).toBe(Infinity)
    list[0] = Number.NaN
    expect(globalNorm(list)).toBeNaN()
  })
})
