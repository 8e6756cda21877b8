/** Full loops of diffusers' own tests, whose final sums are published in its test suite. */
import { describe, expect, it } from 'vitest'
import { clipped, dynamicThreshold } from '../../src/denoise/clip.ts'
import type { Denoiser } from '../../src/denoise/denoiser.ts'
import { ddim } from '../../src/sample/ddim.ts'
import { ddpm } from '../../src/sample/ddpm.ts'
import { dpmSolver } from '../../src/sample/dpm-solver.ts'
import { noNoise } from '../../src/sample/noise-source.ts'
import { runPlan } from '../../src/sample/run-plan.ts'
import { sampleFinal } from '../../src/sample/sample.ts'
import type { LinearSampler } from '../../src/sample/sampler.ts'
import { tableTimes } from '../../src/sample/table-times.ts'
import { karrasTimes, logSnrTimes } from '../../src/sample/times.ts'
import { torchRandn } from './torch-randn.ts'
import { absoluteSum, dummyDenoiser, dummySample, dummyTable } from './dummy.ts'

const table = dummyTable()

async function sumOf(denoiser: Denoiser, sampler: LinearSampler, times: number[], x = dummySample()): Promise<number> {
  return absoluteSum(await sampleFinal(denoiser, { sampler, times, x, noise: noNoise }))
}
async function meanOf(...args: Parameters<typeof sumOf>): Promise<number> {
  return (await sumOf(...args)) / 768
}

describe('DDIM', () => {
  const times = tableTimes(table, 10)
  const network = ddim({ direction: 'network' })

  it.each([
    ['epsilon', 172.0067],
    ['v', 52.5302],
  ] as const)('%s', async (kind, expected) => {
    expect(await sumOf(clipped(dummyDenoiser(table, kind)), network, times)).toBeCloseTo(expected, 2)
  })

  it('ends in clean data or at level 0', async () => {
    const strong = dummyTable({ betaStart: 0.01 })
    const denoiser = clipped(dummyDenoiser(strong))
    expect(await sumOf(denoiser, network, times)).toBeCloseTo(149.8295, 2)
    // diffusers repeats level 0 at the end: a plan can, though sample() refuses duplicates
    const x = dummySample()
    const plan = network.plan(denoiser.schedule, [...times.slice(0, -1), 1 / 1000])
    for await (const _ of runPlan(plan, { denoiser, x, noise: noNoise, context: {} })) void _
    expect(absoluteSum(x)).toBeCloseTo(149.0784, 2)
  })
})

describe('DPM-Solver++(2M)', () => {
  const spacing = { spacing: 'linspace', spread: 'n+1', final: 'sigma-min' } as const
  const times = tableTimes(table, 10, spacing)
  const solver = dpmSolver({ lowerOrderFinal: 'never' })

  it.each([
    ['epsilon', 0.3301],
    ['v', 0.2251],
  ] as const)('%s', async (kind, expected) => {
    expect(await meanOf(dummyDenoiser(table, kind), solver, times)).toBeCloseTo(expected, 3)
  })

  it('with dynamic thresholding', async () => {
    const denoiser = dynamicThreshold(dummyDenoiser(table), { quantile: 0.87, max: 0.5 })
    expect(await meanOf(denoiser, solver, times)).toBeCloseTo(1.1364, 3)
  })

  it('on Karras and on log-SNR grids, the network asked at whole levels', async () => {
    const denoiser = dummyDenoiser(table, 'v', Math.round)
    const end = { final: 'sigma-min' } as const
    expect(await meanOf(denoiser, solver, karrasTimes(denoiser.schedule, 9, end))).toBeCloseTo(0.2096, 3)
    expect(await meanOf(denoiser, solver, logSnrTimes(denoiser.schedule, 9, end))).toBeCloseTo(0.1554, 3)
  })
})

describe('DDPM', () => {
  it.each([
    ['epsilon', 258.9606],
    ['v', 202.0296],
  ] as const)('%s, with the noise of torch.manual_seed(0)', async (kind, expected) => {
    const draw = torchRandn(0)
    const denoiser = clipped(dummyDenoiser(table, kind))
    const x = await sampleFinal(denoiser, {
      sampler: ddpm(),
      times: tableTimes(table, 1000),
      x: dummySample(),
      noise: draw,
    })
    expect(absoluteSum(x)).toBeCloseTo(expected, 2)
  })
})
