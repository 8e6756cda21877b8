/** Predictors: several are the mean of what each says. */
import { expect, test } from 'vitest'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { key } from '../../../src/engine/random/index.ts'
import {
  averaged,
  type Predictor,
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
