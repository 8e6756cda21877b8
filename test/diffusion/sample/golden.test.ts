/** Full loops of diffusers' own tests, whose final sums are published in its test suite. */
import { describe, expect, it } from 'vitest'
import { clipped, dynamicThreshold } from '../../../src/diffusion/denoise/clip.ts'
import type { Denoiser } from '../../../src/diffusion/denoise/denoiser.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'
import { ddpm } from '../../../src/diffusion/sample/ddpm.ts'
import { dpmSolver } from '../../../src/diffusion/sample/dpm-solver.ts'
import { dpmSolverGrouped } from '../../../src/diffusion/sample/dpm-solver-single.ts'
import { deis, lms } from '../../../src/diffusion/sample/deis.ts'
import { kdpm2 } from '../../../src/diffusion/sample/kdpm2.ts'
import { pndm } from '../../../src/diffusion/sample/pndm.ts'
import { euler, heun } from '../../../src/diffusion/sample/runge-kutta.ts'
import { uniPc } from '../../../src/diffusion/sample/unipc.ts'
import { noNoise } from '../../../src/diffusion/sample/noise-source.ts'
import { runPlan } from '../../../src/diffusion/sample/run-plan.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import type { LinearSampler } from '../../../src/diffusion/sample/sampler.ts'
import { tableIndices, tableTimes, timesOfIndices } from '../../../src/diffusion/sample/table-times.ts'
import { karrasTimes, logSnrTimes } from '../../../src/diffusion/sample/times.ts'
import { torchRandn } from './torch-randn.ts'
import { absoluteSum, dummyDenoiser, dummySample, dummyTable, rescaledLoop } from './dummy.ts'

const table = dummyTable()

/** Σ |x| at the end. Times may repeat at the end, as diffusers' do, which sample() would refuse. */
async function sumOf(denoiser: Denoiser, sampler: LinearSampler, times: number[], x = dummySample()): Promise<number> {
  const plan = sampler.plan(denoiser.schedule, times)
  for await (const _ of runPlan(plan, { denoiser, x, noise: noNoise, context: {} })) void _
  return absoluteSum(x)
}
async function meanOf(denoiser: Denoiser, sampler: LinearSampler, times: number[], x = dummySample()): Promise<number> {
  return (await sumOf(denoiser, sampler, times, x)) / x.length
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
    expect(await sumOf(denoiser, network, [...times.slice(0, -1), 1 / 1000])).toBeCloseTo(149.0784, 2)
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

describe('the Euler family, on fractional levels of 1100', () => {
  const long = dummyTable({ steps: 1100 })
  const times = tableTimes(long, 10, { spacing: 'linspace', rounding: 'none' })

  it.each([
    ['Euler', euler(), 10.0807],
    ['Heun', heun(), 0.1233],
    ['KDPM2', kdpm2(), 20.4125],
    ['LMS', lms(), 1006.388],
  ] as const)('%s', async (_, sampler, expected) => {
    expect(Math.abs((await rescaledLoop(sampler, long, times)) - expected)).toBeLessThan(1e-2)
  })

  it.each([
    ['Euler a', euler({ eta: 1 }), 152.3192],
    ['DDPM, the same in other words', ddpm(), 152.3192],
    ['KDPM2 a', kdpm2({ eta: 1 }), 13979.9433],
  ] as const)('%s, with the noise of torch.manual_seed(0)', async (_, sampler, expected) => {
    expect(await rescaledLoop(sampler, long, times, 'epsilon', torchRandn(0))).toBeCloseTo(expected, 1)
  })
})

describe('multistep and single-step solvers', () => {
  const spacing = { spacing: 'linspace', spread: 'n+1', final: 'sigma-min' } as const
  const times = tableTimes(table, 10, spacing)

  it.each([
    ['UniPC-2', uniPc(), 'epsilon', 0.2464],
    ['UniPC-2', uniPc(), 'v', 0.1014],
    ['DEIS', deis(), 'epsilon', 0.23916],
    ['DEIS', deis(), 'v', 0.091],
    ['DPM-Solver++ single', dpmSolverGrouped({ lowerOrderFinal: false }), 'epsilon', 0.2791],
    ['DPM-Solver++ single', dpmSolverGrouped({ lowerOrderFinal: false }), 'v', 0.1453],
  ] as const)('%s', async (_, sampler, kind, expected) => {
    expect(await meanOf(dummyDenoiser(table, kind), sampler, times)).toBeCloseTo(expected, 3)
  })

  it('on one-dimensional data', async () => {
    expect(await meanOf(dummyDenoiser(table), uniPc(), times, dummySample(96))).toBeCloseTo(0.2441, 3)
  })

  it.each([
    ['UniPC', uniPc(), 'epsilon', 0.2925],
    ['UniPC', uniPc(), 'v', 0.1966],
    ['DPM-Solver++ single', dpmSolverGrouped({ lowerOrderFinal: false }), 'epsilon', 0.2248],
    ['DPM-Solver++ single', dpmSolverGrouped({ lowerOrderFinal: false }), 'v', 0.0649],
  ] as const)('%s on a Karras grid whose last level is repeated', async (_, sampler, kind, expected) => {
    const denoiser = dummyDenoiser(table, kind, Math.round)
    const grid = karrasTimes(denoiser.schedule, 9, { final: 'sigma-min' })
    expect(await meanOf(denoiser, sampler, [...grid, grid.at(-1)!])).toBeCloseTo(expected, 3)
  })
})

describe('PNDM', () => {
  // no step follows level 0 unless ᾱ is set to one at the end
  const times = timesOfIndices(table, tableIndices(1000, 10)).slice(0, -1)

  it('with Runge–Kutta steps first', async () => {
    expect(await sumOf(dummyDenoiser(table), pndm(), times)).toBeCloseTo(198.1318, 2)
    const strong = dummyTable({ betaStart: 0.01 })
    expect(await sumOf(dummyDenoiser(strong), pndm(), times)).toBeCloseTo(186.9482, 2)
    expect(await sumOf(dummyDenoiser(strong), pndm(), [...times, 0])).toBeCloseTo(230.0399, 2)
  })
})
