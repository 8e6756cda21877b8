/** The differences between the scheduler classes of diffusers: their samplers, and their time grids. */
import { TweedieError } from '../../../errors.ts'
import { ddim } from '../ddim.ts'
import { ddpm } from '../ddpm.ts'
import { deis, lms } from '../deis.ts'
import { dpmSolverGrouped, dpmSolverSde } from '../dpm-solver-single.ts'
import { dpmSolver } from '../dpm-solver.ts'
import { kdpm2 } from '../kdpm2.ts'
import { latentConsistency } from '../latent-consistency.ts'
import { ddpmLearned } from '../learned-variance.ts'
import { pndm } from '../pndm.ts'
import { predictorCorrector } from '../predictor-corrector.ts'
import { euler, heun } from '../runge-kutta.ts'
import type { Sampler } from '../sampler.ts'
import { trajectoryConsistency } from '../trajectory-consistency.ts'
import { uniPc } from '../unipc.ts'
import type { SchedulerOptions } from './options.ts'

/** A class of schedulers. */
export interface SchedulerClass {
  /** The noise: a table of β, straight paths, or exploding variance. */
  readonly kind: 'table' | 'flow' | 'score'
  /** How the class spreads n steps over a table. */
  readonly spread: 'n' | 'n+1'
  /** Whether steps are chosen among the `original_inference_steps` that a model was distilled for. */
  readonly distilled?: true
  /** Whether levels of a table are whole numbers. */
  readonly rounding: 'whole' | 'none'
  /** Whether the steps always end at the faintest level, whatever the options. */
  readonly endsAtLevel?: true
  /** The network's time at a level of `use_karras_sigmas` and `use_lu_lambdas`: the nearest level, or the one below. */
  readonly timestep?: 'nearest' | 'nearest, but below on squaredcos_cap_v2'
  sampler(options: SchedulerOptions): Sampler
}

const whole = { kind: 'table', spread: 'n', rounding: 'whole' } as const
const solver = { kind: 'table', spread: 'n+1', rounding: 'whole', timestep: 'nearest' } as const
const fractional = { kind: 'table', spread: 'n', rounding: 'none' } as const
const flow = { kind: 'flow', spread: 'n', rounding: 'none' } as const

const ddpmClass: SchedulerClass = {
  ...whole,
  sampler: ({ variance_type }) =>
    variance_type === 'learned_range'
      ? ddpmLearned()
      : ddpm({ variance: variance_type === 'fixed_large' ? 'large' : 'small' }),
}
const ddimClass: SchedulerClass = { ...whole, sampler: () => ddim({ direction: 'network' }) }

/** The classes by name. */
export const schedulerClasses: Readonly<Record<string, SchedulerClass>> = Object.freeze({
  DDPMScheduler: ddpmClass,
  DDPMParallelScheduler: ddpmClass,
  DDIMScheduler: ddimClass,
  DDIMParallelScheduler: ddimClass,
  PNDMScheduler: {
    ...whole,
    sampler: ({ skip_prk_steps }) => pndm({ start: skip_prk_steps ? 'euler' : 'runge-kutta' }),
  },
  EulerDiscreteScheduler: { ...fractional, sampler: () => euler() },
  EulerAncestralDiscreteScheduler: { ...fractional, sampler: () => euler({ eta: 1 }) },
  LMSDiscreteScheduler: { ...fractional, sampler: () => lms() },
  HeunDiscreteScheduler: { ...fractional, sampler: () => heun() },
  KDPM2DiscreteScheduler: { ...fractional, sampler: () => kdpm2() },
  KDPM2AncestralDiscreteScheduler: { ...fractional, sampler: () => kdpm2({ eta: 1 }) },
  DPMSolverSDEScheduler: { ...fractional, sampler: () => dpmSolverSde() },
  DPMSolverMultistepScheduler: {
    ...solver,
    timestep: 'nearest, but below on squaredcos_cap_v2',
    sampler: (options) =>
      dpmSolver({
        order: options.solver_order!,
        predict: options.algorithm_type!.endsWith('++') || options.algorithm_type === 'deis' ? 'sample' : 'epsilon',
        equation: options.algorithm_type!.startsWith('sde') ? 'sde' : 'ode',
        type: options.solver_type === 'heun' ? 'heun' : 'midpoint',
        lowerOrderFinal: lowerOrderFinal(options),
        curvature: 'published',
      }),
  },
  DPMSolverSinglestepScheduler: {
    ...solver,
    sampler: ({ algorithm_type, solver_order, solver_type, lower_order_final }) => {
      if (algorithm_type!.startsWith('sde')) {
        throw new TweedieError('model', `DPMSolverSinglestepScheduler: algorithm_type is "${algorithm_type}"`, {
          hint: 'supported are dpmsolver++ and dpmsolver; DPMSolverMultistepScheduler has the stochastic ones',
        })
      }
      return dpmSolverGrouped({
        order: solver_order!,
        predict: algorithm_type === 'dpmsolver' ? 'epsilon' : 'sample',
        type: solver_type === 'heun' ? 'heun' : 'midpoint',
        lowerOrderFinal: lower_order_final!,
      })
    },
  },
  DEISMultistepScheduler: {
    ...solver,
    endsAtLevel: true,
    sampler: ({ solver_order, lower_order_final }) =>
      deis({ order: solver_order!, lowerOrderFinal: lower_order_final ? 'auto' : 'never' }),
  },
  UniPCMultistepScheduler: {
    ...solver,
    sampler: ({ solver_order, solver_type, predict_x0, lower_order_final, disable_corrector }) =>
      uniPc({
        order: solver_order!,
        type: solver_type === 'bh1' ? 'bh1' : 'bh2',
        predict: predict_x0 ? 'sample' : 'epsilon',
        lowerOrderFinal: lower_order_final ? 'always' : 'never',
        uncorrected: disable_corrector!,
      }),
  },
  LCMScheduler: {
    ...whole,
    distilled: true,
    sampler: ({ timestep_scaling }) => latentConsistency({ scaling: timestep_scaling }),
  },
  // as its pipelines call it
  TCDScheduler: { ...whole, distilled: true, endsAtLevel: true, sampler: () => trajectoryConsistency() },
  FlowMatchEulerDiscreteScheduler: { ...flow, sampler: () => euler({ clock: 'time' }) },
  FlowMatchHeunDiscreteScheduler: { ...flow, sampler: () => heun({ clock: 'time' }) },
  ScoreSdeVeScheduler: {
    ...flow,
    kind: 'score',
    sampler: ({ snr, correct_steps }) =>
      predictorCorrector({ predictor: ddpm({ variance: 'large' }), corrections: correct_steps!, snr: snr! }),
  },
})

function lowerOrderFinal(options: SchedulerOptions): 'auto' | 'euler' | 'never' {
  const { lower_order_final, euler_at_final, final_sigmas_type } = options
  if (lower_order_final && euler_at_final && final_sigmas_type === 'sigma_min') {
    throw new TweedieError('model', `${options._class_name}: lower_order_final and euler_at_final are both true`, {
      hint: 'one of them is supported at a time, where final_sigmas_type is "sigma_min"',
    })
  }
  return lower_order_final ? 'auto' : euler_at_final ? 'euler' : 'never'
}
