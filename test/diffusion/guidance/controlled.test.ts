/** Control against the exact conditional law: sequences of embeddings are finitely many points, whose posterior is known. */
import { describe, expect, it } from 'vitest'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import { embeddingTable, embedTokens, roundTokens } from '../../../src/diffusion/discrete/index.ts'
import { type ClassGradient, controlled, type ControlOptions } from '../../../src/diffusion/guidance/index.ts'
import { sqrtSchedule } from '../../../src/diffusion/noise/sqrt.ts'
import { sampleFinal, uniformTimes } from '../../../src/diffusion/sample/index.ts'

const schedule = sqrtSchedule()
const table = embeddingTable(Float64Array.of(1.2, 0.1, -0.9, 1, 0, -1.3), 3)
/** Sequences of two; some come more often. */
const sequences = [
  [0, 0],
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [1, 2],
  [1, 2],
  [2, 0],
  [2, 1],
]
const shape = [2, table.features]
const denoiserOf = (chosen: readonly number[][]) =>
  diracDenoiser({ schedule, shape, points: chosen.flatMap((each) => [...embedTokens(table, each)]) })
const denoiser = denoiserOf(sequences)
/** c: the second token is 2. Its share is 4 in 10; given c the first is 0 once and 1 thrice. */
const wanted = (each: readonly number[]): boolean => each[1] === 2
const conditional = denoiserOf(sequences.filter(wanted))

/** ∇ log p(c | x_t) = ∇ log p(x_t | c) − ∇ log p(x_t), two scores by Tweedie's formula. */
const exact: ClassGradient = (x, t) => {
  const [given, any] = [conditional.denoise(x, t), denoiser.denoise(x, t)]
  const factor = schedule.alpha(t) / schedule.sigma(t) ** 2
  return x.map((_, i) => factor * (given[i]! - any[i]!))
}

async function draw(options: ControlOptions, { gradient = exact, batch = 1500, steps = 60 } = {}) {
  const x = await sampleFinal(denoiser, {
    sampler: controlled(gradient, options),
    times: uniformTimes(steps, { from: 0.999 }),
    batch,
    dtype: 'float64',
    seed: 5,
  })
  const tokens = roundTokens(table, x)
  const drawn = Array.from({ length: batch }, (_, i) => [...tokens.subarray(2 * i, 2 * i + 2)])
  const kept = drawn.filter(wanted)
  return {
    drawn,
    share: kept.length / batch,
    firsts: [0, 1, 2].map((token) => kept.filter(([first]) => first === token).length / kept.length),
  }
}

/** Three standard deviations of a share of so many. */
const within = (share: number, count: number): number => 3 * Math.sqrt((share * (1 - share)) / count)
const langevin: ControlOptions = { lambda: 1, temperature: 1, rate: 0.5, rounds: 5, reach: Infinity }

describe('control by gradient steps', () => {
  it('with no gradient, Langevin steps leave the law as it is', async () => {
    const { share, drawn } = await draw(langevin, { gradient: (x) => x.map(() => 0) })
    expect(Math.abs(share - 0.4)).toBeLessThan(within(0.4, 1500))
    const twins = drawn.filter(([a, b]) => a === 0 && b === 0).length / 1500
    expect(Math.abs(twins - 0.2)).toBeLessThan(within(0.2, 1500))
  })

  it('with λ = 1 and noise, draws from the exact conditional', async () => {
    const { share, firsts } = await draw(langevin, { steps: 60 })
    expect(share).toBeGreaterThan(0.98)
    expect(Math.abs(firsts[0]! - 0.25)).toBeLessThan(within(0.25, 1500) + 0.02)
    expect(firsts[2]).toBeLessThan(0.01)
  })

  it('as in the paper, holds nearly always, and what is drawn is still of the data', async () => {
    const { share, drawn, firsts } = await draw({})
    expect(share).toBeGreaterThan(0.98)
    const known = new Set(sequences.map(String))
    expect(drawn.filter((each) => known.has(String(each))).length / drawn.length).toBeGreaterThan(0.98)
    // the price of climbing with a small λ: the surest way alone is taken
    expect(firsts[1]!).toBeGreaterThan(0.8)
  })

  it('counts fluency: the larger λ, the weaker the pull', async () => {
    const shares = []
    for (const lambda of [0.1, 3, 1000]) shares.push((await draw({ lambda }, { batch: 400, steps: 30 })).share)
    expect(shares[0]!).toBeGreaterThan(shares[1]!)
    expect(shares[1]!).toBeGreaterThan(shares[2]!)
    expect(shares[2]!).toBeLessThan(0.55)
  })

  it('never pushes a vector further than its reach', async () => {
    const wild: ClassGradient = (x) => x.map(() => 1e9)
    const { drawn } = await draw({ reach: 0.001, rounds: 1 }, { gradient: wild, batch: 200, steps: 30 })
    const calm = await draw({ rounds: 1 }, { gradient: (x) => x.map(() => 0), batch: 200, steps: 30 })
    expect(drawn.filter((each, i) => String(each) !== String(calm.drawn[i])).length).toBeLessThan(10)
  })

  it.each([
    [{ lambda: 0 }, 'lambda is 0'],
    [{ rounds: 1.5 }, 'rounds is 1.5'],
    [{ rate: 2 }, 'rate is 2'],
    [{ reach: 0 }, 'reach is 0'],
    [{ temperature: -1 }, 'temperature is -1'],
  ])('refuses %o', (options, message) => {
    expect(() => controlled(exact, options)).toThrow(message)
  })
})
