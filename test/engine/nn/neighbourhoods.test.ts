/** Tables of neighbourhoods: the graph against rows that are numbered one by one. */
import { assert, constantFrom, integer, property } from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { gradients, input, mul, sum } from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/tensor.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { layoutOf, parametersOf, Scope, tokenTransformer } from '../../../src/engine/nn/index.ts'
import {
  hashFactor,
  type NeighbourhoodConfig,
  neighbourhoodOffsets,
  neighbourhoods,
} from '../../../src/engine/nn/neighbourhoods.ts'
import { integers, key } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { parameterFeeds, random } from './run.ts'

const sizes = { rows: 16, features: 3, width: 4 }
const [places, batch] = [7, 2]

function built(config: NeighbourhoodConfig) {
  const scope = new Scope()
  const y = neighbourhoods(scope, input('x', [places, batch], 'int32'), config)
  return { y, scope, layout: layoutOf(scope.specs) }
}

/** The same, place by place in whole numbers. */
function plainly(
  x: ArrayLike<number>,
  parameters: Record<string, Float32Array>,
  config: NeighbourhoodConfig,
): number[] {
  const { states, rows, features, width } = config
  const factor = hashFactor(states, rows)
  const at = (place: number, item: number): number => (place < 0 || place >= places ? 0 : x[place * batch + item]! + 1)
  const result: number[] = []
  for (let place = 0; place < places; place++) {
    for (let item = 0; item < batch; item++) {
      const read = neighbourhoodOffsets.flatMap((offsets, i) => {
        const [first, ...others] = offsets.map((offset) => at(place + offset, item))
        const row = others.reduce(
          (hash, next) => Number((BigInt(hash) * BigInt(factor) + BigInt(next)) % BigInt(rows)),
          first!,
        )
        return Array.from(parameters[`embed.${i}.weight`]!.subarray(row * features, (row + 1) * features))
      })
      const weight = parameters['to_out.weight']!
      for (let out = 0; out < width; out++) {
        result.push(read.reduce((total, each, i) => total + each * weight[out * read.length + i]!, 0))
      }
    }
  }
  return result
}

describe('neighbourhoods', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine()
  })

  test('is silent where a row is dropped', () => {
    const config = { ...sizes, states: 5 }
    const kept = Float32Array.from({ length: places * batch * neighbourhoodOffsets.length }, (_, i) => i % 3)
    const drop = (ones: Tensor): Tensor => mul(ones, input('kept', ones.shape))
    const { y, layout } = built({ ...config, drop })
    const parameters = parameterFeeds(layout, random('tables', layout.size))
    const x = integers(key('dropped'), places * batch, 0, 5)
    const found = evaluate([y], { ...parameters, x, kept })[0]!.data
    const { features, width } = config
    const weight = parameters['to_out.weight']!
    const tables = neighbourhoodOffsets.length
    // what a single table says is found with the weights of all others at zero
    const sums = new Float32Array(found.length)
    for (let table = 0; table < tables; table++) {
      const only = weight.map((each, i) => (Math.floor((i % (tables * features)) / features) === table ? each : 0))
      const says = plainly(x, { ...parameters, 'to_out.weight': only }, config)
      says.forEach((each, i) => (sums[i]! += each * kept[Math.floor(i / width) * tables + table]!))
    }
    sums.forEach((each, i) => expect(found[i]).toBeCloseTo(each, 4))
  })

  test('reads the rows that the states around a place number', () => {
    assert(
      property(integer({ min: 2, max: 70_000 }), constantFrom(2, 16, 2 ** 10), integer(), (states, rows, seed) => {
        const config = { ...sizes, rows, states }
        const { y, layout } = built(config)
        const parameters = parameterFeeds(layout, random('tables', layout.size))
        const x = integers(key(`${seed}`), places * batch, 0, states)
        const found = evaluate([y], { ...parameters, x })[0]!.data
        plainly(x, parameters, config).forEach((each, i) => expect(found[i]).toBeCloseTo(each, 4))
      }),
      { numRuns: 20 },
    )
  })

  test('does so in 32-bit floats, to the largest tables', async () => {
    for (const [states, rows] of [
      [66, 2 ** 14],
      [66, 2 ** 18],
      [50_000, 2 ** 18],
    ] as const) {
      const config = { ...sizes, states, rows, features: 1 }
      const { y, layout } = built(config)
      const flat = random('tables', layout.size)
      const parameters = parameterFeeds(layout, flat)
      const x = integers(key('states'), places * batch, 0, states)
      using program = await compile({ y }, engine)
      const { y: found } = await program.run({ ...parameters, x })
      plainly(x, parameters, config).forEach((each, i) => expect(found![i]).toBeCloseTo(each, 4))
    }
  })

  test('pairs and triples have rows of their own where there are enough', () => {
    const [states, rows] = [7, 1024]
    const seen = new Set<number>()
    const factor = hashFactor(states, rows)
    for (let a = 0; a <= states; a++) {
      for (let b = 0; b <= states; b++)
        for (let c = 0; c <= states; c++) seen.add(((a * factor + b) * factor + c) % rows)
    }
    expect(seen.size).toBe(8 ** 3)
  })

  test('a factor is odd and keeps products whole', () => {
    assert(
      property(integer({ min: 2, max: 2 ** 23 }), integer({ min: 1, max: 18 }), (states, power) => {
        const rows = 2 ** power
        const factor = hashFactor(states, rows)
        expect(factor % 2).toBe(1)
        expect(factor).toBeGreaterThan(0)
        expect((rows - 1) * factor + states).toBeLessThan(2 ** 24)
      }),
    )
  })
})

describe('a transformer with tables of neighbourhoods', () => {
  const config = { length: 6, vocab_size: 3, num_states: 4, hidden_size: 8, num_layers: 1, num_attention_heads: 2 }
  const network = tokenTransformer({ ...config, neighbourhood_rows: 64, neighbourhood_size: 2 })

  test('has a table for each neighbourhood, which all learn', () => {
    const layout = parametersOf(network)
    const flat = random('network', layout.size)
    const scope = new Scope()
    const y = network.build(scope, { x: input('x', [1, 6], 'int32'), t: input('t', [1]) })
    const tables = scope.specs.filter(({ name }) => name.includes('neighbourhoods.embed'))
    expect(tables.map(({ shape }) => shape)).toEqual(neighbourhoodOffsets.map(() => [64, 2]))
    const parameters = tables.map(({ name, shape, init }) => scope.parameter(name, shape, init))
    const slopes = evaluate(gradients(sum(mul(y, y)), parameters), {
      ...parameterFeeds(layout, flat),
      x: [0, 3, 1, 2, 3, 0],
      t: [0.5],
    })
    // A place changes the rows that its neighbours number, and no others.
    for (const { data } of slopes) {
      const rows = Array.from({ length: 64 }, (_, row) => data[2 * row] !== 0 || data[2 * row + 1] !== 0)
      expect(rows.filter(Boolean).length).toBeGreaterThan(1)
      expect(rows.filter(Boolean).length).toBeLessThan(7)
    }
  })

  test.each([1, 3, 0.5, -4, 2 ** 19, null])('refuses %j rows', (rows) => {
    expect(() => tokenTransformer({ ...config, neighbourhood_rows: rows as number })).toThrow('neighbourhood_rows')
  })
})
