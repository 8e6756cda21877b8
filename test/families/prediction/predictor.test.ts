/** Predictors: several are the mean of what each says. */
import { expect, test } from 'vitest'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { key } from '../../../src/engine/random/index.ts'
import {
  averaged,
  type Predictor,
  predictorLaw,
  predictorLayout,
  predictorOutputs,
} from '../../../src/families/prediction/predictor.ts'

const config = { inputs: 3, outputs: 2, widths: [4, 5], dropout: 0, classes: true }
const layout = predictorLayout(config)
const member = (seed: number): Predictor => ({ config, layout, weights: initialize(layout, key(seed)) })

test('the mean of several, of probabilities too', () => {
  const members = [1, 2, 3].map(member)
  const features = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i))
  const each = members.map((one) => predictorOutputs(one, features))
  const all = averaged(members)
  expect(all.config.members).toBe(3)
  expect(all.weights).toHaveLength(3 * layout.size)
  predictorOutputs(all, features).forEach((value, i) => {
    expect(value).toBeCloseTo((each[0]![i]! + each[1]![i]! + each[2]![i]!) / 3, 6)
  })
})

test('deviations of several are the root of their mean variance, and stay within their bounds', () => {
  const said = { inputs: 1, outputs: 1, widths: [], dropout: 0, classes: false, heteroscedastic: true }
  const its = predictorLayout(said)
  expect(its.specs.map(({ shape }) => shape)).toEqual([[2, 1], [2]])
  // μ = x, log σ² = 12 tanh(bias / 12)
  const of = (bias: number): Predictor => ({
    config: said,
    layout: its,
    weights: its.fromMap(
      new Map([
        ['out.weight', { shape: [2, 1], data: Float32Array.of(1, 0) }],
        ['out.bias', { shape: [2], data: Float32Array.of(0, bias) }],
      ]),
    ),
  })
  const logVariance = (bias: number): number => 12 * Math.tanh(bias / 12)
  const { mean, deviation } = predictorLaw(averaged([of(-3), of(1)]), Float32Array.of(0.25, -2))
  expect([...mean]).toEqual([0.25, -2])
  const variance = (Math.exp(logVariance(-3)) + Math.exp(logVariance(1))) / 2
  deviation!.forEach((each) => expect(each).toBeCloseTo(Math.sqrt(variance), 5))
  const [least, most] = [-1e4, 1e4].map((bias) => predictorLaw(of(bias), Float32Array.of(0)).deviation![0]!)
  expect(Math.log(least!)).toBeCloseTo(-6, 4)
  expect(Math.log(most!)).toBeCloseTo(6, 4)
})
