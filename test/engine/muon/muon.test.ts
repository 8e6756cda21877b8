/** Muon on small tensors, against the formula written out, and against AdamW where it is that. */
import { beforeAll, describe, expect, test } from 'vitest'
import { muon } from '../../../src/engine/muon/muon.ts'
import { adamw, zerosTogether } from '../../../src/engine/optim/index.ts'
import { isHiddenMatrix, type MuonOptions } from '../../../src/engine/optim/muon-options.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { plainlyOrthogonal } from '../descent/plainly-orthogonal.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const tensors = [
  { name: 'unet.conv_in.weight', shape: [8, 3, 3, 3] },
  { name: 'unet.mid_block.conv1.weight', shape: [9, 2, 2, 3] },
  { name: 'unet.mid_block.conv1.bias', shape: [9] },
  { name: 'unet.mid_block.proj_out.weight', shape: [12, 8] },
  { name: 'unet.conv_out.weight', shape: [3, 72] },
]
const size = 216 + 108 + 9 + 96 + 216
const [conv, bias, linear, end] = [216, 324, 333, 429]
const random = (name: string): Float32Array => normal(key(name), new Float32Array(size))
const steps = [1, 2, 3].map((step) => random(`gradient ${step}`))

async function after(options: MuonOptions, rate: number, update = {}) {
  const { params, average } = zerosTogether({ params: size, average: size })
  params.set(random('start'))
  average.set(params)
  const optimizer = muon(options)
  const state = optimizer.init(size)
  using placed = await optimizer.forTensors(tensors, engine, { threads: 1 })
  for (const gradients of steps) {
    await placed.update(params, gradients.slice(), state, rate, { ema: { average, decay: 0.5 }, ...update })
  }
  return { params, average, state }
}

describe('muon', () => {
  test.each([
    ['as it is', {}, 0.95, true],
    ['without look-ahead, decaying', { momentum: 0.5, nesterov: false, weightDecay: 0.1 }, 0.5, false],
  ] as const)('moves matrices along the orthogonalised momentum: %s', async (_, options, momentum, nesterov) => {
    const rate = 0.01
    const { params, average, state } = await after(options, rate)
    for (const [from, rows, columns] of [
      [conv, 9, 12],
      [linear, 12, 8],
    ] as const) {
      const cut = (array: Float32Array): number[] => Array.from(array.subarray(from, from + rows * columns))
      let theta = cut(random('start'))
      let mean = theta
      let m = theta.map(() => 0)
      for (const gradients of steps) {
        const g = cut(gradients)
        m = m.map((each, i) => momentum * each + g[i]!)
        const ahead = nesterov ? g.map((each, i) => each + momentum * m[i]!) : m
        const direction = plainlyOrthogonal(ahead, rows, columns)
        const kept = 1 - rate * ('weightDecay' in options ? options.weightDecay : 0)
        theta = theta.map((each, i) => kept * each - rate * 0.2 * Math.sqrt(12) * direction[i]!)
        mean = mean.map((each, i) => (each + theta[i]!) / 2)
      }
      theta.forEach((each, i) => expect(params[from + i]).toBeCloseTo(each, 4))
      mean.forEach((each, i) => expect(average[from + i]).toBeCloseTo(each, 4))
      m.forEach((each, i) => expect(state.slots['m']![from + i]).toBeCloseTo(each, 4))
      expect(state.slots['v']!.subarray(from, from + rows * columns).every((each) => each === 0)).toBe(true)
    }
    expect(state.step).toBe(3)
  })

  test('moves everything else as AdamW does, bit for bit', async () => {
    const update = { clipNorm: 2 }
    const { params, state } = await after({ weightDecay: 0.01 }, 0.01, update)
    const optimizer = adamw({ betas: [0.9, 0.99], weightDecay: 0.01 })
    const theirs = random('start')
    const moments = optimizer.init(size)
    for (const gradients of steps) optimizer.update(theirs, gradients, moments, 0.01, update)
    for (const [from, to] of [
      [0, conv],
      [bias, linear],
      [end, size],
    ]) {
      expect(params.subarray(from, to)).toEqual(theirs.subarray(from, to))
      expect(state.slots['v']!.subarray(from, to)).toEqual(moments.slots['v']!.subarray(from, to))
    }
  })

  test('changes nothing at a broken gradient, and is AdamW where nothing is a matrix', async () => {
    using placed = await muon({ matrices: () => false }).forTensors(tensors, engine)
    const [params, theirs] = [random('start'), random('start')]
    const state = muon().init(size)
    const broken = random('broken')
    broken[5] = Number.NaN
    expect(await placed.update(params, broken, state, 1)).toBeNaN()
    expect([params, state.step]).toEqual([theirs, 0])
    const optimizer = adamw({ betas: [0.9, 0.99] })
    await placed.update(params, steps[0]!.slice(), state, 0.1)
    optimizer.update(theirs, steps[0]!, optimizer.init(size), 0.1)
    expect(params).toEqual(theirs)
  })

  test('refuses what makes no sense', () => {
    expect(() => muon({ momentum: 1 })).toThrow('muon: momentum is 1, expected a number in [0, 1)')
    expect(() => muon({ iterations: 0 })).toThrow('iterations')
    expect(() => muon({ betas: [0.9, 1] })).toThrow('betas')
  })
})

test.each([
  ['unet.down_blocks.0.resnets.0.conv1.weight', [48, 48, 3, 3], true],
  ['unet.mid_block.attentions.0.to_q.weight', [96, 96], true],
  ['unet.down_blocks.0.attentions.0.proj_out.weight', [96, 96], true],
  ['network.proj_out.weight', [96, 96], false],
  ['network.layers.0.mlp.fc1.weight', [384, 96], true],
  ['network.layers.0.mlp.fc1.bias', [384], false],
  ['network.linear_in.weight', [64, 64], false],
  ['vae.encoder.conv_in.weight', [48, 27], false],
  ['unet.time_embedding.linear_1.weight', [192, 48], false],
  ['unet.class_embedding.weight', [10, 192], false],
  ['network.embed_tokens.weight', [256, 96], false],
  ['unet.mid_block.thin.weight', [4, 96], false],
])('a hidden matrix or not: %s', (name, shape, is) => expect(isHiddenMatrix({ name, shape })).toBe(is))
