/** Weights of the loss that are learned: their least loss, their first value, and that they stay in training. */
import { describe, expect, it } from 'vitest'
import { input, mean } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { parametersOf, Scope } from '../../../src/engine/nn/index.ts'
import { networkOf } from '../../../src/families/network-of.ts'
import { weightsPart, withLearnedWeights } from '../../../src/families/values/learned-weights.ts'
import { valueProblem } from '../../../src/families/values/problem.ts'
import { specOf } from '../../../src/families/values/spec-of.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { initialParameters } from '../../../src/tools/train/state.ts'

const errors = Float32Array.of(0.5, 0.1, 0.02, 0.38)

describe('the loss', () => {
  const itemLoss = input('errors', [4])
  const scope = new Scope()
  const found = withLearnedWeights({ loss: mean(itemLoss), itemLoss }, scope)
  const at = (b: number): number => {
    const of = { weight: new Float32Array(32), bias: Float32Array.of(b) }
    return evaluate([found.loss], { errors, t: Float32Array.of(1, 20, 300, 900), ...of })[0]!.data[0]!
  }

  it('is e^−u times the error, and u', () => {
    expect(at(0)).toBeCloseTo(0.25, 6)
    expect(at(-2)).toBeCloseTo(Math.exp(2) * 0.25 - 2, 5)
  })

  it('is least where e^u is the mean error, and 1 + log of it there', () => {
    const least = Math.log(0.25)
    expect(at(least)).toBeCloseTo(1 + least, 6)
    for (const away of [-1, -0.1, 0.1, 1]) expect(at(least + away)).toBeGreaterThan(1 + least + 1e-3)
  })

  it('reports the errors as they were', () => {
    expect(found.itemLoss).toBe(itemLoss)
  })
})

const moons = builtinDataset('moons', { length: 64 })
const options = { steps: 1, batch: 8, widths: [8], depth: 1 }
const spec = await specOf(moons, { ...options, learnedWeights: true }, {})

describe('a run', () => {
  it('learns them beside its network, from 0, and its model is without', async () => {
    const { parts, snapshot } = await valueProblem(spec, moons)
    expect(Object.keys(parts)).toEqual(['network', weightsPart])
    const { layout } = parts[weightsPart]!
    expect(initialParameters(spec, layout)).toEqual(new Float32Array(33))
    const { size } = parametersOf(networkOf(spec.network, {}))
    const average = Float32Array.from({ length: size + 33 }, (_, i) => i)
    const model = await snapshot({ step: 1, average } as Parameters<typeof snapshot>[0])
    expect((model as { weights: Float32Array }).weights).toEqual(average.subarray(0, size))
    expect(model.meta.objective).toMatchObject({ learnedWeights: true })
  })

  it.each([{ objective: 'consistency' }, { lora: 4 }, { learnVariance: true }])('refuses %j', async (more) => {
    await expect(specOf(moons, { ...options, learnedWeights: true, ...more }, {})).rejects.toThrow(/do not go together/)
  })
})
