/** The published sums once more, from the configs of diffusers' own tests. */
import { describe, expect, it } from 'vitest'
import { fromPrediction } from '../../../src/diffusion/denoise/from-prediction.ts'
import { type SchedulerConfig, schedulerClasses, schedulerParts } from '../../../src/sample.ts'
import { noNoise, type NoiseSource } from '../../../src/diffusion/sample/noise-source.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import type { LinearSampler } from '../../../src/diffusion/sample/sampler.ts'
import { trajectoryConsistency } from '../../../src/diffusion/sample/trajectory-consistency.ts'
import { absoluteSum, dummySample, rescaledLoop } from './dummy.ts'
import { torchRandn } from './torch-randn.ts'

async function meanOf(className: string, config: SchedulerConfig, steps = 10): Promise<number> {
  const { schedule, kind, sampler, project, times, level } = schedulerParts(config, className)
  const network = fromPrediction((x, t) => x.map((value) => (value * level(t)) / (level(t) + 1)), {
    schedule,
    shape: [3, 8, 8],
    kind,
  })
  const x = await sampleFinal(project(network), { sampler, times: times(steps), x: dummySample(), noise: noNoise })
  return absoluteSum(x) / 768
}

const v = { prediction_type: 'v_prediction' }
const last = { final_sigmas_type: 'sigma_min' }

it.each<[string, SchedulerConfig, number]>([
  ['DDIMScheduler', {}, 0.223967],
  ['DDIMScheduler', v, 0.0684],
  ['DDIMScheduler', { beta_start: 0.01, set_alpha_to_one: true }, 0.1951],
  ['PNDMScheduler', {}, 0.258],
  ['PNDMScheduler', { beta_start: 0.01, set_alpha_to_one: true }, 0.2995],
  ['DPMSolverMultistepScheduler', { ...last, lower_order_final: false }, 0.3301],
  ['DPMSolverMultistepScheduler', { ...last, ...v, lower_order_final: false }, 0.2251],
  ['DPMSolverMultistepScheduler', { ...last, ...v, lower_order_final: false, use_karras_sigmas: true }, 0.2096],
  ['DPMSolverMultistepScheduler', { ...last, ...v, lower_order_final: false, use_lu_lambdas: true }, 0.1554],
  [
    'DPMSolverMultistepScheduler',
    { ...last, lower_order_final: false, thresholding: true, dynamic_thresholding_ratio: 0.87, sample_max_value: 0.5 },
    1.1364,
  ],
  ['DPMSolverSinglestepScheduler', last, 0.2791],
  ['DPMSolverSinglestepScheduler', { ...last, ...v }, 0.1453],
  ['DEISMultistepScheduler', {}, 0.23916],
  ['DEISMultistepScheduler', v, 0.091],
  ['UniPCMultistepScheduler', last, 0.2464],
  ['UniPCMultistepScheduler', { ...last, ...v }, 0.1014],
])('%s %j', async (className, config, mean) => {
  expect(await meanOf(className, config)).toBeCloseTo(mean, 3)
})

describe('the Euler family', () => {
  it.each([
    ['EulerDiscreteScheduler', 10.0807],
    ['HeunDiscreteScheduler', 0.1233],
    ['KDPM2DiscreteScheduler', 20.4125],
    ['LMSDiscreteScheduler', 1006.388],
  ])('%s', async (className, sum) => {
    const config = { num_train_timesteps: 1100, beta_start: 0.0001, beta_end: 0.02 }
    const { table, sampler, times } = schedulerParts(config, className)
    expect(Math.abs((await rescaledLoop(sampler as LinearSampler, table!, times(10))) - sum)).toBeLessThan(1e-2)
  })
})

describe('schedulers of distilled models', () => {
  const config = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' }
  const sumOf = async (className: string, steps: number, noise: NoiseSource, sampler?: LinearSampler) => {
    const parts = schedulerParts(config, className)
    const network = fromPrediction((x, t) => x.map((value) => (value * parts.level(t)) / (parts.level(t) + 1)), {
      schedule: parts.schedule,
      shape: [3, 8, 8],
      kind: parts.kind,
    })
    const how = { sampler: sampler ?? parts.sampler, times: parts.times(steps), x: dummySample(), noise }
    return absoluteSum(await sampleFinal(network, how))
  }

  it('LCMScheduler', async () => {
    expect(
      schedulerParts(config, 'LCMScheduler')
        .times(4)
        .map((t) => Math.round(t * 1000 - 1)),
    ).toEqual([999, 759, 499, 259, -1])
    expect(await sumOf('LCMScheduler', 1, noNoise)).toBeCloseTo(18.7097, 2)
    const draw = torchRandn(0)
    expect(await sumOf('LCMScheduler', 10, (out) => draw(out))).toBeCloseTo(197.7616, 2)
  })

  it('TCDScheduler', async () => {
    const plain = trajectoryConsistency({ eta: 0 })
    expect(await sumOf('TCDScheduler', 1, noNoise)).toBeCloseTo(29.8715, 2)
    expect(await sumOf('TCDScheduler', 10, noNoise, plain)).toBeCloseTo(181.204, 2)
  })

  it('refuses more steps than a model was distilled for', () => {
    expect(() => schedulerParts(config, 'LCMScheduler').times(51)).toThrow('51 steps')
  })
})

it('every class yields strictly falling times that end in data, for many numbers of steps', () => {
  for (const className of schedulerClasses) {
    for (const spacing of ['leading', 'trailing', 'linspace']) {
      const { times } = schedulerParts({ timestep_spacing: spacing }, className)
      for (const steps of [1, 2, 7, 50, 999]) {
        if (steps > 50 && /^(LCM|TCD)/.test(className)) continue
        const grid = times(steps)
        expect(
          grid.every((t, i) => i === 0 || t < grid[i - 1]!),
          `${className} ${spacing} ${steps}`,
        ).toBe(true)
        expect(grid.at(-1)).toBeLessThanOrEqual(1 / 1000)
      }
    }
  }
})

it('flow matching: shifted times, and timesteps that count to a thousand', () => {
  const { times, level, kind } = schedulerParts({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 })
  const grid = times(4)
  expect(kind).toBe('flow')
  expect(grid[0]).toBe(1)
  expect(level(grid[0]!)).toBe(1000)
  // the second of four: 1 + (lowest − 1)/3 with lowest = shift(1/1000), then shifted
  const lowest = 0.003 / 1.002
  const t = 1 + (lowest - 1) / 3
  expect(grid[1]).toBeCloseTo((3 * t) / (1 + 2 * t), 12)
})

it('zero terminal SNR ends in nothing for DDIM, in almost nothing for the others', () => {
  const config = { rescale_betas_zero_snr: true }
  expect(schedulerParts(config, 'DDIMScheduler').schedule.alpha(1)).toBe(0)
  const trace = schedulerParts(config, 'EulerDiscreteScheduler').schedule.alpha(1)
  expect(trace).toBeGreaterThan(0)
  expect(trace).toBeLessThanOrEqual(2 ** -12)
})

it('refuses what it does not know', () => {
  expect(() => schedulerParts({ _class_name: 'EDMEulerScheduler' })).toThrow(
    'unknown scheduler class: EDMEulerScheduler',
  )
  expect(() => schedulerParts({ prediction_type: 'flow' })).toThrow('unknown prediction_type')
})
