import { expect, test } from 'vitest'
import { placesOf, quantisedLoss, straightThrough, usesOf } from '../../../src/diffusion/latent/quantised.ts'
import { gradients, input, mul, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { autoencoderParameters } from '../../../src/engine/nn/autoencoder.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { rowsOf } from '../../../src/engine/nn/vq-model/codebook.ts'
import { vqModel } from '../../../src/engine/nn/vq-model/vq-model.ts'
import { parameterFeeds, random } from '../../engine/nn/run.ts'

const network = vqModel({
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [2, 2],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  latent_channels: 2,
  norm_num_groups: 1,
  num_vq_embeddings: 6,
})
const layout = autoencoderParameters(network)
const flat = random('quantised', layout.size)
const x = random('x', 3 * 16)
const weights = { commitment: 0.25, variance: 0.5 }

test('the nearest vector passes forward, and the gradient of what it replaced backward', () => {
  const [h, e] = [input('h', [3]), input('e', [3])]
  const y = straightThrough(h, e)
  const loss = sum(mul(y, y))
  const [value, inH, inE] = evaluate([y, ...gradients(loss, [h, e])], { h: [1, 2, 3], e: [4, 6, 8] })
  expect(Array.from(value!.data)).toEqual([4, 6, 8])
  expect(Array.from(inH!.data)).toEqual([8, 12, 16])
  expect(Array.from(inE!.data)).toEqual([0, 0, 0])
})

/**
 * A loss without stopped gradients whose derivative is that of the real one: tokens, and what is stopped, are held at the values of one
 * point. So finite differences of it are the gradient to be expected.
 */
function held(names: readonly string[]) {
  const scope = new Scope()
  const xs = input('x', [3, 1, 4, 4])
  const { loss, tokens } = quantisedLoss(network, scope, xs, weights)
  const h = network.encode(scope, xs).mean
  const wanted = names.map((name) => {
    const { shape, init } = layout.specs.find((spec) => spec.name === name)!
    return scope.parameter(name, shape, init)
  })
  const feeds = (at: Float32Array) => ({ ...parameterFeeds(layout, at), x })
  const [codes, before, places] = evaluate([tokens, h, placesOf(rowsOf(h), 6, 2)], feeds(flat))
  const vectors = (at: Float32Array) => layout.view(at, 'quantize.embedding.weight')
  const image = network.decodeVectors(scope, input('through', [3, 2, 2, 2]))
  const number = (row: number) => codes!.data[row]!
  /** Element c of the vector nearest to row r at the point of departure, and its place in h. */
  const nearest = (from: Float32Array, row: number, c: number) => from[2 * number(row) + c]!
  const place = (row: number, c: number) => Math.floor(row / 4) * 8 + c * 4 + (row % 4)
  const value = (at: Float32Array): number => {
    const now = evaluate([h], feeds(at))[0]!.data
    const through = new Float64Array(24)
    let rest = 0
    for (let row = 0; row < 12; row++) {
      for (const c of [0, 1]) {
        const [i, was] = [place(row, c), nearest(vectors(flat), row, c)]
        through[i] = now[i]! + was - before!.data[i]!
        rest += (nearest(vectors(at), row, c) - before!.data[i]!) ** 2 / 24 + (0.25 * (now[i]! - was) ** 2) / 24
      }
    }
    for (let k = 0; k < 6; k++) {
      if (Array.from(codes!.data).includes(k)) continue
      for (const c of [0, 1]) rest += (vectors(at)[2 * k + c]! - places!.data[2 * k + c]!) ** 2 / 12
    }
    const made = evaluate([image], { ...parameterFeeds(layout, at), through })[0]!.data
    return Array.from(made).reduce((total, each, i) => total + (each - x[i]!) ** 2 / 48 / 0.5, rest)
  }
  return {
    value,
    loss: evaluate([loss], feeds(flat))[0]!.data[0]!,
    exact: evaluate(gradients(loss, wanted), feeds(flat)),
    codes: codes!.data,
  }
}

test('the loss and its gradients are those of the equation, straight through, by finite differences', () => {
  const names = [
    'encoder.conv_in.weight',
    'encoder.mid_block.resnets.0.conv1.weight',
    'quant_conv.bias',
    'quantize.embedding.weight',
    'decoder.conv_out.weight',
  ]
  const { value, loss, exact, codes } = held(names)
  const used = new Set(codes)
  expect(used.size).toBeGreaterThan(1)
  expect(used.size).toBeLessThan(6)
  expect(value(flat)).toBeCloseTo(loss, 5)
  for (const [i, name] of names.entries()) {
    const { length } = exact[i]!.data
    for (const at of name.startsWith('quantize') ? Array.from({ length }, (_, j) => j) : [0, length - 1]) {
      const h = 2 ** -9
      const moved = (by: number) => flat.map((each, j) => (j === layout.offset(name) + at ? each + by : each))
      const slope = (value(moved(h)) - value(moved(-h))) / (2 * h)
      expect(Math.abs(exact[i]!.data[at]! - slope), `${name}[${at}]`).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)))
    }
  }
})

test('uses are counted', () => {
  const [uses] = evaluate([usesOf(input('tokens', [2, 3], 'int32'), 4)], { tokens: [0, 3, 3, 1, 3, 0] })
  expect(Array.from(uses!.data)).toEqual([2, 1, 0, 3])
})

test('unused vectors have places among the rows, each its own', () => {
  const rows = random('rows', 500 * 2)
  const places = evaluate([placesOf(input('rows', [500, 2]), 40, 2)], { rows })[0]!.data
  const pair = (values: ArrayLike<number>, i: number) => `${values[2 * i]},${values[2 * i + 1]}`
  const known = new Set(Array.from({ length: 500 }, (_, i) => pair(rows, i)))
  const found = Array.from({ length: 40 }, (_, i) => pair(places, i))
  expect(found.every((each) => known.has(each))).toBe(true)
  expect(new Set(found).size).toBeGreaterThan(30)
})
