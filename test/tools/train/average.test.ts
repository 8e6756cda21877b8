/** The average of the weights by its decay or by its width, in a run and in options. */
import { describe, expect, test } from 'vitest'
import { createTrainer } from '../../../src/app/train.ts'
import { gammaOf, warmupEma } from '../../../src/engine/optim/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { sharedChoices } from '../../../src/families/base-spec.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { averageDecay, type AverageSpec } from '../../../src/tools/train/average.ts'
import { secondSlot } from '../../../src/tools/train/second-average.ts'
import { checkBaseSpec } from '../../../src/tools/train/spec.ts'
import { parseBaseSpec } from '../../../src/tools/train/parse-base-spec.ts'

const moons = builtinDataset('moons', { length: 50 })
const specWith = (ema: AverageSpec) =>
  defaultSpec(
    { ...moons, classes: 0 },
    {
      batch: 4,
      network: { className: 'MLP', config: { input_shape: [2], width: 8, layers: 1 } },
      budget: { steps: 6 },
      optimizer: { rate: 0.01, ema },
    },
  )

describe('an average by its width', () => {
  const ema = { width: 0.15, kept: { count: 2, width: 0.05 } }
  test.each([false, true])('weights the updates by a power of their number (on the device: %s)', async (resident) => {
    const engine = await nodeEngine()
    using trainer = await createTrainer(specWith(ema), moons, engine, { threads: 1, resident })
    const powers = [0.15, 0.05].map((width) => gammaOf(width) + 1)
    const expected = powers.map(() => new Float64Array(trainer.layout.size))
    for (let i = 1; i <= 6; i++) {
      await trainer.step(6)
      await trainer.bringBack()
      powers.forEach((power, which) => {
        const weight = (i / 6) ** power - ((i - 1) / 6) ** power
        trainer.state.params.forEach((each, at) => (expected[which]![at]! += weight * each))
      })
    }
    const { average, optimizer } = trainer.state
    for (const [which, found] of [average, optimizer.slots[secondSlot]!].entries()) {
      expected[which]!.forEach((each, at) => expect(found[at]).toBeCloseTo(each, 5))
    }
  })

  test('is a field of a specification that is read and checked', () => {
    const spec = specWith({ width: 0.1 })
    expect(parseBaseSpec(JSON.parse(JSON.stringify(spec)), 'run.json').optimizer.ema).toEqual({ width: 0.1 })
    expect(() => checkBaseSpec(specWith({ width: 0.3 }))).toThrow('the width of the average is 0.3: must be above 0')
    expect(() => parseBaseSpec(specWith({ width: 0.3 }), 'run.json')).toThrow('optimizer.ema')
  })
})

test('an average by its decay approaches it from below', () => {
  for (const step of [0, 3, 1000]) expect(averageDecay(0.99)(step)).toBe(warmupEma(0.99)(step))
})

test('options name one of both', () => {
  expect(sharedChoices({ emaWidth: 0.1 }).optimizer.ema).toEqual({ width: 0.1 })
  const kept = { count: 16, width: 0.05 }
  expect(sharedChoices({ keepAverages: 16 }).optimizer.ema).toEqual({ width: 0.1, kept })
  expect(sharedChoices({ ema: 0.9 }).optimizer.ema).toBe(0.9)
  expect(() => sharedChoices({ ema: 0.9, emaWidth: 0.1 })).toThrow('exclude each other')
})
