import { describe, expect, it } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { isTweedieError } from '../../../src/errors.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'
import { ddpm } from '../../../src/diffusion/sample/ddpm.ts'
import { dpmSolver } from '../../../src/diffusion/sample/dpm-solver.ts'
import { sample, sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { uniformTimes } from '../../../src/diffusion/sample/times.ts'

const schedule = cosineSchedule()
const denoiser = gaussianDenoiser({ schedule, mean: [1, -2], covariance: [0.5, 0.2, 0.2, 0.3] })
const times = uniformTimes(20)

describe('one seed per item', () => {
  const run = (options: object) => sampleFinal(denoiser, { sampler: ddpm(), times, ...options })

  it('the batch may be split anyhow', async () => {
    const whole = await run({ batch: 5, seed: 7 })
    const parts = [await run({ batch: 2, seed: 7 }), await run({ batch: 3, seed: 7, firstItem: 2 })]
    expect(parts.flatMap((part) => [...part])).toEqual([...whole])
  })

  it('a list of seeds names each item', async () => {
    const list = await run({ batch: 2, seeds: [3, 7] })
    expect([...list.subarray(2)]).toEqual([...(await run({ batch: 1, seed: 7 }))])
  })

  it('too few seeds are an error', async () => {
    await expect(run({ batch: 3, seeds: [1, 2] })).rejects.toThrow('2 seeds for a batch of more')
  })

  it('another seed is another sample', async () => {
    expect([...(await run({ seed: 1 }))]).not.toEqual([...(await run({ seed: 2 }))])
  })
})

describe('the loop', () => {
  it('visits the times in order, each step starting where the last one ended', async () => {
    const seen: number[][] = []
    for await (const { index, total, t, s, denoised } of sample(denoiser, { sampler: ddim(), times, batch: 3 })) {
      seen.push([index, total, t, s])
      expect(denoised).toHaveLength(6)
    }
    expect(seen).toEqual(times.slice(1).map((s, i) => [i, 20, times[i], s]))
  })

  it('keeps the type of the state, and leaves the given one alone', async () => {
    const x = Float64Array.of(0.3, 0.4)
    expect(await sampleFinal(denoiser, { sampler: ddim(), times, x })).toBeInstanceOf(Float64Array)
    expect([...x]).toEqual([0.3, 0.4])
    expect(await sampleFinal(denoiser, { sampler: ddim(), times })).toBeInstanceOf(Float32Array)
  })

  it('stops when asked to', async () => {
    const controller = new AbortController()
    const steps = sample(denoiser, { sampler: ddim(), times, signal: controller.signal })
    await steps.next()
    controller.abort(new Error('enough'))
    await expect(steps.next()).rejects.toThrow('enough')
  })

  it('says where it diverged', async () => {
    const broken = { ...denoiser, denoise: (x: Float32Array | Float64Array, t: number) => x.fill(t < 0.5 ? NaN : 0) }
    const error = await sampleFinal(broken, { sampler: ddim(), times, batch: 2 }).catch((caught: unknown) => caught)
    expect(isTweedieError(error, 'diverged')).toBe(true)
    expect(String(error)).toContain('item 0')
  })

  it.each([
    [[1], 'at least two'],
    [[1, 0.5, 0.5, 0], 'must only fall'],
    [[1, 0.5, 0.7, 0], 'must only fall'],
    [[1.2, 0], 'a time lies in [0, 1]'],
    [[Number.NaN, 0], 'a time lies in [0, 1]'],
  ])('refuses times %j', async (bad, message) => {
    await expect(sampleFinal(denoiser, { sampler: ddim(), times: bad })).rejects.toThrow(message)
  })

  it('refuses to encode with noise, and a state of another size', async () => {
    await expect(sampleFinal(denoiser, { sampler: ddpm(), times: [0.1, 1] })).rejects.toThrow('cannot encode')
    await expect(sampleFinal(denoiser, { sampler: ddim(), times: [0, 1] })).rejects.toThrow('no noise at t = 0')
    await expect(sampleFinal(denoiser, { sampler: ddim(), times, x: new Float32Array(3) })).rejects.toThrow(
      '3 elements',
    )
  })
})

describe('DDPM, DDIM and DPM-Solver are one family', () => {
  const table = tableSchedule(namedTable('linear'))
  const grid = [1, 0.8, 0.5, 0.3, 0.1, 0]
  const coefficients = (sampler: ReturnType<typeof ddim>) =>
    sampler.plan(table, grid).steps.map(({ stages: [stage] }) => [stage!.x, ...stage!.history, ...(stage!.noise ?? [])])
  const expectClose = (a: number[][], b: number[][]) =>
    a.forEach((row, i) => row.forEach((value, k) => expect(value).toBeCloseTo(b[i]![k]!, 12)))

  it('DDIM with η = 1 is DDPM', () => expectClose(coefficients(ddim({ eta: 1 })), coefficients(ddpm())))
  it('DPM-Solver++ of order 1 is DDIM', () => expectClose(coefficients(dpmSolver({ order: 1 })), coefficients(ddim())))
  it('SDE-DPM-Solver++ of order 1 is DDPM', () =>
    expectClose(coefficients(dpmSolver({ order: 1, equation: 'sde' })), coefficients(ddpm())))
})

it('DDIM encodes and decodes: there and back again', async () => {
  const fine = uniformTimes(800, { from: 0.999, to: 0.02 })
  const x = Float64Array.of(0.7, -1.5, 1.2, -2.2)
  const latent = await sampleFinal(denoiser, { sampler: ddim(), times: fine.toReversed(), x })
  const back = await sampleFinal(denoiser, { sampler: ddim(), times: fine, x: latent })
  x.forEach((value, i) => expect(back[i]).toBeCloseTo(value, 2))
  // and the latent is the closed form's
  const exact = denoiser.flow(x, 0.02, 0.999)
  x.forEach((_, i) => expect(latent[i]).toBeCloseTo(exact[i]!, 2))
})
