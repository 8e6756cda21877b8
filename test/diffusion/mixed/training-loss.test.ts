/** The loss of rows: against the formulas by hand, and what has no part in it. */
import { describe, expect, test } from 'vitest'
import {
  emptyRows,
  encodeRows,
  fillMixed,
  free,
  given,
  inputSize,
  mixedFeeds,
  mixedLoss,
  mixedProcess,
  missing,
  outputSize,
  usualMixedSpec,
} from '../../../src/diffusion/mixed/index.ts'
import { logNormalize } from '../../../src/diffusion/discrete/log-space.ts'
import { mixedTime } from '../../../src/diffusion/mixed/time.ts'
import { gradients, input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import type { Network } from '../../../src/engine/nn/network.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { components, drawLaw } from './laws.ts'

describe.each(['absorbing', 'uniform'] as const)('with the kernel %s', (kernel) => {
  const process = mixedProcess(usualMixedSpec(kernel), 2, [3])
  const batch = 6
  const rows = drawLaw(process, components, batch)
  rows.cells[1] = given // a number of the first row
  rows.cells[3 * 2 + 2] = missing // the category of the third
  const shares = [0.0002, 0.3, 0.5, 0.7, 0.9, 0.6]
  const echo: Network = {
    className: 'Echo',
    config: {},
    inputShape: [inputSize(process)],
    outputShape: [outputSize(process)],
    conditions: {},
    build: () => input('output', [batch, outputSize(process)]),
  }
  const feeds = mixedFeeds(process, batch)
  fillMixed(process, feeds, rows, shares, key('noise'), 0.7)
  const output = normal(key('output'), new Float64Array(batch * outputSize(process)))
  const { loss, itemLoss } = mixedLoss(echo, new Scope(), batch, process)

  test('it is the error of v and the bound of categories', () => {
    const [total, items] = evaluate([loss, itemLoss], { ...feeds, output })
    const byHand = shares.map((u, row) => {
      const { s, t, count } = mixedTime(u)
      const [alpha, sigma] = [process.schedule.alpha(t), process.schedule.sigma(t)]
      let sum = 0
      for (let i = 0; i < 2; i++) {
        if (rows.cells[3 * row + i] !== free) continue
        const x0 = rows.numbers[2 * row + i]!
        const xt = feeds.x![row * inputSize(process) + 3 * i]!
        const v = (alpha * (xt - alpha * x0)) / sigma - sigma * x0
        sum += (v - output[5 * row + i]!) ** 2
      }
      if (rows.cells[3 * row + 2] === free) {
        const [column] = process.columns
        const from = row * inputSize(process) + 6
        const state = feeds.x!.subarray(from, from + column!.states).indexOf(1)
        const logits = output.slice(5 * row + 2, 5 * row + 5)
        column!.addEvidence(logits, 0, state, t)
        logNormalize(logits)
        sum += 0.7 * count * column!.divergence(logits, 0, state, rows.categories[row]!, s, t)
      }
      return sum / 3
    })
    byHand.forEach((value, row) => expect(items!.data[row]).toBeCloseTo(value, 3))
    expect(total!.data[0]).toBeCloseTo(byHand.reduce((a, b) => a + b) / batch, 3)
  })

  test('what is given or missing has no gradient, and the network is told', () => {
    const [gradient] = gradients(loss, [input('output', [batch, outputSize(process)])])
    const [{ data }] = evaluate([gradient!], { ...feeds, output }) as [{ data: Float64Array }]
    expect(data[1]).toBeCloseTo(0, 12)
    expect([...data.subarray(5 * 2 + 2, 5 * 3)].every((each) => Math.abs(each) < 1e-12)).toBe(true)
    const size = inputSize(process)
    expect([...feeds.x!.subarray(3, 6)].map(Math.fround)).toEqual([Math.fround(rows.numbers[1]!), 1, 0])
    const third = feeds.x!.subarray(2 * size + 6, 3 * size)
    expect([...third]).toEqual([...third].map((_, i) => Number(i === third.length - 1)))
  })
})

test('of a missing number, no value reaches the network', () => {
  const process = mixedProcess(usualMixedSpec(), 1, [2])
  const rows = emptyRows(process, 1)
  rows.numbers[0] = Number.NaN
  rows.cells[0] = missing
  rows.cells[1] = given
  rows.categories[0] = 1
  const out = new Float32Array(inputSize(process))
  encodeRows(process, rows, out)
  // number: value, given, missing; category: two categories and the mask, given, missing
  expect([...out]).toEqual([0, 0, 1, 0, 1, 0, 1, 0])
})

test('a network of other sizes is refused', () => {
  const process = mixedProcess(usualMixedSpec(), 1, [2])
  const wrong = {
    className: 'X',
    config: {},
    inputShape: [3],
    outputShape: [3],
    conditions: {},
    build: () => input('x', [1]),
  }
  expect(() => mixedLoss(wrong as never, new Scope(), 1, process)).toThrow('takes [3] and gives [3]')
})
