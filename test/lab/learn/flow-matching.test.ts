/** The figures of flow matching against closed forms. */
import { expect, test } from 'vitest'
import { averageFigure } from '../../../src/lab/learn/chapters/flow-matching/average.ts'
import { pairsFigure } from '../../../src/lab/learn/chapters/flow-matching/pairs.ts'
import { sameFigure } from '../../../src/lab/learn/chapters/flow-matching/same.ts'
import { samplingFigure } from '../../../src/lab/learn/chapters/flow-matching/sampling.ts'
import { shiftFigure } from '../../../src/lab/learn/chapters/flow-matching/shift.ts'
import { initialValues, type Shown } from '../../../src/lab/learn/figure.ts'

/** The states of every line of a plot, one path after another. */
function paths(shown: Shown, view: number): readonly ArrayLike<number>[] {
  const plot = shown.views[view]!
  return plot.kind === 'plot' ? plot.marks.flatMap((mark) => (mark.kind === 'line' ? [mark.y] : [])) : []
}

test('pairs in order do not cross, independent ones do, and paths of the flow never', async () => {
  const values = initialValues(pairsFigure)
  expect((await pairsFigure.show({ ...values, pairing: 'sorted' })).numbers.crossings).toBe(0)
  const shown = await pairsFigure.show(values)
  expect(shown.numbers.crossings).toBeGreaterThan(50)
  const flow = paths(shown, 1)
  expect(flow.length).toBe(26)
  for (let i = 1; i < flow.length; i++) {
    for (let k = 0; k < flow[i]!.length; k++) expect(flow[i]![k]).toBeGreaterThan(flow[i - 1]![k]!)
  }
  expect(shown.numbers.x).toBeCloseTo(0.5 * shown.numbers.x0! + 0.5 * shown.numbers.noise!, 12)
})

test('the field is the mean velocity of the lines that pass', async () => {
  for (const [t, x] of [
    [0.5, 0],
    [0.7, 0.4],
    [0.4, -0.8],
  ] as const) {
    const { numbers } = await averageFigure.show({ t, x, apart: 1.2 })
    expect(numbers.count).toBeGreaterThan(30)
    expect(Math.abs(numbers.v! - numbers.found!)).toBeLessThan(0.25)
  }
  // one mode of variance c at m: v = x/t · (t² − (1 − t) c … )/V − …, here by its moments
  const [t, x, c] = [0.6, 0.4, 0.02]
  const { numbers } = await averageFigure.show({ t, x, apart: 1.8 })
  const variance = (1 - t) ** 2 * c + t ** 2
  // responsibilities of the two modes, and the velocity of each: E[ε − x₀ | x] is linear in x
  const modes = [-1.8, 1.8].map((m) => {
    const mean = (1 - t) * m
    return {
      weight: Math.exp(-((x - mean) ** 2) / (2 * variance)),
      velocity: -m + ((t - (1 - t) * c) / variance) * (x - mean),
    }
  })
  const total = modes.reduce((sum, { weight }) => sum + weight, 0)
  expect(numbers.v).toBeCloseTo(
    modes.reduce((sum, { weight, velocity }) => sum + (weight / total) * velocity, 0),
    9,
  )
})

test('the three forms of the velocity agree on every schedule, and the flow ends in the same place', async () => {
  for (const schedule of ['rectified-flow', 'cosine', 'vp'] as const) {
    const { numbers } = await sameFigure.show({ ...initialValues(sameFigure), schedule })
    expect(numbers.byGuesses).toBeCloseTo(numbers.v!, 9)
    expect(numbers.byScore).toBeCloseTo(numbers.v!, 9)
    // starts are of the same law, not of the same α and σ; ends agree to what that leaves
    expect(numbers.spread).toBeLessThan(0.05)
  }
})

test('one step leads to the mean of the data; more come closer', async () => {
  const at = async (steps: number, method: 'euler' | 'heun') => samplingFigure.show({ steps, method, apart: 1.2 })
  const once = await at(1, 'euler')
  for (const path of paths(once, 0)) expect(path[1]).toBeCloseTo(0, 9)
  const distance = async (steps: number, method: 'euler' | 'heun' = 'euler') =>
    (await at(steps, method)).numbers.distance!
  expect(await distance(40)).toBeLessThan((await distance(4)) / 3)
  const { numbers } = await at(4, 'euler')
  expect(numbers.x! - numbers.h! * numbers.v!).toBeCloseTo(numbers.next!, 12)
})

test('a shift multiplies σ/α, and is t → k t/(1 + (k − 1) t)', async () => {
  const { numbers } = await shiftFigure.show({ k: 3, t: 0.5, steps: 10 })
  expect(numbers.level).toBeCloseTo(3 * numbers.before!, 6)
  expect(numbers.sigma).toBeCloseTo(numbers.warped!, 6)
})
