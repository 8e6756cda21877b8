/** Optimisers as expressions, against the loops of `optim/`. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adamwRule,
  descend,
  type DescentRule,
  joined,
  paddedSize,
  pieces,
  sgdRule,
  squaredSum,
} from '../../../src/engine/descent/index.ts'
import { input } from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { adamw, globalNorm, type Optimizer, sgd } from '../../../src/engine/optim/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'

const engine = await nodeEngine()

const draw = (seed: number, stream: string, size: number, scale = 1): Float32Array =>
  normal(key(`${seed} ${stream}`), new Float32Array(size)).map((each) => scale * each)

/** Largest difference, as a share of the largest value. */
function distance(a: Float32Array, b: Float32Array): number {
  const size = b.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-30)
  return a.reduce((most, each, i) => Math.max(most, Math.abs(each - b[i]!)), 0) / size
}

interface Setting {
  readonly rule: DescentRule
  readonly optimizer: Optimizer
  readonly size: number
  readonly steps: number
  readonly clipNorm: number
  readonly averaged?: readonly (readonly [number, number])[]
  readonly seed: number
}

/** The same updates by the graph on the CPU and by the loops; both states at the end, and the norms on the way. */
async function both({ rule, optimizer, size, steps, clipNorm, averaged, seed }: Setting) {
  const rate = (step: number): number => 0.02 / (1 + 0.1 * step)
  const decay = (step: number): number => Math.min(0.9, (1 + step) / (10 + step))
  const whole = (name: string): Tensor => input(name, [size])
  const numbers = Object.fromEntries(Object.keys(rule.numbersAt(0, 1)).map((name) => [name, input(name, [])]))
  const before = {
    params: whole('params'),
    average: whole('average'),
    slots: Object.fromEntries(rule.slots.map((slot) => [slot, whole(slot)])),
  }
  const options = { clipNorm, follow: input('follow', []), averaged }
  const next = descend(rule, before, whole('gradient'), numbers, options)
  const made = { params: next.params, average: next.average!, norm: next.norm, ...next.slots }
  const outputs = Object.fromEntries(Object.entries(made).map(([name, each]) => [`next ${name}`, each]))
  using program = await compile(outputs, engine, { threads: 1 })

  const params = draw(seed, 'params', size)
  const state = optimizer.init(size)
  const average = params.slice()
  let held: Record<string, Float32Array> = { params, average }
  for (const slot of rule.slots) held[slot] = state.slots[slot]!
  const norms: (readonly [number, number])[] = []
  for (let step = 0; step < steps; step++) {
    const gradient = draw(seed, `gradient ${step}`, size, 10 ** (step % 3))
    const scalars = { ...rule.numbersAt(step, rate(step)), follow: 1 - decay(step) }
    const feeds = Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)])
    const results = await program.run({ ...held, gradient, ...Object.fromEntries(feeds) })
    const { norm: found, ...rest } = Object.fromEntries(
      Object.entries(results).map(([name, array]) => [name.slice('next '.length), array as Float32Array]),
    )
    held = rest
    const ema = { average, decay: decay(step) }
    const norm = optimizer.update(params, gradient, state, rate(step), { clipNorm, ema })
    if (averaged) {
      const near = (i: number): boolean => averaged.some(([from, to]) => from <= i && i < to)
      params.forEach((each, i) => near(i) || (average[i] = each))
    }
    norms.push([found![0]!, norm])
  }
  const loops: Record<string, Float32Array> = { params, average, ...state.slots }
  return { loops, graph: held, norms }
}

const kinds = {
  adamw: (weightDecay: number) => ({
    rule: adamwRule({ betas: [0.9, 0.99], weightDecay }),
    optimizer: adamw({ betas: [0.9, 0.99], weightDecay }),
  }),
  sgd: (weightDecay: number) => ({ rule: sgdRule({ weightDecay }), optimizer: sgd({ weightDecay }) }),
  momentum: (weightDecay: number) => ({
    rule: sgdRule({ momentum: 0.9, weightDecay }),
    optimizer: sgd({ momentum: 0.9, weightDecay }),
  }),
  nesterov: (weightDecay: number) => ({
    rule: sgdRule({ momentum: 0.9, nesterov: true, weightDecay }),
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay }),
  }),
}

