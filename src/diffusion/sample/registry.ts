/** Every sampler by name, for listings and command lines, with the names that others give it. */
import { TweedieError } from '../../errors.ts'
import { adaptiveOde } from './adaptive-ode.ts'
import { adaptiveSde } from './adaptive-sde.ts'
import { consistency } from './consistency.ts'
import { ddim } from './ddim.ts'
import { ddpm } from './ddpm.ts'
import { deis, lms } from './deis.ts'
import { dpmSolverGrouped, dpmSolverSde, dpmSolverSingle } from './dpm-solver-single.ts'
import { dpmSolver } from './dpm-solver.ts'
import { kdpm2 } from './kdpm2.ts'
import { latentConsistency } from './latent-consistency.ts'
import { ddpmLearned } from './learned-variance.ts'
import { annealedLangevin } from './langevin.ts'
import { pndm } from './pndm.ts'
import { predictorCorrector } from './predictor-corrector.ts'
import { reverseSde } from './reverse-sde.ts'
import { euler, heun, rungeKutta, tableaux } from './runge-kutta.ts'
import type { Sampler } from './sampler.ts'
import { trajectoryConsistency } from './trajectory-consistency.ts'
import { uniPc } from './unipc.ts'

/** A sampler and its other names. */
export interface SamplerEntry {
  readonly sampler: Sampler
  /** What AUTOMATIC1111's and ComfyUI's users call it. */
  readonly alias?: string
  /** The class of diffusers, with the options that matter. */
  readonly diffusers?: string
}

/** All samplers that need no data to be set up; ready to use with their defaults. */
export const samplers: readonly SamplerEntry[] = Object.freeze([
  { sampler: ddpm(), diffusers: 'DDPMScheduler' },
  { sampler: ddpm({ variance: 'large' }), diffusers: 'DDPMScheduler(variance_type=fixed_large)' },
  { sampler: ddpmLearned(), diffusers: 'DDPMScheduler(variance_type=learned_range)' },
  { sampler: ddim(), alias: 'DDIM', diffusers: 'DDIMScheduler' },
  { sampler: euler(), alias: 'Euler', diffusers: 'EulerDiscreteScheduler' },
  { sampler: euler({ clock: 'time' }), diffusers: 'FlowMatchEulerDiscreteScheduler' },
  { sampler: euler({ eta: 1 }), alias: 'Euler a', diffusers: 'EulerAncestralDiscreteScheduler' },
  { sampler: heun(), alias: 'Heun', diffusers: 'HeunDiscreteScheduler' },
  { sampler: heun({ clock: 'time' }), diffusers: 'FlowMatchHeunDiscreteScheduler' },
  { sampler: heun({ churn: 40 }) },
  { sampler: rungeKutta(tableaux.midpoint) },
  { sampler: rungeKutta(tableaux.ralston) },
  { sampler: rungeKutta(tableaux.kutta3) },
  { sampler: rungeKutta(tableaux.rk4) },
  { sampler: kdpm2(), alias: 'DPM2', diffusers: 'KDPM2DiscreteScheduler' },
  { sampler: kdpm2({ eta: 1 }), alias: 'DPM2 a', diffusers: 'KDPM2AncestralDiscreteScheduler' },
  { sampler: lms(), alias: 'LMS', diffusers: 'LMSDiscreteScheduler' },
  { sampler: pndm(), diffusers: 'PNDMScheduler' },
  { sampler: pndm({ start: 'euler' }), alias: 'PLMS', diffusers: 'PNDMScheduler(skip_prk_steps=true)' },
  { sampler: deis(), alias: 'DEIS', diffusers: 'DEISMultistepScheduler' },
  { sampler: deis({ order: 3 }), diffusers: 'DEISMultistepScheduler(solver_order=3)' },
  { sampler: dpmSolver(), alias: 'DPM++ 2M', diffusers: 'DPMSolverMultistepScheduler' },
  { sampler: dpmSolver({ order: 3 }), alias: 'DPM++ 3M', diffusers: 'DPMSolverMultistepScheduler(solver_order=3)' },
  { sampler: dpmSolver({ predict: 'epsilon' }), diffusers: 'DPMSolverMultistepScheduler(algorithm_type=dpmsolver)' },
  { sampler: dpmSolver({ order: 3, predict: 'epsilon' }) },
  {
    sampler: dpmSolver({ equation: 'sde' }),
    alias: 'DPM++ 2M SDE',
    diffusers: 'DPMSolverMultistepScheduler(algorithm_type=sde-dpmsolver++)',
  },
  { sampler: dpmSolver({ order: 3, equation: 'sde' }), alias: 'DPM++ 3M SDE' },
  { sampler: dpmSolverSingle() },
  { sampler: dpmSolverSingle({ order: 3, type: 'heun' }) },
  { sampler: dpmSolverSingle({ eta: 1 }), alias: 'DPM++ 2S a' },
  { sampler: dpmSolverGrouped(), diffusers: 'DPMSolverSinglestepScheduler' },
  { sampler: dpmSolverSde(), alias: 'DPM++ SDE', diffusers: 'DPMSolverSDEScheduler' },
  { sampler: uniPc(), alias: 'UniPC', diffusers: 'UniPCMultistepScheduler' },
  { sampler: uniPc({ order: 3 }), diffusers: 'UniPCMultistepScheduler(solver_order=3)' },
  { sampler: reverseSde() },
  { sampler: reverseSde({ method: 'heun' }) },
  { sampler: adaptiveSde() },
  { sampler: predictorCorrector() },
  { sampler: annealedLangevin() },
  { sampler: adaptiveOde() },
  { sampler: consistency() },
  { sampler: latentConsistency(), diffusers: 'LCMScheduler' },
  { sampler: trajectoryConsistency(), diffusers: 'TCDScheduler' },
])

/** Finds a sampler by its own name or an alias, whatever the case. */
export function samplerByName(name: string): Sampler {
  const wanted = name.toLowerCase()
  const found = samplers.find(({ sampler, alias }) => sampler.name === wanted || alias?.toLowerCase() === wanted)
  if (found) return found.sampler
  throw new TweedieError('usage', `unknown sampler: ${name}`, {
    hint: `one of ${samplers.map(({ sampler }) => sampler.name).join(', ')}`,
  })
}