describe('an update as an expression', () => {
  it('of AdamW, not clipped: the same bits as the loops, for 200 steps', async () => {
    const { loops, graph } = await both({ ...kinds.adamw(0.01), size: 1000, steps: 200, clipNorm: 1e9, seed: 1 })
    for (const [name, array] of Object.entries(loops)) expect(graph[name], name).toEqual(array)
  })

  it('of any rule, size, clipping and average: as the loops, to rounding', async () => {
    const setting = fc.record({
      kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
      weightDecay: fc.constantFrom(0, 0.05),
      size: fc.integer({ min: 3, max: 300 }),
      steps: fc.integer({ min: 1, max: 12 }),
      clipNorm: fc.constantFrom(0.5, 20, 1e9),
      parted: fc.boolean(),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(setting, async ({ kind, weightDecay, parted, ...rest }) => {
        const averaged = parted ? { averaged: [[1, 2] as const, [2, rest.size - 1] as const] } : {}
        const { loops, graph, norms } = await both({ ...kinds[kind](weightDecay), ...rest, ...averaged })
        for (const [name, array] of Object.entries(graph)) {
          expect(distance(array, loops[name]!), name).toBeLessThan(1e-6)
        }
        for (const [ours, theirs] of norms) expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-6)
      }),
      { numRuns: 25 },
    )
  })

  it('says by the norm that a gradient is not finite', async () => {
    const [params, gradient] = ['params', 'gradient'].map((name) => input(name, [4])) as [Tensor, Tensor]
    const { norm } = descend(sgdRule(), { params, slots: {} }, gradient, { rate: input('rate', []) })
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const [found] = evaluate([norm], { params: [0, 0, 0, 0], gradient: [1, 2, broken, 3], rate: [1] })
      expect(Number.isFinite(found!.data[0])).toBe(false)
    }
  })

  it('refuses what makes no sense', () => {
    const x = input('x', [4])
    const numbers = { rate: input('rate', []) }
    expect(() => descend(sgdRule(), { params: x, slots: {} }, x, numbers, { clipNorm: 0 })).toThrow('clipNorm is 0')
    expect(() => descend(sgdRule(), { params: x, slots: {}, average: x }, x, numbers)).toThrow('`follow`')
    expect(() => adamwRule({ betas: [0.9, 1] })).toThrow('betas is [0.9,1]')
    expect(() => sgdRule({ momentum: 1 })).toThrow('momentum is 1')
  })
})

describe('flat tensors', () => {
  it('are cut and joined without loss, with zeros behind', () => {
    const shapes = [[3, 5], [7], [], [2, 2, 2]]
    const size = paddedSize(31)
    expect(size).toBe(32)
    const flat = input('flat', [size])
    const cut = pieces(flat, shapes)
    expect(cut.map(({ shape }) => shape)).toEqual(shapes)
    const values = Array.from({ length: size }, (_, i) => i + 1)
    const [again] = evaluate([joined(cut)], { flat: values })
    expect([...again!.data]).toEqual([...values.slice(0, 31), 0])
  })

  it('of any size have a squared sum as the loops have it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(), (size, seed) => {
        const padded = paddedSize(size)
        expect(padded).toBeGreaterThanOrEqual(size)
        expect(padded - size).toBeLessThan(2 * Math.sqrt(size) + 1)
        const x = new Float32Array(padded)
        x.set(draw(seed, 'x', size))
        const [sum] = evaluate([squaredSum(input('x', [padded]))], { x: [...x] })
        expect(Math.sqrt(sum!.data[0]!)).toBeCloseTo(globalNorm(x), 4)
      }),
      { numRuns: 40 },
    )
  })
})
